"""A service that is compatible with S3 and as strict as the strictest of them: it refuses what any of them refuses.

It checks where the bucket stands (host, path or neither), the signature (version 4) with its region, and the hash of
the body. It refuses `aws-chunked`, checksums, ACLs, and whatever else of `x-amz-…` it does not know. It lists 1,000
names at a time, and ignores `list-type=2` as old services do.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.internet.messages import Response
from tests.internet.sites.buckets import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.internet.messages import Request

PAGE = 1_000
KEY, SECRET = "AKIDEXAMPLE", "secret/of+the=key"
KNOWN_HEADERS = {"x-amz-date", "x-amz-content-sha256"}


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a bucket."""

    body: bytes
    media_type: str
    cache_control: str


class RefusedError(Exception):
    """A request that the service refuses, with its status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.response = Response(
            status,
            f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>refused: {code}</Message></Error>".encode(),
            {"Content-Type": "application/xml"},
        )


@dataclass(slots=True)
class S3Service:
    """One bucket at an endpoint; `style` is "virtual", "path" or "domain", as in IMAGES_S3."""

    endpoint: str
    region: str
    style: str
    objects: dict[str, Stored] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        """The host of all requests for objects."""
        return f"{BUCKET}.{self.endpoint}" if self.style == "virtual" else self.endpoint

    def answer(self, request: Request) -> Response:
        """Answer a request, for `Internet.fault`."""
        try:
            self._check_headers(request)
            key = self._key(request)
            self._check_signature(request)
            return self._operation(request, key)
        except RefusedError as error:
            self.refused.append(str(error))
            return error.response

    def _key(self, request: Request) -> str:
        path = unquote(request.path).removeprefix("/")
        if request.host != self.host:
            raise RefusedError(403, "SecondLevelDomainForbidden")
        if self.style != "path":
            return path
        bucket, _, key = path.partition("/")
        if bucket != BUCKET:
            raise RefusedError(404, "NoSuchBucket")
        return key

    @staticmethod
    def _check_headers(request: Request) -> None:
        headers = request.headers
        digest = headers.get("x-amz-content-sha256", "")
        if "aws-chunked" in headers.get("content-encoding", "") or "transfer-encoding" in headers:
            raise RefusedError(400, "InvalidArgument")
        if digest.startswith("STREAMING-") or any("checksum" in name or "trailer" in name for name in headers):
            raise RefusedError(400, "InvalidArgument")
        if {name for name in headers if name.startswith("x-amz-")} - KNOWN_HEADERS:
            raise RefusedError(501, "NotImplemented")
        if digest != sha256(request.body).hexdigest():
            raise RefusedError(400, "XAmzContentSHA256Mismatch")
        if request.method == "PUT" and headers.get("content-length") != str(len(request.body)):
            raise RefusedError(411, "MissingContentLength")

    def _check_signature(self, request: Request) -> None:
        form = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), "
            r"Signature=([0-9a-f]{64})",
            request.headers.get("authorization", ""),
        )
        if form is None or form[1] != KEY:
            raise RefusedError(403, "InvalidAccessKeyId")
        _, day, region, names, signature = form.groups()
        if region != self.region:
            raise RefusedError(400, "AuthorizationHeaderMalformed")
        headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names.split(";"))
        pairs = sorted(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
        parts = (request.method, request.path, query, headers, names, request.headers["x-amz-content-sha256"])
        scope = f"{day}/{region}/s3/aws4_request"
        hashed = sha256("\n".join(parts).encode()).hexdigest()
        text = "\n".join(("AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashed))
        key = f"AWS4{SECRET}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        if key.hex() != signature:
            raise RefusedError(403, "SignatureDoesNotMatch")

    def _operation(self, request: Request, key: str) -> Response:
        if not key:
            if request.method != "GET":
                raise RefusedError(405, "MethodNotAllowed")
            return self._list(request.query)
        if request.method == "PUT":
            kept = (request.headers.get(name, "") for name in ("content-type", "cache-control"))
            self.objects[key] = Stored(request.body, *kept)
            return Response(200)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Response(204)
        if key not in self.objects:
            raise RefusedError(404, "NoSuchKey")
        found = self.objects[key]
        return Response(200, found.body, {"Content-Type": found.media_type, "Cache-Control": found.cache_control})

    def _list(self, query: dict[str, str]) -> Response:
        marker, prefix = query.get("marker", ""), query.get("prefix", "")
        names = sorted(name for name in self.objects if name.startswith(prefix) and name > marker)
        entries = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(self.objects[name].body)}</Size></Contents>"
            for name in names[:PAGE]
        )
        cut = str(len(names) > PAGE).lower()
        text = f"<?xml version='1.0'?><ListBucketResult><IsTruncated>{cut}</IsTruncated>{entries}</ListBucketResult>"
        return Response(200, text.encode(), {"Content-Type": "application/xml"})

    def fill(self, names: Iterable[str]) -> None:
        """Put empty objects into the bucket."""
        self.objects |= {name: Stored(b"", "image/png", "") for name in names}
