"""`python -m tests.mutants`: mutation tests of the pure core, package by package, each by its own tests.

mutmut changes one expression of a function at a time and runs the tests that call this function. A mutant is killed if
a test fails or does not end; a mutant that survives shows behavior that no test asserts. The score is the share of
killed mutants; mutants of functions that no test calls survive. mutmut mutates functions and methods, but no constants
of modules, no properties and no functions with other decorators.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mutmut.__main__ import cli
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGES = {
    "links": ("crawler/links", "tests/crawler/links"),
    "notes": ("crawler/notes", "tests/crawler/notes"),
    "checks": ("crawler/checks", "tests/crawler/checks"),
    "verdicts": ("crawler/verdicts", "tests/crawler/verdicts"),
    "verdict": ("pipelines/items/verdict.py", "tests/pipelines/items"),
    "rewriting": ("pipelines/rewriting", "tests/pipelines/rewriting"),
    "venues": ("pipelines/venues", "tests/pipelines/venues"),
}
"""By name: the package or module that is mutated, and the tests that have to kill its mutants."""

MIN_SCORE = 90
"""The least score, in percent."""

SEED = 15
"""Of the random numbers that select a sample."""
_KILLED = {"killed", "timeout", "segfault", "suspicious"}


def run_package(name: str, sample: int | None, names: Sequence[str]) -> bool:
    """Test the mutants of a package or a sample of them, print survivors and score; return whether that is enough."""
    source, tests = PACKAGES[name]
    modules = sorted(Path(source).rglob("*.py")) if Path(source).is_dir() else [Path(source)]
    config().only_mutate = [str(module) for module in modules]
    config().pytest_add_cli_args_test_selection = [tests]
    shutil.rmtree("mutants", ignore_errors=True)
    names = names or _sample([mutant for module in modules for mutant in _mutants(module)], sample)
    cli.main(["run", "--max-children", "1", *names], standalone_mode=False)
    found = [(module, *each) for module in modules for each in _results(module) if each[0] in names]
    survivors = [(module, mutant) for module, mutant, status in found if status not in _KILLED]
    for module, mutant in survivors:
        print(f"\n{mutant}\n{_changed_lines(mutant, module)}")
    score = 100 * (1 - len(survivors) / len(found))
    print(f"\n{name}: {score:.1f} % of {len(found)} mutants killed, {len(survivors)} survived")
    return score >= MIN_SCORE


def _mutants(module: Path) -> Iterator[str]:
    for mutant in mutate_file_contents(str(module), module.read_text("utf-8")).mutant_names:
        yield get_mutant_name(module, mutant)


def _sample(mutants: list[str], size: int | None) -> list[str]:
    """Return a random sample, the same in every run."""
    return mutants if size is None else random.Random(SEED).sample(mutants, min(size, len(mutants)))


def _results(module: Path) -> Iterator[tuple[str, str]]:
    """Yield the mutants of a module with their status."""
    data = SourceFileMutationData(path=module)
    data.load()
    for mutant, exit_code in data.exit_code_by_key.items():
        yield mutant, status_by_exit_code[exit_code]


def _changed_lines(mutant: str, module: Path) -> str:
    lines = get_diff_for_mutant(mutant, path=module).splitlines()
    return "\n".join(line for line in lines if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"})


def main(words: Sequence[str]) -> bool:
    """Test the packages that the command line selects; return whether all reach MIN_SCORE."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", default=",".join(PACKAGES), help="packages, separated by commas")
    parser.add_argument("--sample", type=int, help="run only so many mutants of each package")
    parser.add_argument("names", nargs="*", help="run only these mutants")
    args = parser.parse_args(words)
    packages = args.only.split(",")
    if unknown := set(packages) - PACKAGES.keys():
        parser.error(f"no such package: {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}")
    if len(packages) == 1:
        return run_package(packages[0], args.sample, args.names)
    scores = [_in_own_process(name, args.sample) for name in packages]
    return all(scores)


def _in_own_process(package: str, sample: int | None) -> bool:
    """Test a package in a process of its own: a process can import only one set of mutants."""
    words = ["--only", package, *(["--sample", str(sample)] if sample else ())]
    return subprocess.run([sys.executable, "-m", "tests.mutants", *words], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
