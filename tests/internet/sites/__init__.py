"""The sites of the small internet. Every module in this folder says in `SITES` what it serves: nothing to register."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.internet.certificates import Flaw
    from tests.internet.messages import Request, Response
    from tests.internet.world import World


@dataclass(frozen=True, slots=True)
class Site:
    """One site: the host names it serves and what it answers.

    `robots` is its robots.txt (404 when empty). `https_only` sites redirect http URLs to https. `flaws` are the
    hosts with a bad certificate.
    """

    hosts: tuple[str, ...]
    answer: Callable[[Request, World], Response]
    robots: str = "User-agent: *\nAllow: /\n"
    https_only: bool = False
    flaws: Mapping[str, Flaw] = field(default_factory=dict)


def discover() -> dict[str, Site]:
    """Return every site by host name.

    Raises ValueError when two sites claim one host.
    """
    return dict(_discovered())


@cache
def _discovered() -> dict[str, Site]:
    sites: dict[str, Site] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        served: tuple[Site, ...] = import_module(module.name).SITES
        for site in served:
            for host in site.hosts:
                if host in sites:
                    raise ValueError(f"two sites claim {host}")
                sites[host] = site
    return sites
