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
from crawler.images.store import ImageStore, is_image_name
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.config.crawl_options import ImageOptions

_IMMUTABLE = "public, max-age=31536000, immutable"  # a name always has the same bytes (RFC 8246)


class RemoteImageStore(ImageStore):
    """An image store whose names are listed once: a request for each image would take as long as sending it."""

    def __init__(self, place: str, base: str) -> None:
        super().__init__(re.sub(r"//[^/@]*@", "//", place), base)
        self._lock = Lock()
        self._names: set[str] | None = None

    @abstractmethod
    def _put(self, name: str, body: bytes, media_type: str) -> None:
        """Send bytes."""

    @abstractmethod
    def _get(self, name: str) -> bytes:
        """Fetch bytes."""

    @abstractmethod
    def _list(self) -> Iterator[str]:
        """Yield every name in the store."""

    @abstractmethod
    def _remove(self, name: str) -> None:
        """Remove a name."""

    def connect(self) -> None:
        """List the names; set `unavailable_reason` if that fails."""
        try:
            self._load_names()
        except ImageStoreError as error:
            self.unavailable_reason = str(error)

    def disconnect(self) -> None:
        """Forget the list."""
        self._names, self.unavailable_reason = None, None

    def put(self, name: str, body: bytes, media_type: str) -> None:
        """Send the bytes unless the store has the name."""
        if self.has(name):
            return
        with self._report_reachability():
            self._put(name, body, media_type)
        self._load_names().add(name)

    def has(self, name: str) -> bool:
        """Return whether the name is in the list."""
        return name in self._load_names()

    def open(self, name: str) -> bytes:
        """Fetch bytes."""
        with self._report_reachability():
            return self._get(name)

    def list(self) -> Iterator[str]:
        """Return the names in order."""
        return iter(sorted(self._load_names()))

    def delete(self, name: str) -> None:
        """Remove a name from the store and from the list."""
        with self._report_reachability():
            self._remove(name)
        self._load_names().discard(name)

    def _load_names(self) -> set[str]:
        with self._lock:
            if self._names is None:
                with self._report_reachability():
                    self._names = set(filter(is_image_name, self._list()))
            return self._names

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

    def _list(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            yield from (entry["Key"].removeprefix(self._prefix) for entry in page.get("Contents", ()))

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

    def _list(self) -> Iterator[str]:
        yield from (blob.name.removeprefix(self._prefix) for blob in self._bucket.list_blobs(prefix=self._prefix))

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
        folder, _, file = name.partition("/")
        with self._session() as ftp:
            self._enter(ftp, folder)
            ftp.storbinary(f"STOR .{file}.part", BytesIO(body))
            ftp.rename(f".{file}.part", file)

    def _get(self, name: str) -> bytes:
        body = BytesIO()
        with self._session() as ftp:
            ftp.retrbinary(f"RETR {name}", body.write)
        return body.getvalue()

    def _list(self) -> Iterator[str]:
        with self._session() as ftp:
            for folder in ftp.nlst():
                if re.fullmatch("[0-9a-f]{2}", folder):
                    yield from (f"{folder}/{file.rpartition('/')[2]}" for file in ftp.nlst(folder))

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
