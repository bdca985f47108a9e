"""Tell a chat what changed in a run, by its webhook; this never fails a run, and its URL is shown nowhere."""

from __future__ import annotations

import json
import logging
import tomllib
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from crawler.daemon_threads import call_within
from crawler.links.canonical_url import is_sendable
from crawler.models.link import Verdict
from crawler.text import describe_error
from pipelines.reports.notices.news import changed_link, group_label, headline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.link import LinkState
    from crawler.run.workspace import Workspace

logger = logging.getLogger(__name__)

TIMEOUT = 20
"""Seconds that sending may take."""

MAX_LINKS, MAX_ANSWER = 10, 65_536
"""Links that are named in a message, and bytes of an answer that are read."""

_SCHEMES = ("https", "http")


class WebhookError(Exception):
    """The message was not sent, for a reason in one line."""


def notify(options: CrawlOptions, workspace: Workspace) -> None:
    """Send a message if WEBHOOK_URL is set and a link changed; log one line if that fails."""
    url, store = options.publishing.webhook_url, workspace.store
    if not url:
        return
    changes = {change.value: count for change, count in store.changes().items()}
    if not (title := headline(changes)):
        return
    links = [state for state in store.newly_in((Verdict.DEAD, Verdict.MOVED)) if state.change is not None]
    try:
        call_within(TIMEOUT, lambda: send(url, message(title, links)))
    except TimeoutError:
        logger.warning("WEBHOOK_URL: message not sent: timed out")
    except WebhookError as error:
        logger.warning("WEBHOOK_URL: message not sent: %s", error)
    except Exception:  # noqa: BLE001 - a chat must not fail a run, and the text may have parts of the URL
        logger.warning("WEBHOOK_URL: message not sent: unknown error")


def message(title: str, links: list[LinkState]) -> str:
    """Return the text of a message."""
    lines = [f"notemend: {title}"]
    for state in links[:MAX_LINKS]:
        link = changed_link(state)
        label = group_label(state.change.value) if state.change else ""
        lines.append(f"{label}: {link.url} {link.reason}{f' → {link.replacement}' if link.replacement else ''}")
    more = len(links) - MAX_LINKS
    return "\n".join([*lines, *([f"… {more}"] if more > 0 else [])])


def send(url: str, text: str) -> None:
    """Send a text; raise WebhookError, whose message does not have the URL, unless it was taken."""
    name, address = _target(url)
    form = _forms()[name]
    text = text.translate(str.maketrans(form.get("escapes", {}))).encode()[: form["most"]].decode(errors="ignore")
    body = form.get("body")
    data = text.encode() if body is None else json.dumps(_filled(body, text), ensure_ascii=False).encode()
    kind = "text/plain; charset=utf-8" if body is None else "application/json; charset=utf-8"
    request = Request(address, data, {"Content-Type": kind, "User-Agent": "notemend"})  # noqa: S310 - checked in _target
    try:
        with build_opener(_NoRedirects()).open(request, timeout=TIMEOUT) as response:
            answer = response.read(MAX_ANSWER)
    except HTTPError as error:
        error.close()
        raise WebhookError(f"HTTP {error.code}") from None
    except OSError as error:
        cause = getattr(error, "reason", error)
        raise WebhookError(describe_error(cause) if isinstance(cause, BaseException) else "connection failed") from None
    except HTTPException:
        raise WebhookError("malformed response") from None
    _check_answer(form.get("answer"), answer)


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: a webhook that has moved has to be set anew."""

    def redirect_request(self, *_: Any) -> None:
        """Return that there is no next request."""


def _target(url: str) -> tuple[str, str]:
    """Return the name of the form of a webhook, and its address; raise WebhookError if it is none."""
    name, plus, address = url.partition("+")
    if not plus or name not in _forms():
        name, address = "", url
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise WebhookError("not a URL") from None
    if parts.scheme not in _SCHEMES or not host:
        raise WebhookError("not a URL of a website")
    if parts.username is not None:
        raise WebhookError("a URL with a user name is not supported")
    if not is_sendable(address):
        raise WebhookError("the URL has characters that need encoding")
    found = (each for each, form in _forms().items() if host in form["hosts"])
    return name or next(found, next(iter(_forms()))), address


def _filled(body: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {
        key: _filled(value, text)
        if isinstance(value, dict)
        else value.replace("{text}", text)
        if isinstance(value, str)
        else value
        for key, value in body.items()
    }


def _check_answer(field: str | None, answer: bytes) -> None:
    """Raise WebhookError if a service that always says 200 says in its answer that it took nothing."""
    if field is None:
        return
    try:
        code = json.loads(answer).get(field, 0)
    except (ValueError, AttributeError):
        raise WebhookError("malformed response") from None
    if code not in {0, HTTPStatus.OK}:
        raise WebhookError(f"{field} {code}")


@cache
def _forms() -> dict[str, dict[str, Any]]:
    """Return the forms of messages by name."""
    forms: dict[str, dict[str, Any]] = tomllib.loads(
        files("pipelines").joinpath("data/webhooks.toml").read_text("utf-8")
    )
    return forms
