"""`python -m benchmarks [NAME [ARG…]]`: run one benchmark, or those of speed and memory one after the other.

Each runs in a process of its own, as `python -m benchmarks.NAME ARG…` does.
"""

from __future__ import annotations

import subprocess
import sys

EVERY = ("speed", "reading", "rendering", "report", "memory")


def main(arguments: list[str]) -> int:
    """Return the number of benchmarks that failed."""
    runs = [arguments] if arguments else [[name] for name in EVERY]
    return sum(subprocess.call([sys.executable, "-m", f"benchmarks.{name}", *rest]) != 0 for name, *rest in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
