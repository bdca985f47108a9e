"""Fuzz readers: `python -m tests.fuzz [--seconds 60] [target …]`, each for its share of the seconds.

Exits with 1 if there are findings. Inputs that reach new code are kept in `.fuzz/<target>`, and findings in
`.fuzz/findings`; `python -m tests.fuzz <target> <file>` tries one again.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from tests.fuzz import targets

try:
    import atheris
except ImportError:  # see pyproject.toml
    atheris = None

if TYPE_CHECKING:
    from types import ModuleType

CORPUS = Path(__file__).parent / "corpus"
KEPT = Path(".fuzz")
MAX_BYTES, MAX_SECONDS, MAX_MB = 8_192, 60, 2_048
"""The largest input, the longest time for one (other programs may run, too), and the most memory of all."""

NAMES = sorted(module.name for module in iter_modules(targets.__path__))
_FIGURES = re.compile(r"^#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)/", re.MULTILINE)


def fuzz(module: ModuleType, name: str, seconds: int, seed: int) -> bool:
    """Fuzz one reader in a process of its own, print its figures, and return whether nothing was found."""
    for folder in (KEPT / name, KEPT / "findings"):
        folder.mkdir(parents=True, exist_ok=True)
    words = KEPT / f"{name}.words"
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in module.TOKENS))
    log = KEPT / f"{name}.log"
    if (process := os.fork()) == 0:
        for number in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if number == 1 else os.O_APPEND)), number)
        limits = (f"-max_total_time={seconds}", f"-timeout={MAX_SECONDS}", f"-rss_limit_mb={MAX_MB}")
        more = (f"-seed={seed}", f"-max_len={MAX_BYTES}", f"-dict={words}", f"-artifact_prefix={KEPT}/findings/{name}-")
        atheris.Setup([name, *limits, *more, str(KEPT / name), str(CORPUS / name)], module.one_input)
        atheris.Fuzz()
    _, status = os.waitpid(process, 0)
    said = log.read_text(errors="replace")
    runs, edges, features, inputs = (_FIGURES.findall(said) or [("0", "0", "0", "0")])[-1]
    print(f"{name}: {runs} inputs, {edges} edges, {features} features, {inputs} kept{', FOUND' if status else ''}")
    if status:
        print("\n".join(said.splitlines()[-40:]))
    return status == 0


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


def main(arguments: list[str]) -> int:
    """Fuzz the named readers, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1, help="another number tries other inputs")
    parser.add_argument("targets", nargs="*", metavar="target")
    given = parser.parse_args(arguments)
    if atheris is None:
        print("atheris is not installed, which has no packages for this system: nothing is fuzzed")
        return 0
    names = [name for name in given.targets if name in NAMES]
    files = [name for name in given.targets if name not in NAMES]
    with atheris.instrument_imports(include=["crawler", "pipelines", "protego", "arxiv"]):
        modules = {name: import_module(f"{targets.__name__}.{name}") for name in names or NAMES}
    for name, module in modules.items():
        for file in files:
            module.one_input(Path(file).read_bytes())
            print(f"{name}: {file} is read")
    if files:
        return 0
    share = max(given.seconds // len(modules), 1)
    found_nothing = [fuzz(module, name, share, given.seed) for name, module in modules.items()]
    return 0 if all(found_nothing) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
