"""Which part of a host was registered, compared with the library that reads its whole list."""

from __future__ import annotations

from pathlib import Path

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList

from crawler.links.targets.sites import own_name, site_of, suffix_of

WHOLE = PublicSuffixList()
ODD = ["", ".", "com", "localhost", "a..com", "1.2.3.4", "::1", "a.nowhere", "A.B.COM", "a.com.", "a.xn--", "a.xn--9"]


def hosts() -> list[str]:
    """Return hosts below some of the rules, in both spellings."""
    rules = [line for line in Path(PSLFILE).read_text("utf-8").splitlines() if line and not line.startswith("//")]
    not_ascii = [rule for rule in rules if not rule.isascii()]
    some = [rule.lstrip("!").replace("*", "any") for rule in (*rules[::40], *not_ascii[::5])]
    spellings = [spelling for rule in some for spelling in (rule, rule.encode("idna").decode())]
    return [f"{labels}{rule}" for rule in spellings for labels in ("", "own.", "www.own.")]


@pytest.mark.parametrize("some", [hosts(), ODD])
def test_a_site_is_what_the_whole_list_says(some: list[str]) -> None:
    for host in some:
        assert site_of(host) == (WHOLE.privatesuffix(host) or host), host
        assert suffix_of(host) == (WHOLE.publicsuffix(host) or host), host


def test_the_name_that_an_owner_chose() -> None:
    assert own_name("www.example.co.uk") == "example"
