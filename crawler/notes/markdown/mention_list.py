"""Collect the mentions of a note, without URLs that lead nowhere: templates, `data:`, places in the note itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.links.spelling.placeholders import continues_with_placeholder, has_placeholder
from crawler.links.spelling.templates import parse_template

if TYPE_CHECKING:
    from crawler.notes.outline import RawMention

_LONGEST_PLACEHOLDER = 40
"""Bytes behind a bare URL that are searched for a placeholder."""


class MentionList:
    """The mentions of a note in the order of reading.

    `wikilinks`, and templates that lead to files with them, are mentions, too, but no evidence for entries;
    `inner_links` lead to places in the note itself. `later_uses` are the uses of reference definitions behind the first
    one, each with the mention of its definition: evidence for entries, but no mentions.
    """

    def __init__(self, data: bytes) -> None:
        self.mentions: list[RawMention] = []
        self.wikilinks: list[RawMention] = []
        self.inner_links: list[RawMention] = []
        self.later_uses: list[tuple[RawMention, RawMention]] = []
        self._data = data

    def add(self, mention: RawMention, *, is_bare: bool = False) -> bool:
        """Add a mention and return True, unless its span is empty, it stays in the note or its URL is a template.

        A template that leads to a file is a mention.
        """
        following = self._data[mention.end : mention.end + _LONGEST_PLACEHOLDER].decode(errors="ignore")
        cut_off = "" if following.startswith(">") else following[:2]  # `>` ends an autolink, not `<% … %>`
        is_template = has_placeholder(mention.url + cut_off) or (is_bare and continues_with_placeholder(following))
        is_external = not re.match(r"\s*(?:#|data:|$)", mention.url, re.IGNORECASE)
        is_added = mention.start < mention.end and is_external and not is_template
        if is_added:
            self.mentions.append(mention)
        elif mention.start < mention.end and re.match("#.", mention.url) and not is_template:
            self.inner_links.append(mention)
        elif mention.start < mention.end and parse_template(mention.url) is not None:
            self.wikilinks.append(mention)
            return True
        return is_added
