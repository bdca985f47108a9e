"""Images in a folder on an FTP server."""

from __future__ import annotations

import ftplib
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.errors import UserError
from crawler.images.stores.remote import RemoteImageStore, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.stores.remote import AnswerSize
    from crawler.images.uploads import UploadRecords

_TIMEOUT = 30


class _BoundedFtp(ftplib.FTP):
    """A connection that counts the bytes of files, of lists, and of all replies together."""

    def __init__(self, new_size: Callable[[], AnswerSize]) -> None:
        super().__init__(timeout=_TIMEOUT, encoding="utf-8")
        self._new_size, self._replies = new_size, new_size()

    def getline(self) -> str:
        """Return the next line of a reply."""
        line = super().getline()
        self._replies.add(line.encode())
        return line

    def retrbinary(
        self, cmd: str, callback: Callable[[bytes], object], blocksize: int = 8192, rest: int | str | None = None
    ) -> str:
        """Call a function for each piece of a file."""
        size = self._new_size()
        return super().retrbinary(cmd, lambda piece: callback(size.add(piece)), blocksize, rest)

    def retrlines(self, cmd: str, callback: Callable[[str], object] | None = None) -> str:
        """Call a function for each line of a list."""
        size = self._new_size()

        def count(line: str) -> None:
            size.add(line.encode())
            if callback is not None:
                callback(line)

        return super().retrlines(cmd, count)


class FtpImageStore(RemoteImageStore):
    """A folder on an FTP server (FTP_USER, FTP_PASSWORD, or both in the URL); one connection for each request."""

    def __init__(self, options: ImageOptions, uploads: UploadRecords | None = None) -> None:  # noqa: ARG002 - the interface
        super().__init__(options)
        parts, settings = urlsplit(options.location), options.store_settings
        try:
            self._address = parts.hostname or "", parts.port or ftplib.FTP_PORT
        except ValueError as error:
            raise UserError(f"IMAGES_STORE: {self.place}: {error}") from error
        user, password = parts.username or settings.get("FTP_USER"), parts.password or settings.get("FTP_PASSWORD")
        self._login = unquote(user or "anonymous"), unquote(password or "guest")
        self._passive = not settings.get("FEED_STORAGE_FTP_ACTIVE")
        self._folder = unquote(parts.path).rstrip("/")

    @contextmanager
    def _session(self) -> Iterator[ftplib.FTP]:
        with _BoundedFtp(self._answer_size) as ftp:
            ftp.connect(*self._address)
            ftp.login(*self._login)
            ftp.set_pasv(self._passive)
            if self._folder:
                self._enter(ftp, self._folder)
            yield ftp

    @staticmethod
    def _enter(ftp: ftplib.FTP, folder: str) -> None:
        """Change to a folder; create it if it does not exist."""
        try:
            ftp.cwd(folder)
        except ftplib.error_perm:
            for part in filter(None, folder.split("/")):
                if part not in ftp.nlst():
                    ftp.mkd(part)
                ftp.cwd(part)

    def _put(self, name: str, body: bytes, media_type: str) -> None:  # noqa: ARG002 - FTP has no media types
        folder, _, file = name.rpartition("/")
        with self._session() as ftp:
            self._enter(ftp, folder)
            ftp.storbinary(f"STOR .{file}.part", BytesIO(body))
            ftp.rename(f".{file}.part", file)

    def _get(self, name: str) -> bytes:
        body = BytesIO()
        with self._session() as ftp:
            ftp.retrbinary(f"RETR {name}", body.write)
        return body.getvalue()

    def _list(self, folder: str) -> Iterator[tuple[str, int | None]]:
        with self._session() as ftp:
            if not folder or folder in ftp.nlst():
                yield from walk(lambda each: self._entries(ftp, each), folder)

    @staticmethod
    def _entries(ftp: ftplib.FTP, folder: str) -> list[tuple[str, int | None]]:
        """Return the names in a folder, of which some servers give the paths; not all tell sizes."""
        return [(name.rstrip("/").rpartition("/")[2], None) for name in ftp.nlst(*filter(None, [folder]))]

    def _remove(self, name: str) -> None:
        with self._session() as ftp:
            ftp.delete(name)
