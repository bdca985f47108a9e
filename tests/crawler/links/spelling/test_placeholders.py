"""Placeholders of templates."""

from __future__ import annotations

import pytest

from crawler.links.spelling.placeholders import continues_with_placeholder, has_placeholder

A = "https://a.example"


@pytest.mark.parametrize(
    "path",
    [
        *("{{ page.url }}", "{% link a %}", "${VERSION}", "$(version)", "#{id}", "<%= id %>", "<owner>/<repo>"),
        *("{owner}/{repo}", "{}", "{+path}", "{?q,page}", "?key=[YOUR_API_KEY]", "?key=[API_KEY]", "$VERSION/a"),
        *("v$VERSION/a", "a-$VERSION.zip", "$TAG", "?user=$USER", "$MY_ID", "%s", "page/%d?a", "%(name)s"),
    ],
)
def test_placeholders(path: str) -> None:
    assert has_placeholder(f"{A}/{path}")


@pytest.mark.parametrize(
    "path",
    [
        *("", "a%20b", "Map$Entry.html", "a[1]", "?a[b]=1", "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "%d0%bf/%sa"),
        *(
            "%7Bempty%7D",
            "%7B%7B%20a%20%7D%7D",
            "%3Cowner%3E",
            "%24%7BX%7D",
            "?q=$TSLA",
            "symbol/$BRK",
            "a/Map$ENTRY.html",
        ),
        *("0/$FILE/a.pdf", "?$filter=a", '?q={"a":1}', "?a=$10", "[[a]]"),
    ],
)
def test_what_only_looks_like_one(path: str) -> None:
    assert not has_placeholder(f"{A}/{path}")


@pytest.mark.parametrize(
    ("following", "is_placeholder"),
    [
        ("<owner>/<repo>", True),
        ("<your-name>.git", True),
        ("{id}", True),
        ("${version}", True),
        ("<br>", False),
        ("</p>", False),
        ("<span class='a'>", False),
        ("<https://a.example>", False),
        ("{3F25}", False),
        (" <owner>", False),
        ("", False),
    ],
)
def test_what_follows(following: str, *, is_placeholder: bool) -> None:
    assert continues_with_placeholder(following) is is_placeholder
