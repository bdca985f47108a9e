"""A small internet on loopback, for tests, benchmarks and the offline demonstration.

`Internet` starts a forward proxy on 127.0.0.1 that serves the real host names (mp.weixin.qq.com, arxiv.org, github.com
and more) from the modules in `sites/`, out of the facts in `world/`. Programs reach it only through the environment
that `Internet.environ` gives, so that what is tested is what runs:

    with Internet() as internet:
        internet.fault("https://export.arxiv.org/*", text("busy", 503), times=2)
        subprocess.run(["scrapy", "crawl", "notes"], env=os.environ | internet.environ())
        assert internet.asked("https://arxiv.org/*") == []
"""

from __future__ import annotations

import asyncio
import math
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Self, TypeVar

import uvloop

from tests.internet.messages import Failure, Request, Response
from tests.internet.network import Fault, Network
from tests.internet.proxy import Proxy
from tests.internet.sites import discover
from tests.internet.world import World

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["Failure", "Fault", "Internet", "Request", "Response", "World"]

T = TypeVar("T")


class Internet:
    """The small internet, running in a thread of its own for as long as the `with` block lasts.

    `world` holds the settings and names the special URLs: `internet.world.article("deleted")`. `latency` is how many
    seconds every answer takes on its way.
    """

    def __init__(self, world: World | None = None, latency: float = 0.0) -> None:
        self.world = world or World()
        self.latency = latency
        self._network = Network(discover(), self.world)
        self._proxy = Proxy(self._network, latency)
        self._port = 0

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="small-internet-")
        Path(self._folder.name).chmod(0o755)  # who gives up root's rights has to read it, too
        self.ca_bundle = Path(self._folder.name) / "ca.pem"
        self.ca_bundle.write_bytes(self._network.certificates.authority_pem)
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="small internet", daemon=True)
        self._thread.start()
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()
        if self._proxy.errors:
            raise ExceptionGroup("sites of the small internet failed", self._proxy.errors)

    @property
    def proxy(self) -> str:
        """The proxy's URL."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first."""
        return self._network.requests

    @property
    def delivered(self) -> list[tuple[float, str]]:
        """When (by `time.monotonic()`) which URL was answered to the last byte, oldest first."""
        return self._network.delivered

    def environ(self) -> dict[str, str]:
        """Return the environment variables that lead every client here."""
        bundle = str(self.ca_bundle)
        return {
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), self.proxy),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
            **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), bundle),
        }

    def asked(self, pattern: str) -> list[Request]:
        """Return the requests so far whose URL matches a shell-like pattern."""
        return [request for request in self.requests if fnmatchcase(request.url, pattern)]

    def sent(self, pattern: str) -> int:
        """Return the bytes of all bodies sent so far for URLs that match a shell-like pattern."""
        return sum(size for url, size in self._network.sent if fnmatchcase(url, pattern))

    def forget(self) -> None:
        """Forget the requests so far."""
        self._network.forget()

    def fault(self, pattern: str, fault: Fault, times: float = math.inf) -> None:
        """Let URLs that match a shell-like pattern fail in that way, so many times, then be fine again.

        A fault is a response (`text("", 503)`), a `Failure`, or a function that makes either of the request, or None to
        let it pass. The newest fault that matches is met. `Failure.TLS` is met by hosts, and from no function: its
        pattern has to match `https://host/`.
        """
        self._network.inject(pattern, fault, times)

    def heal(self) -> None:
        """Take back every fault."""
        self._network.heal()

    def down(self) -> None:
        """Let the whole network fail: open connections are reset, new ones refused."""
        self._run(self._proxy.close())

    def up(self) -> None:
        """End `down`, on the same port."""
        self._port = self._run(self._proxy.open(self._port))

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)
