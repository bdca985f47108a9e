"""How a command ends that is no crawl: one line and an exit code, whatever happens to it."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.cli.exit_codes import INTERRUPTED, exit_code_of
from crawler.errors import UserError
from tests.support.options import project_settings

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_closes_what_is_open(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    closed = []

    def work(_: CrawlOptions) -> int:
        try:
            os.kill(os.getpid(), number)
            pytest.fail("it goes on")
        finally:
            closed.append(number)

    before = signal.getsignal(number)
    assert exit_code_of(project_settings(OUTPUT_DIR=str(tmp_path)), work) == code
    assert closed == [number]
    assert capsys.readouterr() == ("", f"notemend: {INTERRUPTED}\n")
    assert signal.getsignal(number) is before
    assert list(tmp_path.iterdir()) == []


def test_a_second_signal_ends_it_at_once() -> None:
    """In a process of its own, since it ends."""
    script = """if True:
        import os, signal, time
        from crawler.cli.exit_codes import exit_code_of
        from tests.support.options import project_settings
        def work(_):
            try:
                os.kill(os.getpid(), signal.SIGINT)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(60)
        exit_code_of(project_settings(), work)
    """
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", script]) == -signal.SIGTERM


@pytest.mark.parametrize(("error", "said"), [(UserError("x: y"), "x: y"), (PermissionError(13, "No", "f"), "f: No")])
def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str], error: Exception, said: str) -> None:
    def work(_: CrawlOptions) -> int:
        raise error

    assert exit_code_of(project_settings(), work) == 2
    assert capsys.readouterr() == ("", f"notemend: {said}\n")
