"""An S3 server on loopback that takes everything."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Run an S3 server; return its address."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - takes half a second, in each process that collects tests

    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
