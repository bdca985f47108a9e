"""A file of settings beside the notes: it is read, or refused in one line; and lychee's expressions."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler import settings
from crawler.config.beside.regex_globs import NoGlobError, globs_of_regex
from crawler.config.beside.settings_file import NAME
from crawler.config.crawl_options import read_options
from crawler.config.plain_settings import PlainSettings
from crawler.errors import UserError
from crawler.globs import compile_globs
from crawler.kinds.registry import kind_names

TOKENS = (
    *(b"[[overrides]]\n", b'paths = ["a/**"]\n', b"entries = ", b"exclude_urls = ", b"[download_delays]\n", b'"*" = 1'),
    *(
        b'output_dir = "..',
        b"dead_after = ",
        b"github_token",
        b'"""',
        b"'''",
        b"\\u0000",
        b"1979-05-27",
        b"\xef\xbb\xbf",
    ),
    *(b"(?:", b"[^/]", b".*", b"\\.", b"|"),
)


def _refusal(folder: Path) -> str | None:
    try:
        read_options(PlainSettings(settings, {"NOTES_DIR": str(folder)}), kind_names())
    except UserError as error:
        return str(error)
    return None


def one_input(data: bytes) -> None:
    # A folder of each input: one of the module would be removed by the process of another target that finds something.
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        (folder / NAME).write_bytes(data)
        (folder / ".git").mkdir()
        refused = _refusal(folder)
        assert refused is None or (refused.startswith(str(folder)) and "\n" not in refused)
    with suppress(NoGlobError, UnicodeDecodeError, re.error):
        regex = data[:100].decode()
        globs, expression = compile_globs(globs_of_regex(regex)), re.compile(regex)
        for text in ("", "https://a.example/x", "a", regex):
            if "\n" not in text:
                assert bool(globs.fullmatch(text)) == bool(expression.search(text))
