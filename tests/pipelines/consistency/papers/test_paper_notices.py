"""What was published about a paper since: the worst of it counts."""

from __future__ import annotations

import pytest

from crawler.models.metadata import Paper
from pipelines.consistency.papers.paper_notices import worst_notice


@pytest.mark.parametrize(
    ("notices", "kind"),
    [
        ((), None),
        (("correction 10.1/a",), "corrected"),
        (("erratum 10.1/a", "expression_of_concern 10.1/b"), "of concern"),
        (("correction 10.1/a", "retraction 10.1/b", "expression_of_concern 10.1/c"), "retracted"),
        (("withdrawal 10.1/a",), "retracted"),
        (("partial_retraction 10.1/a",), "corrected"),
        (("new_version 10.1/a",), None),
        (("",), None),
    ],
)
def test_a_correction_is_no_retraction(notices: tuple[str, ...], kind: str | None) -> None:
    found = worst_notice(Paper("T", notices=notices))
    assert (found and found.kind) == kind
    if found is not None:
        assert all(each in notices for each in found.notices.split(", "))
