"""WsgiDAV, a WebDAV server, on a folder and on 127.0.0.1, in a thread of its own."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER, PASSWORD = "me", "app-pass/word"


@contextmanager
def serve_webdav(folder: Path) -> Iterator[str]:
    """Serve a folder; yield `host:port`."""
    logging.getLogger("wsgidav").disabled = True
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/dav/files/me": str(folder)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "property_manager": False,
            "lock_storage": False,
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = Server(("127.0.0.1", 0), app, numthreads=4)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()
