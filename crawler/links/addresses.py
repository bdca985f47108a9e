"""Which IP addresses are on the public internet. Pure."""

from __future__ import annotations

import ipaddress
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is on the public internet, by `crawler/data/special_addresses.toml`.

    An IPv4 address embedded in an IPv6 one (mapped, 6to4, Teredo, NAT64) is what counts. What Python says of an address
    depends on its version.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _networks("ipv4"))
    if (inner := _embedded(address)) is not None:
        return is_public(inner)
    return address in ipaddress.IPv6Network(_table()["ipv6_unicast"]) and not any(
        address in network for network in _networks("ipv6")
    )


def is_placeholder(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is one that a proxy's own resolver makes up for a name."""
    return any(address in network for network in _networks("proxy_placeholders"))


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if inner is None and any(address in network for network in _networks("nat64")):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner


@cache
def _networks(name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, _table()[name]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/special_addresses.toml").read_text("utf-8"))
