"""Images in a folder on a WebDAV server, such as Nextcloud or Jianguoyun (坚果云)."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from crawler.errors import UserError
from crawler.images.stores.remote import RemoteImageStore, require, walk
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.uploads import UploadRecords

_TIMEOUT = 60
_HINTS = {
    401: "check WEBDAV_USER and WEBDAV_PASSWORD; most services want a password of its own for each app",
    403: "check that WEBDAV_USER may write to the folder in IMAGES_STORE",
    409: "check the folder in IMAGES_STORE",
    429: "the server limits the number of requests; the next run goes on",
    503: "the server may limit the number of requests; the next run goes on",
}


class WebdavImageStore(RemoteImageStore):
    """A folder on a WebDAV server: `davs://` by https, `dav://` by http (WEBDAV_USER, WEBDAV_PASSWORD).

    Every folder is listed by a request of its own: many servers refuse to list a whole tree.
    """

    def __init__(self, options: ImageOptions, uploads: UploadRecords | None = None) -> None:  # noqa: ARG002 - the interface
        super().__init__(options)
        self._api = require("webdav4.client", self.place, "webdav")
        parts, settings = urlsplit(options.location), options.store_settings
        if not parts.hostname:
            raise UserError(say("error.no_host", place=self.place, scheme=parts.scheme))
        user = unquote(parts.username or "") or settings.get("WEBDAV_USER")
        password = unquote(parts.password or "") or settings.get("WEBDAV_PASSWORD") or ""
        server = f"{'https' if parts.scheme == 'davs' else 'http'}://{parts.netloc.rpartition('@')[2]}"
        auth = (user, password) if user else None
        self._client: Any = self._api.Client(
            server,
            auth=auth,
            timeout=_TIMEOUT,
            headers={"Accept-Encoding": "identity"},  # a small answer could be decompressed to a very large one
            event_hooks={"response": [self._read]},
        )
        self._root = unquote(parts.path).strip("/")
        self._folders: set[str] = set()
        """Paths of folders that exist."""
        self._making = RLock()

    def close(self) -> None:
        """Close the connections."""
        self._client.http.close()

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".strip("/")

    def _read(self, response: Any) -> None:
        """Read the body of an answer; httpx would read one of any size."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ValueError(say("error.store_compressed"))
        vars(response).update(_content=self._answer_size().join(response.iter_raw()))

    def _put(self, name: str, body: bytes, media_type: str) -> None:
        path = self._path(name)
        self._make_folder(path.rpartition("/")[0])
        self._client.upload_fileobj(BytesIO(body), path, overwrite=True, headers={"Content-Type": media_type})

    def _get(self, name: str) -> bytes:
        body: bytes = self._client.request("GET", self._path(name)).content
        return body

    def _list(self, folder: str) -> Iterator[tuple[str, int | None]]:
        return walk(self._entries, folder)

    def _entries(self, folder: str) -> list[tuple[str, int | None]]:
        """Return the names and sizes in a folder; none if it does not exist."""
        path = self._path(folder)
        try:
            entries = self._client.ls(path, detail=True)
        except self._api.ResourceNotFound:
            return []
        self._folders.add(path)
        paths = ((entry["name"].strip("/"), entry["content_length"]) for entry in entries)
        return [(each.rpartition("/")[2], size) for each, size in paths if each != path]

    def _move(self, source: str, target: str) -> None:
        path = self._path(target)
        self._make_folder(path.rpartition("/")[0])
        self._client.move(self._path(source), path, overwrite=True)

    def _remove(self, name: str) -> None:
        self._client.remove(self._path(name))

    def _make_folder(self, path: str) -> None:
        """Create a folder, and those above it, unless it is known to exist."""
        with self._making:
            if not path or path in self._folders:
                return
            with suppress(self._api.ResourceAlreadyExists):
                try:
                    self._client.mkdir(path)
                except (self._api.ResourceConflict, self._api.ResourceNotFound):
                    self._make_folder(path.rpartition("/")[0])
                    self._client.mkdir(path)
            self._folders.add(path)

    def _hint(self, error: Exception) -> str:
        """Return what to check after an HTTP status, or after an answer that is not WebDAV."""
        if isinstance(error, ValueError):
            return "check the URL in IMAGES_STORE: it is not that of a WebDAV folder"
        cause = error if hasattr(error, "status_code") else error.__cause__
        return _HINTS.get(getattr(cause, "status_code", 0), "")
