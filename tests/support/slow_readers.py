"""Readers of pages that never end."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Never


def loop_for_ever(*_: object) -> Never:
    """Compute, and go on after each exception, as parsers of damaged markup do."""
    while True:
        with suppress(Exception):
            sum(range(100))


def match_for_ever(*_: object) -> str:
    """Look for an expression that takes exponential time."""
    return str(re.fullmatch("(a|aa)+b", "a" * 200))
