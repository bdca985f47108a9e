"""PicGo's server: `POST /upload` with paths of files, as its manual describes it, on 127.0.0.1 in a thread of its own.

The bed behind it names files as it likes, so that a URL says nothing of the bytes.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.internet.messages import Response, not_found
from tests.internet.sites.buckets import BED as HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.internet.messages import Request

BED = f"https://{HOST}/2026"

Answer = dict[str, Any]


class PicGoServer:
    """A running server; `uploads` has the bytes of each URL that it gave."""

    def __init__(self, key: str = "") -> None:
        self.uploads: dict[str, bytes] = {}
        self.asked = 0
        self.key = key
        self.answer: Callable[[bytes], Answer | bytes] | None = None
        """What to answer for the bytes of a file in place of uploading it."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = server.upload(self.path, self.headers["Content-Type"], body)
                sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def location(self) -> str:
        """The value of IMAGES_STORE."""
        return f"picgo://127.0.0.1:{self._server.server_port}"

    def show(self, request: Request) -> Response:
        """Answer for the bed with what was uploaded, for `Internet.fault`."""
        body = self.uploads.get(request.url)
        return not_found() if body is None else Response(200, body, {"Content-Type": "image/png"})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def upload(self, target: str, content_type: str, body: bytes) -> Answer | bytes:
        """Return the answer to a request."""
        self.asked += 1
        parts = urlsplit(target)
        if parts.path != "/upload" or content_type.partition(";")[0] != "application/json":
            return b"404"
        if parse_qs(parts.query).get("key", [""])[0] != self.key:
            return {"success": False, "message": "server key is uncorrect"}
        (path,) = json.loads(body)["list"]
        file = Path(path)
        if not file.is_absolute() or not file.is_file():
            return {"success": False, "message": f"no such file: {path}"}
        data = file.read_bytes()
        if self.answer is not None:
            return self.answer(data)
        url = f"{BED}/{len(self.uploads):04}{file.suffix}?v=1&w=2"
        self.uploads[url] = data
        return {"success": True, "result": [url]}
