"""`python -m benchmarks [--only speed,pace] [--quick] [--notes FOLDER]`: run the suite and write results.md.

Each benchmark runs as `python -m benchmarks.scenarios.NAME` does, in a process of its own. What it prints becomes its
section; the file is replaced as a whole when the last has ended. A benchmark that fails keeps the section that it has.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.harness import results
from benchmarks.harness.running import ROOT
from crawler.atomic_files import replace_atomically

FILE = Path(__file__).with_name("results.md")
SUITE = {
    "speed": ["--links", "100", "--rounds", "2"],
    "latency": ["--links", "256", "--rounds", "2"],
    "pace": ["--scale", "20", "--rounds", "2"],
    "reading": ["--sizes", "1"],
    "rendering": ["--notes", "20"],
    "report": ["--links", "520", "--rounds", "1"],
    "memory": ["--links", "2000", "--due", "100"],
    "pictures": ["--photos", "100", "--animations", "3", "--rounds", "2"],
}
"""The benchmarks in their order, with what makes them small."""
TAKE_NOTES = {"pace", "reading"}


def main(arguments: list[str]) -> int:
    """Return the number of benchmarks that failed."""
    parser = ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", default=",".join(SUITE), help=f"some of {', '.join(SUITE)}")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument(
        "--notes", metavar="FOLDER", help="real notes: read them, and spread links over hosts as they do"
    )
    options = parser.parse_args(arguments)
    names = list(dict.fromkeys(options.only.split(",")))
    if unknown := [name for name in names if name not in SUITE]:
        parser.error(f"--only {unknown[0]}: no such benchmark; there are {', '.join(SUITE)}")
    if options.notes and not Path(options.notes).is_dir():
        parser.error(f"--notes {options.notes}: no such folder")
    sections, measured = {}, revision()
    for name in names:
        words = [f"benchmarks.scenarios.{name}", *(SUITE[name] if options.quick else [])]
        notes = ["--notes", str(Path(options.notes).resolve())] if options.notes and name in TAKE_NOTES else []
        began = datetime.now(UTC)
        output = printed([sys.executable, "-m", *words, *notes])
        if output is None:
            print(f"\n{name} failed: its section stays as it was", file=sys.stderr, flush=True)
            continue
        command = " ".join(["python -m", *words, *(["--notes FOLDER"] if notes else [])])
        when = f"{began:%Y-%m-%d %H:%M} UTC"
        sections[name] = results.section(command, when, measured, output, small=options.quick)
    write(sections)
    return len(names) - len(sections)


def printed(command: list[str]) -> str | None:
    """Run a command, show what it prints, and return that, or None when it failed."""
    lines = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return None if process.returncode else "".join(lines)


def revision() -> str:
    """Return the commit that is measured, or the version where there is no git."""
    try:
        command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return version("notemend")


def write(sections: dict[str, str]) -> None:
    """Replace these sections of the file."""
    old = FILE.read_text("utf-8") if FILE.exists() else ""
    with replace_atomically(FILE) as draft:
        draft.write_text(results.replaced(old, sections, SUITE), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
