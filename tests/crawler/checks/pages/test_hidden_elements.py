"""What of a page no browser displays."""

from __future__ import annotations

import time

import pytest

from crawler.checks.pages.hidden_elements import without_hidden


@pytest.mark.parametrize(
    "source",
    [
        "<p>shown</p><!-- not found -->",
        "<p>shown</p><template><h1>not found</h1></template>",
        "<p>shown</p><noscript>not found</noscript>",
        "<p>shown</p><script>'not found'</script>",
        "<div hidden><div>a</div>not found</div><p>shown</p>",
        '<div class="error" style="color:red; display: none"><h1>not found</h1></div><p>shown</p>',
        "<input hidden value=a><p>shown</p>",
        "<p>shown</p><div hidden>not found",
        '<body style="display:none"><p>shown</p></body>',
        '<p data-hidden="true">shown</p>',
    ],
)
def test_what_is_displayed_is_kept(source: str) -> None:
    assert "shown" in without_hidden(source)
    assert "not found" not in without_hidden(source)


@pytest.mark.parametrize(
    "piece", ["<div hidden>", "<div hidden", "<p style='", "<!--", "<a<a hidden ", " hidden display:none<"]
)
def test_time_is_linear(piece: str) -> None:
    started = time.process_time()
    without_hidden(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2
