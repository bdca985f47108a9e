"""Images in a bucket of Google Cloud Storage."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from crawler.errors import UserError
from crawler.images.stores import IMMUTABLE
from crawler.images.stores.remote import PIECE, AnswerTooLargeError, RemoteImageStore, require
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.stores.remote import AnswerSize
    from crawler.images.uploads import UploadRecords


class GcsImageStore(RemoteImageStore):
    """A bucket of Google Cloud Storage (GCS_PROJECT_ID)."""

    def __init__(self, options: ImageOptions, uploads: UploadRecords | None = None) -> None:  # noqa: ARG002 - the interface
        super().__init__(options)
        storage = require("google.cloud.storage", self.place, "gs")
        bucket, _, folder = options.location.removeprefix("gs://").partition("/")
        try:
            client: Any = storage.Client(project=options.store_settings.get("GCS_PROJECT_ID"))
            self._bucket: Any = client.bucket(bucket)
        except Exception as error:
            raise UserError(f"IMAGES_STORE: {self.place}: {collapse_whitespace(str(error))}") from error
        client._http.hooks["response"].append(self._read)  # noqa: SLF001 - there is no other way to its answers
        self._prefix = f"{folder.strip('/')}/".lstrip("/")
        self._acl = options.store_settings.get("IMAGES_STORE_GCS_ACL") or None

    def _read(self, response: Any, *, stream: bool = False, **_: Any) -> None:
        """Read an answer that is no file; its client would read one of any size."""
        if stream and response.ok:
            return
        try:
            body = self._answer_size().join(response.iter_content(PIECE))
        except AnswerTooLargeError:
            response.close()
            raise
        vars(response).update(_content=body, _content_consumed=True)

    def _put(self, name: str, body: bytes, media_type: str) -> None:
        blob = self._bucket.blob(self._prefix + name)
        blob.cache_control = IMMUTABLE
        blob.upload_from_string(body, content_type=media_type, predefined_acl=self._acl)

    def _get(self, name: str) -> bytes:
        body = _BoundedFile(self._answer_size())
        self._bucket.blob(self._prefix + name).download_to_file(body)
        return body.getvalue()

    def _list(self, folder: str) -> Iterator[tuple[str, int | None]]:
        for blob in self._bucket.list_blobs(prefix=self._prefix + folder):
            yield blob.name.removeprefix(self._prefix), blob.size

    def _remove(self, name: str) -> None:
        self._bucket.blob(self._prefix + name).delete()


class _BoundedFile(BytesIO):
    """A file in memory, which counts what is written to it."""

    def __init__(self, size: AnswerSize) -> None:
        super().__init__()
        self._size = size

    def write(self, piece: Any) -> int:
        """Write the next bytes of an answer."""
        return super().write(self._size.add(piece))
