"""What goes wrong while pictures are kept: nothing half-written has a final name, and the next run completes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from crawler.atomic_files import draft_beside
from crawler.images.names import is_image_name
from tests.crawler.link_checking.images.test_image_fallbacks import PICTURES, drawn, kept, named, shown, url
from tests.internet.messages import Request, Response
from tests.support.crawling import kill
from tests.support.processes import ROOT
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.internet import Internet
    from tests.support.crawling import Desk

LARGE = 3_000_000
LIMIT = 2_000_000


def large(request: Request) -> Response:
    """Return a picture of three megabytes that no other address has."""
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return Response(body=out.getvalue() + Random(request.url).randbytes(LARGE), headers={"Content-Type": "image/png"})


def finished(folder: Path) -> list[Path]:
    """Return the files with final names, all of them whole; whatever else there is, is a draft."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    done = [file for file in files if is_image_name(file.relative_to(folder).as_posix())]
    assert all(sha256(file.read_bytes()).hexdigest() == file.stem for file in done)
    assert all(file.name.endswith(".part") for file in set(files) - set(done))
    return done


def test_a_full_disk(desk: Desk, internet: Internet) -> None:
    """Files cannot grow beyond a size that the store stays below and one picture does not."""
    internet.fault("*large*", large)
    desk.write("a.md", shown(url("large"), url("one")))
    command = [sys.executable, "-m", "scrapy", *desk.command("crawl", "notes", "-a", f"notes={desk.notes}")]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | desk.environ,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"notemend: IMAGES_STORE: {desk.output}/images: File too large"]
    assert finished(desk.output / "images") in ([], [desk.output / "images" / named(drawn("one"))])
    assert not list((desk.output / "images").rglob("*.part"))
    assert url("large") in (desk.output / "notes/a.md").read_text()
    assert "not saved: " in desk.health()[url("large")]["reason"]
    assert desk.crawl().returncode == 0
    assert len(kept(desk)) == 2
    assert "qpic.cn" not in (desk.output / "notes/a.md").read_text()


def test_a_folder_that_cannot_be_written_to(desk: Desk) -> None:
    desk.write("a.md", shown(url("one")))
    (desk.folder / "a file").write_text("in the way")
    done = desk.crawl("-s", f"IMAGES_STORE={desk.folder}/a file")
    assert (done.returncode, done.stderr) == (2, f"notemend: {desk.folder}/a file: not writable: File exists\n")


@pytest.mark.parametrize("files", sampled([3, 0]))
def test_killed_while_pictures_are_written(desk: Desk, internet: Internet, files: int) -> None:
    internet.fault(PICTURES, large)
    urls = [url(f"large{number}") for number in range(12)]
    desk.write("a.md", shown(*urls))
    folder = desk.output / "images"
    run = desk.start()
    deadline = time.monotonic() + 60
    while len(list(folder.rglob("*.p*"))) <= files and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.001)
    kill(run)
    before = finished(folder)
    (folder / "ab").mkdir(exist_ok=True)
    draft_beside(folder / "ab/x", run.pid).write_bytes(b"half a picture")
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    assert len(finished(folder)) == len(kept(desk)) == len(urls)
    assert set(before) <= set(finished(folder))
    assert "qpic.cn" not in (desk.output / "notes/a.md").read_text()
