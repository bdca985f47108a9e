"""One paper a note, as in Obsidian and Zotero vaults: front matter with `title:` and `url:`, `doi:` or `arxiv:`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.models.notes.note import Field, FieldForm, LinkRole
from crawler.notes.outline import collapse_blanks
from crawler.notes.works.candidates import Candidate
from crawler.notes.works.work import inline_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.notes.outline_index import OutlineIndex

_SCORE = 1.2
_MAX_BYTES = 20_000
_LINE = re.compile(rb"(?m)^(?P<key>[A-Za-z][\w .-]{0,40}?)[ \t]*:[ \t]*(?P<value>[^\r\n]*)")
_PAPER_KEYS = {
    "paper",
    "pdf",
    "arxiv",
    "doi",
    "paper_url",
    "paper-url",
    "paper url",
    "arxiv_url",
    "eprint",
    "arxiv_id",
    "arxiv-id",
    "arxiv id",
    "arxivid",
    "paperurl",
    "pdf_url",
}
_LINK_KEYS = {"url", "link", "source", "uri", "links", "website"}
_CODE_KEYS = {"code", "github", "repo", "repository", "code_url", "implementation"}
_CITED_KEYS = {
    "doi",
    "arxiv",
    "citekey",
    "citation-key",
    "citationkey",
    "zotero",
    "zotero-key",
    "bibtex",
    "venue",
    "journal",
    "conference",
    "authors",
    "booktitle",
    "proceedings",
    "itemtype",
    "item type",
    "abstract",
    "isbn",
    "publication",
    "zoterolink",
    "zotero_link",
}


def entries(index: OutlineIndex) -> Iterator[Candidate]:
    """Yield the note itself if its front matter is that of a paper."""
    span = index.outline.front_matter
    if span is None or span[1] - span[0] > _MAX_BYTES:
        return
    values = {match["key"].decode().strip().casefold(): match for match in _LINE.finditer(index.data, *span)}
    title = _value(values, "title") or _first_heading(index)
    roles: dict[int, LinkRole] = {}
    fields: list[Field] = []
    for key, match in values.items():
        name = "paper" if key in _PAPER_KEYS | _LINK_KEYS else "code" if key in _CODE_KEYS else ""
        mentions = index.mentions_within(*match.span("value"))
        if name == "paper" and key in _LINK_KEYS and not _may_be_paper(index, mentions, values.keys()):
            continue
        if name and mentions:
            roles |= dict.fromkeys(mentions, LinkRole(name))
            fields.append(_field(match, name, tuple(mentions)))
    if not any(each.name == "paper" for each in fields) and values.keys() & _CITED_KEYS:
        fields += _only_paper(index, span[1])
    if not title or not any(each.name == "paper" for each in fields):
        return
    if len({index.mentions[at].url for at, role in roles.items() if role is LinkRole.PAPER}) > len(_PAPER_KEYS):
        return
    yield Candidate(
        start=span[0],
        end=len(index.data.rstrip()),
        score=_SCORE,
        title=title,
        fields=tuple(sorted(fields, key=lambda each: each.label_start)),
        roles={
            **{at: role for at in index.mentions_within(span[0], len(index.data)) if (role := index.roles[at])},
            **roles,
        },
    )


def _only_paper(index: OutlineIndex, start: int) -> list[Field]:
    """Return a field for the only paper that the text of a note links to."""
    papers = [at for at in index.mentions_within(start, len(index.data)) if index.roles[at] is LinkRole.PAPER]
    if len({index.mentions[at].url for at in papers}) != 1:
        return []
    return [inline_field(index, papers[0], "paper", index.mentions[papers[0]].text)]


def _value(values: dict[str, re.Match[bytes]], key: str) -> str:
    if key not in values:
        return ""
    text = values[key]["value"].decode().strip()
    quoted = re.fullmatch(r"([\"'])(.*)\1(?:\s+#.*)?", text)
    return collapse_blanks(quoted[2] if quoted else re.sub(r"\s+#.*", "", text))


def _first_heading(index: OutlineIndex) -> str:
    return index.text(*index.headings[0][0]) if index.headings else ""


def _may_be_paper(index: OutlineIndex, mentions: list[int], keys: object) -> bool:
    """Return whether `url:` is that of a paper: by its host, or because the keys beside it are those of a citation."""
    cited = any(key in _CITED_KEYS for key in keys)  # type: ignore[attr-defined]
    return any(index.roles[at] is LinkRole.PAPER or (index.roles[at] is None and cited) for at in mentions)


def _field(match: re.Match[bytes], name: str, mentions: tuple[int, ...]) -> Field:
    start, end = match.span()
    return Field(
        name=name,
        label=match["key"].decode().strip(),
        value=match["value"].decode().strip(),
        start=start,
        label_start=start,
        end=max(end, start + 1),
        mentions=mentions,
        form=FieldForm.INLINE,
    )
