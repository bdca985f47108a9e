"""Image stores on the network: S3 and compatible services, Google Cloud Storage, FTP.

Scrapy's stores read the settings and log in. Their uploads need Scrapy's event loop, which some commands do not have:
so their clients are used directly.
"""

from __future__ import annotations

import ftplib
import re
from abc import abstractmethod
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import NotConfigured
from scrapy.pipelines.files import FilesPipeline, FTPFilesStore, GCSFilesStore, S3FilesStore
from scrapy.settings import Settings

from crawler.errors import ImageStoreError, UserError
from crawler.images.sniff import media_type
from crawler.images.store import TRASH, ImageStore, is_image_name, parse_trashed, trashed_name
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from crawler.config.crawl_options import ImageOptions

_IMMUTABLE = "public, max-age=31536000, immutable"  # a name always has the same bytes (RFC 8246)


class RemoteImageStore(ImageStore):
    """An image store whose names are listed once: a request for each image would take as long as sending it."""

    def __init__(self, place: str, base: str) -> None:
        super().__init__(re.sub(r"//[^/@]*@", "//", place), base)
        self._lock = Lock()
        self._sizes: dict[str, int | None] | None = None

    @abstractmethod
    def _put(self, name: str, body: bytes, media_type: str) -> None:
        """Send bytes."""

    @abstractmethod
    def _get(self, name: str) -> bytes:
        """Fetch bytes."""

    @abstractmethod
    def _list(self) -> Iterator[tuple[str, int | None]]:
        """Yield every name in the store, also those in the trash, with its size in bytes if the store tells."""

    @abstractmethod
    def _remove(self, name: str) -> None:
        """Remove a name."""

    def connect(self) -> None:
        """List the names; set `unavailable_reason` if that fails."""
        try:
            self._load_sizes()
        except ImageStoreError as error:
            self.unavailable_reason = str(error)

    def disconnect(self) -> None:
        """Forget the list."""
        self._sizes, self.unavailable_reason = None, None

    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Send the bytes unless the store has the name."""
        if self.has(name):
            return
        with self._report_reachability():
            self._put(name, body, media_type)
        self._load_sizes()[name] = len(body)

    def has(self, name: str) -> bool:
        """Return whether the name is in the list."""
        return name in self._load_sizes()

    def size(self, name: str) -> int | None:
        """Return the size of a name in the list."""
        return self._load_sizes().get(name)

    def forget(self, name: str) -> None:
        """Remove the name from the list."""
        self._load_sizes().pop(name, None)

    def open(self, name: str) -> bytes:
        """Fetch bytes."""
        with self._report_reachability():
            return self._get(name)

    def list(self) -> Iterator[str]:
        """Return the names in order."""
        return iter(sorted(self._load_sizes()))

    def discard(self, name: str, day: date) -> None:
        """Move a name to the trash: it is sent there, and then removed from the store and from the list."""
        if not self.has(name):
            return
        with self._report_reachability():
            body = self._get(name)
            self._put(trashed_name(name, day), body, media_type(body) or "application/octet-stream")
            self._remove(name)
        self.forget(name)

    def discarded(self) -> Iterator[tuple[date, str]]:
        """Yield the names in the trash, the oldest first."""
        with self._report_reachability():
            names = sorted(name for name, _ in self._list())
        yield from filter(None, map(parse_trashed, names))

    def restore(self, name: str, day: date) -> None:
        """Send a name from the trash to its place again; the trash keeps its copy for its time."""
        body = self.open(trashed_name(name, day))
        self.put(name, body, media_type(body) or "application/octet-stream")

    def delete_discarded(self, name: str, day: date) -> None:
        """Remove a name from the trash."""
        with self._report_reachability():
            self._remove(trashed_name(name, day))

    def _load_sizes(self) -> dict[str, int | None]:
        with self._lock:
            if self._sizes is None:
                with self._report_reachability():
                    self._sizes = {name: size for name, size in self._list() if is_image_name(name)}
            return self._sizes

    @contextmanager
    def _report_reachability(self) -> Iterator[None]:
        """Raise ImageStoreError for any exception of a client: they have no base class in common."""
        try:
            yield
        except Exception as error:
            message = collapse_whitespace(str(error)) or type(error).__name__
            raise ImageStoreError(f"{self.place}: {message[:300]}") from error


class S3ImageStore(RemoteImageStore):
    """A bucket of S3, MinIO, R2, Spaces … (AWS_ENDPOINT_URL); credentials are those that botocore finds."""

    def __init__(self, options: ImageOptions) -> None:
        super().__init__(options.location, options.base_url)
        store = _store(S3FilesStore, f"{options.location.rstrip('/')}/", options, "s3")
        self._client: Any = store.s3_client
        self._bucket, self._prefix = store.bucket, store.prefix
        acl = options.store_settings.get("IMAGES_STORE_S3_ACL")
        # Many buckets refuse requests with an ACL, also with the default one.
        self._acl_arguments = {"ACL": acl} if acl and acl != "private" else {}

    def _put(self, name: str, body: bytes, media_type: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._prefix + name,
            Body=body,
            ContentType=media_type,
            CacheControl=_IMMUTABLE,
            **self._acl_arguments,
        )

    def _get(self, name: str) -> bytes:
        answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        body: bytes = answer["Body"].read()
        return body

    def _list(self) -> Iterator[tuple[str, int | None]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            yield from (
                (entry["Key"].removeprefix(self._prefix), entry.get("Size")) for entry in page.get("Contents", ())
            )

    def _remove(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)


class GcsImageStore(RemoteImageStore):
    """A bucket of Google Cloud Storage (GCS_PROJECT_ID)."""

    def __init__(self, options: ImageOptions) -> None:
        super().__init__(options.location, options.base_url)
        store = _store(GCSFilesStore, f"{options.location.rstrip('/')}/", options, "gs")
        self._bucket: Any = store.bucket
        self._prefix = store.prefix
        self._acl = options.store_settings.get("IMAGES_STORE_GCS_ACL") or None

    def _put(self, name: str, body: bytes, media_type: str) -> None:
        blob = self._bucket.blob(self._prefix + name)
        blob.cache_control = _IMMUTABLE
        blob.upload_from_string(body, content_type=media_type, predefined_acl=self._acl)

    def _get(self, name: str) -> bytes:
        body: bytes = self._bucket.blob(self._prefix + name).download_as_bytes()
        return body

    def _list(self) -> Iterator[tuple[str, int | None]]:
        for blob in self._bucket.list_blobs(prefix=self._prefix):
            yield blob.name.removeprefix(self._prefix), blob.size

    def _remove(self, name: str) -> None:
        self._bucket.blob(self._prefix + name).delete()


class FtpImageStore(RemoteImageStore):
    """A folder on an FTP server (FTP_USER, FTP_PASSWORD, or both in the URL); one connection for each request."""

    def __init__(self, options: ImageOptions) -> None:
        super().__init__(options.location, options.base_url)
        place = options.location
        if re.fullmatch(r"ftp://[^/]*:\d+(?:/.*)?", place) is None:
            place = re.sub(r"(?<=//)([^/]+)", r"\1:21", place, count=1)
        self._store = _store(FTPFilesStore, place, options, "ftp")

    @contextmanager
    def _session(self) -> Iterator[ftplib.FTP]:
        with ftplib.FTP(timeout=30, encoding="utf-8") as ftp:  # noqa: S321 - the user configured FTP
            ftp.connect(self._store.host, self._store.port)
            ftp.login(self._store.username, self._store.password)
            ftp.set_pasv(not self._store.USE_ACTIVE_MODE)
            if self._store.basedir:
                self._enter(ftp, self._store.basedir)
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

    def _list(self) -> Iterator[tuple[str, int | None]]:
        with self._session() as ftp:
            days = self._names_in(ftp, TRASH) if TRASH in ftp.nlst() else []
            for folder in ("", *(f"{TRASH}/{day}/" for day in days)):
                for part in self._names_in(ftp, folder):
                    if re.fullmatch("[0-9a-f]{2}", part):
                        for file in self._names_in(ftp, f"{folder}{part}"):
                            yield f"{folder}{part}/{file}", None  # not all servers tell sizes

    @staticmethod
    def _names_in(ftp: ftplib.FTP, folder: str) -> list[str]:
        """Return the names in a folder; some servers answer with paths."""
        return [name.rstrip("/").rpartition("/")[2] for name in ftp.nlst(*filter(None, [folder]))]

    def _remove(self, name: str) -> None:
        with self._session() as ftp:
            ftp.delete(name)


REMOTE: dict[str, Callable[[ImageOptions], ImageStore]] = {
    "s3": S3ImageStore,
    "gs": GcsImageStore,
    "ftp": FtpImageStore,
}


def _store(store: Any, place: str, options: ImageOptions, extra: str) -> Any:
    """Return one of Scrapy's stores, configured and logged in; raise UserError if that fails."""
    FilesPipeline._update_stores(Settings(dict(options.store_settings)))  # noqa: SLF001 - Scrapy's pipeline passes the settings to its stores
    try:
        return store(place)
    except (NotConfigured, ImportError) as error:
        raise UserError(f"IMAGES_STORE: for {place} install notemend[{extra}] ({error})") from error
    except Exception as error:
        raise UserError(f"IMAGES_STORE: {place}: {collapse_whitespace(str(error))}") from error
