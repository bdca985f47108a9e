"""A feed of arXiv's API: results, rows, venue and citations of its papers."""

from __future__ import annotations

import json

from bibtexparser.entrypoint import parse_string

from crawler.lookups.arxiv import ArxivLookup
from crawler.models.metadata import Paper
from crawler.models.reasons.reason import ReasonCode
from pipelines.reports.bibliography import bibtex, csl_json, ris
from pipelines.reports.bibliography.citation import citation
from pipelines.reports.bibliography.keys import CitationKeys
from pipelines.venues.from_text import find_venue
from tests.fuzz.answers import due, session, store

TOKENS = (
    *(b"<entry>", b"</entry>", b"<id>http://arxiv.org/abs/", b"2110.15352v2", b"</id>", b"<title>", b"</title>"),
    *(b"<published>2022-01-01T00:00:00Z</published>", b"<author><name>", b"</name></author>", b"<arxiv:comment>"),
    *(b"</arxiv:comment>", b"<arxiv:journal_ref>", b"<arxiv:doi>", b"<summary>", b"</feed>", b"$\\frac{", b"\\'e"),
    *(b"Accepted by CVPR 2022", b"<![CDATA[", b"&#xD800;", b"<opensearch:totalResults>", b"withdrawn", b"\\input{"),
)
LINKS = due("https://arxiv.org/abs/2110.15352", "https://arxiv.org/abs/1706.03762", "https://arxiv.org/abs/2204.00001")


def one_input(data: bytes) -> None:
    results = ArxivLookup(session(200, data))(LINKS)
    store(results)
    for result in results:
        assert result.check.reason.code is not ReasonCode.PAGE_PARSE_ERROR
        if isinstance(result.metadata, Paper):
            _check_paper(result.metadata)


def _check_paper(paper: Paper) -> None:
    find_venue(paper.comment, paper.journal_ref, paper.published)
    cited = citation(CitationKeys({}).key_of(("arxiv:2110.15352",), paper), paper, "https://arxiv.org/abs/2110.15352")
    written = parse_string(bibtex.text_of(cited))
    assert (len(written.entries), len(written.failed_blocks)) == (1, 0)
    json.loads(csl_json.text_of(cited))
    assert not [line for line in ris.text_of(cited).splitlines() if line[2:6] != "  - "]
