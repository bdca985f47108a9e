"""`python -m tests.internet -- COMMAND ARG…`: run a command against the small internet and exit as it exits.

Without a command: print the environment variables and serve until interrupted.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING

from tests.internet import Internet

if TYPE_CHECKING:
    from types import FrameType

NOTICE = "demo: all pages come from a local test server on 127.0.0.1, not from the web"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(command: list[str], environ: dict[str, str]) -> int:
    """Run the command in a process group of its own, hand signals on to it, and return its exit code.

    A group of its own, or a Ctrl-C at the terminal would reach the command twice. Death by signal n gives 128 + n, as
    in a shell.
    """
    with subprocess.Popen(command, env=os.environ | environ, process_group=0) as process:

        def hand_on(number: int, _: FrameType | None) -> None:
            process.send_signal(number)

        for number in SIGNALS:
            signal.signal(number, hand_on)
        code = process.wait()
    return code if code >= 0 else 128 - code


def serve(environ: dict[str, str]) -> int:
    """Print the variables for a shell and wait for a signal."""
    stopped = Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stopped.set())
    print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in environ.items()), flush=True)  # noqa: T201
    stopped.wait()
    return 0


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    print(NOTICE, file=sys.stderr, flush=True)  # noqa: T201
    with Internet() as internet:
        return run(command, internet.environ()) if command else serve(internet.environ())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
