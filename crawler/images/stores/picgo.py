"""Images that PicGo or PicList uploads: kept in the local folder, and shown under the URL that the upload returned."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import chain, islice
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests

from crawler.daemon_threads import call_within
from crawler.errors import UserError
from crawler.images.store import FolderImageStore, writable_folder
from crawler.images.stores import without_login
from crawler.images.stores.picgo_settings import find_uploader
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.uploads import UploadRecords

_PORT = 36677
_TIMEOUT = (5, 120)
"""Seconds to connect, and to wait for the answer, which comes after the upload."""

ANSWER_SECONDS = 150.0
"""Seconds until the whole answer is there."""

_MAX_ANSWER = 65_536
"""Bytes of an answer that are read."""

_MAX_REFUSALS = 3
"""Refused uploads in a row after which no more are tried in a run."""

_MAX_MESSAGE = 200


class _RefusedError(Exception):
    """PicGo answered that an image is not uploaded."""


class PicGoImageStore(FolderImageStore):
    """A local folder whose images PicGo's server (`POST /upload`) has uploaded; their URLs are in the link database.

    If an upload fails, the image stays in the folder, notes show its original URL, and the next run tries again. What
    is uploaded cannot be listed or removed: the trash has only the local files.
    """

    def __init__(self, options: ImageOptions, uploads: UploadRecords) -> None:
        super().__init__(writable_folder(options.folder))
        parts = urlsplit(options.location)
        try:
            host, port = parts.hostname or "127.0.0.1", parts.port or _PORT
        except ValueError as error:
            raise UserError(f"IMAGES_STORE: {without_login(options.location)}: {error}") from error
        self._server = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._parameters = {"key": key} if (key := options.store_settings.get("PICGO_KEY")) else {}
        self._uploads, self._uploader = uploads, find_uploader()
        self._own_url = options.base_url.rstrip("/") or self._uploader.base_url
        self._known: tuple[dict[str, str], dict[str, str]] | None = None
        self._sending = Lock()  # one at a time: PicGo may name files by the time
        self._refusals: list[str] = []
        self._in_a_row = 0
        self._stopped = ""

    @property
    def unsent_reason(self) -> str | None:
        """Why images are only in the folder; None if all that were to be sent in this run have a URL."""
        reason = self._stopped or (self._refusals[-1] if self._refusals else "")
        if not reason:
            return None
        number = sum(name not in self._urls for name in self.list())
        images = "1 image is" if number == 1 else f"{number} images are"
        return f"{self._server}: {reason}; {images} in {self.place} and not uploaded yet, the next run tries again"

    def connect(self) -> None:
        """Read which images have a URL."""
        self._known = dict(self._uploads.uploaded_urls()), dict(self._uploads.uploaded_names())

    @property
    def _urls(self) -> dict[str, str]:
        """The URLs of uploaded images, by name."""
        return self._records()[0]

    @property
    def _names(self) -> dict[str, str]:
        """The names of uploaded images, by URL."""
        return self._records()[1]

    def _records(self) -> tuple[dict[str, str], dict[str, str]]:
        if self._known is None:
            self.connect()
        assert self._known is not None  # noqa: S101 - set by connect
        return self._known

    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Write the file, and upload it unless it has a URL."""
        super().put(name, body, media_type)
        self._send(name)

    def send_unsent(self) -> None:
        """Upload the images in the folder that have no URL."""
        for name in list(self.list()):
            self._send(name)

    def public_url(self, name: str, note_folder: Path) -> str | None:  # noqa: ARG002 - the same for all folders
        """Return the URL that the upload of an image returned; None if it is not uploaded."""
        return self._urls.get(name)

    def is_own_url(self, url: str) -> bool:
        """Return whether PicGo gave an image this URL, or uses others below the same one."""
        return url in self._names or (bool(self._own_url) and url.startswith(f"{self._own_url}/"))

    def _send(self, name: str) -> None:
        with self._sending:
            if self._stopped or name in self._urls:
                return
            try:
                url = self._upload(name)
            except (requests.RequestException, TimeoutError) as error:
                self._stopped = _reason(error)
            except _RefusedError as error:
                self._refusals.append(f"{name}: {error}")
                self._in_a_row += 1
                if self._in_a_row >= _MAX_REFUSALS:
                    self._stopped = self._refusals[-1]
            else:
                self._in_a_row = 0
                self._uploads.save_upload(url, name, datetime.now(UTC))
                self._urls[name] = url
                self._names[url] = name

    def _upload(self, name: str) -> str:
        """Return the URL that an image has after its upload."""
        path = str((self.folder / name).resolve())
        url = self._url_of(*call_within(ANSWER_SECONDS, lambda: self._post(path)))
        if self._names.get(url, name) != name:
            raise _RefusedError(f"got the URL of {self._names[url]}, {url}; turn off renaming in PicGo")
        return url

    def _post(self, path: str) -> tuple[int, bytes]:
        """Ask to upload a file; return the status and at most _MAX_ANSWER bytes of the answer."""
        url, given = f"{self._server}/upload", {"list": [path]}
        with requests.Session() as session:
            session.trust_env = False  # no proxy, which could not read the file
            with session.post(url, json=given, params=self._parameters, timeout=_TIMEOUT, stream=True) as answer:
                body = chain.from_iterable(answer.iter_content(_MAX_ANSWER))
                return answer.status_code, bytes(islice(body, _MAX_ANSWER))

    def _url_of(self, status: int, answer: bytes) -> str:
        """Return the URL in an answer; raise _RefusedError if it has none."""
        try:
            found: Any = json.loads(answer)
        except (ValueError, RecursionError):
            raise _RefusedError(f"HTTP {status} without JSON, which is no answer of PicGo") from None
        found = found if isinstance(found, dict) else {}
        urls = found.get("result")
        if not found.get("success") or not isinstance(urls, list) or len(urls) != 1 or not isinstance(urls[0], str):
            uploader = f" (uploader {self._uploader.name})" if self._uploader.name else ""
            message = collapse_whitespace(str(found.get("message") or "no URL returned"))[:_MAX_MESSAGE]
            raise _RefusedError(f"PicGo{uploader}: {message}")
        url = unquote(urls[0]) if urls[0].startswith(("http%3A", "https%3A")) else urls[0]  # some versions encode it
        if not url.startswith(("http://", "https://")) or any(char.isspace() for char in url):
            raise _RefusedError(f"PicGo returned no URL: {url[:_MAX_MESSAGE]!r}")
        return url


def _reason(error: requests.RequestException | TimeoutError) -> str:
    if isinstance(error, requests.Timeout | TimeoutError):
        return "no answer"
    return "PicGo is not running, or its server is turned off"
