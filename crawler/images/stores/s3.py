"""Images in a bucket of S3, or of a service that is compatible with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.errors import UserError
from crawler.images.stores.remote import PIECE, AnswerTooLargeError, RemoteImageStore, require
from crawler.images.stores.s3_services import DOMAIN, connection, error_hint
from crawler.messages import say
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.stores.remote import AnswerSize
    from crawler.images.uploads import UploadRecords

_CONNECTIONS = 32  # as many as there are threads that store images


class S3ImageStore(RemoteImageStore):
    """A bucket (IMAGES_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY); otherwise credentials that boto3 finds."""

    def __init__(self, options: ImageOptions, uploads: UploadRecords | None = None) -> None:  # noqa: ARG002 - the interface
        super().__init__(options)
        self._bucket, _, folder = options.location.removeprefix("s3://").partition("/")
        if not self._bucket:
            raise UserError(say("error.no_bucket", place=self.place))
        self._prefix = f"{folder.strip('/')}/".lstrip("/")
        self._client = self._open(options)
        acl = options.s3.acl or options.store_settings.get("IMAGES_STORE_S3_ACL")
        # Many buckets refuse requests with an ACL, also with the default one.
        self._more = {"CacheControl": options.s3.cache_control} | ({"ACL": acl} if acl and acl != "private" else {})

    def _open(self, options: ImageOptions) -> Any:
        """Return a client; raise UserError for settings that boto3 cannot use."""
        boto3, config = require("boto3", self.place, "s3"), require("botocore.config", self.place, "s3")
        settings = options.store_settings
        found = connection(options.s3, self._bucket, settings, os.environ)
        try:
            client = boto3.session.Session().client(
                "s3",
                aws_access_key_id=settings.get("AWS_ACCESS_KEY_ID"),
                aws_secret_access_key=settings.get("AWS_SECRET_ACCESS_KEY"),
                aws_session_token=settings.get("AWS_SESSION_TOKEN"),
                endpoint_url=found.endpoint,
                region_name=found.region,
                use_ssl=settings.get("AWS_USE_SSL", True),
                verify=settings.get("AWS_VERIFY"),
                config=config.Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path" if found.addressing == DOMAIN else found.addressing},
                    max_pool_connections=settings.get("AWS_MAX_POOL_CONNECTIONS") or _CONNECTIONS,
                    # By default boto3 adds checksums, which services other than AWS refuse, over TLS as `aws-chunked`.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        except Exception as error:
            raise UserError(f"IMAGES_STORE: {self.place}: {collapse_whitespace(str(error))}") from error
        client.meta.events.register("before-send.s3", self._send)
        if found.addressing == DOMAIN:
            client.meta.events.register("before-sign.s3", self._leave_out_bucket)
        return client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _leave_out_bucket(self, request: Any, **_: Any) -> None:
        """Remove the bucket from the path of a request, before it is signed: the domain is that of the bucket."""
        parts = urlsplit(request.url)
        request.url = parts._replace(path=parts.path.removeprefix(f"/{self._bucket}") or "/").geturl()

    def _send(self, request: Any, **_: Any) -> Any:
        """Send a request in place of boto3, which would read an answer of any size."""
        is_file, request.stream_output = request.stream_output, True
        answer = self._client._endpoint.http_session.send(request)  # noqa: SLF001 - there is no other way to its body
        answer.raw = _BoundedBody(answer.raw, self._answer_size())
        if not is_file:
            self._read(request, answer)
        return answer

    @staticmethod
    def _read(request: Any, answer: Any) -> None:
        """Read an answer into its `content`; raise the error for which boto3 retries if it breaks off."""
        from botocore.exceptions import ConnectionClosedError
        from urllib3.exceptions import HTTPError

        try:
            _ = answer.content
        except HTTPError as error:
            raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error

    def _put(self, name: str, body: bytes, media_type: str) -> None:
        self._client.put_object(
            Bucket=self._bucket, Key=self._prefix + name, Body=body, ContentType=media_type, **self._more
        )

    def _get(self, name: str) -> bytes:
        answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        body: bytes = answer["Body"].read()
        return body

    def _list(self, folder: str) -> Iterator[tuple[str, int | None]]:
        # Version 1 of the operation: where a service ignores `list-type=2`, boto3 would end after the first page.
        pages = self._client.get_paginator("list_objects").paginate(Bucket=self._bucket, Prefix=self._prefix + folder)
        for page in pages:
            yield from (
                (entry["Key"].removeprefix(self._prefix), entry.get("Size")) for entry in page.get("Contents", ())
            )

    def _remove(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def _hint(self, error: Exception) -> str:
        """Return which setting to change after an error of the service or of boto3."""
        answer = getattr(error, "response", None) or {}
        code = answer.get("Error", {}).get("Code")
        return error_hint(code or type(error).__name__)


class _BoundedBody:
    """The body of an answer, as boto3 reads it."""

    def __init__(self, raw: Any, size: AnswerSize) -> None:
        self._raw, self._size = raw, size

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def read(self, amt: int | None = None) -> bytes:
        """Return so many of the bytes that are left, or all."""
        return b"".join(self.stream()) if amt is None else self._size.add(self._raw.read(amt))

    def stream(self) -> Iterator[bytes]:
        """Yield all bytes that are left, in pieces."""
        try:
            yield from map(self._size.add, self._raw.stream(PIECE))
        except AnswerTooLargeError:
            self._raw.close()
            raise
