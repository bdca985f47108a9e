"""Recorded answers for clients built on requests, served at the last door before the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest
    from requests import PreparedRequest, Response


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Server:
    """Answers every request in this process; `answer` may raise what a connection would."""

    answer: Callable[[PreparedRequest], Answer]
    requests: list[PreparedRequest] = field(default_factory=list)
    timeouts: list[Any] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the network for every adapter of requests."""

        def send(
            adapter: HTTPAdapter, request: PreparedRequest, *_: object, timeout: object = None, **__: object
        ) -> Response:
            self.requests.append(request)
            self.timeouts.append(timeout)
            answer = self.answer(request)
            raw = HTTPResponse(
                BytesIO(answer.body), headers=dict(answer.headers), status=answer.status, preload_content=False
            )
            return adapter.build_response(request, raw)

        monkeypatch.setattr(HTTPAdapter, "send", send)


def query_of(request: PreparedRequest) -> dict[str, str]:
    """Return the parameters of a request's URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds

    def monotonic(self) -> float:
        return self.now
