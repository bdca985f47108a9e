"""Reading notes: every link a reader sees, and the exact bytes it is written in."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.kinds.registry import link_of
from crawler.models.notes.note import LinkRole, Mention, Note
from crawler.notes.markdown import url_spans
from crawler.notes.parser import parse_note

CORPUS = Path(__file__).parents[3] / "../shared/corpus/dairly_learning"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def written(text: str) -> list[str]:
    """Return what stands in the mentions' spans."""
    note = parse_note("note.md", text.encode())
    return [note.source_of(mention) for mention in note.mentions]


def mentions(text: str) -> tuple[Mention, ...]:
    return parse_note("note.md", text.encode()).mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # inline links
        ("[t](http://x.y/a)", ["http://x.y/a"]),
        ("[t]( <a b.md> 'http://title.z' )", ["a b.md"]),
        ('[t](a.md "[u](http://title.z)")', ["a.md"]),
        ("[t](\n  a.md\n'title')", ["a.md"]),
        ("> [t](\n> a.md\n> 'x')", ["a.md"]),
        ("> [t\n> u](a.md)", ["a.md"]),
        ("[t](\n    >a.md)", [">a.md"]),
        ("[t](a&amp;amp;) [u](b&amp;)", ["a&amp;amp;", "b&amp;"]),
        ("[a [b] c](x.md)", ["x.md"]),
        (r"[a\]](x\(1\).md)", [r"x\(1\).md"]),
        ("[a](x_(y(z)).md)", ["x_(y(z)).md"]),
        ("[`](`](x.md)", ["x.md"]),
        ("[](x.md)![](y.png)", ["x.md", "y.png"]),
        ("[![badge](img.svg)](link.md)", ["img.svg", "link.md"]),
        ("![a [b](c.md) d](e.png)", ["c.md", "e.png"]),
        ("# [h](h.md)\n\nSetext [s](s.md)\n===\n", ["h.md", "s.md"]),
        ("> > - [ ] [q](q.md)\n", ["q.md"]),
        ("| a | b |\n|---|---|\n| [q](q.md) | http://x.y/a\\|b |\n", ["q.md", "http://x.y/a\\|b"]),
        ("text[^1]\n\n[^1]: see [n](n.md)\n", ["n.md"]),
        ("[https: //github.com/a/b](https: //github.com/a/b)", []),
        ("[a](b", []),
        ("[[wiki]] [[wiki|name]] [[wiki]](x) [[1]]", ["wiki", "wiki", "x"]),
        ("text[^1]\n\n[^1]: http://x.y后\n", ["http://x.y"]),
        # references: the definition is the mention
        ("[t][d] [d] [d][]\n\n[d]: http://x.y/z 'title'\n", ["http://x.y/z"]),
        ("[t]\n\n[T]: <u v.md>\n", ["u v.md"]),
        ("> [t]\n>\n> [t]:\n> u.md\n", ["u.md"]),
        ("- a\n\n  [b\\]]: u.md\n", ["u.md"]),
        ("[d]: a.md\n[d]: b.md\n", ["a.md"]),
        # autolinks
        ("<http://x.y/a_b?c&amp;d>", ["http://x.y/a_b?c&amp;d"]),
        ("<me@x.org> me@x.org", []),
        ("[m](mailto:me@x.org) [t](tel:1) [j](javascript:void)", ["mailto:me@x.org", "tel:1", "javascript:void"]),
        ("[a](#top) [b]() [c](< >) ![d](DATA:image/png;base64,AA==) <a href='#x'>y</a> <a href=''>z</a>", []),
        # code, comments, scripts
        ("`http://x.y` `` [a](b) ``", []),
        ("```\nhttp://x.y [a](b)\n```\n\n    http://x.y\n\n~~~\nhttp://x.y\n", []),
        ("a <!-- http://x.y <a href=b> --> c", []),
        ("<!-- [a](b)\n\nhttp://x.y <a href=b>\n\n--> <a href=c>\n", ["c"]),
        ("<div><!-- <img src=a> --><img src=b><!--> <img src=c></div>", ["b", "c"]),
        ("<div><script>a</script><script>'<a href=b>'</script><a href=c></div>", ["c"]),
        ("<script>\nx='<a href=\"b\">http://x.y'\n</script>\n", []),
        ("<div><STYLE>url(http://x.y)<a href=b></STYLE><a href=c></div>", ["c"]),
        # HTML
        ("<a href=\"a.md\">x</a> <A HREF='b.md'>y</A> <a href=c.md>z</a>", ["a.md", "b.md", "c.md"]),
        ("<div align=center><img src='a.png'\n  alt=x>\n</div>", ["a.png"]),
        ("<div>\n<a\n  title='>'\n  href = \"a.md\"\n>x</a></div>", ["a.md"]),
        ("x <a\nhref='a.md'>y</a>", ["a.md"]),
        ("> x <a\n> href='a.md'>y</a>\n>\n> <div><img\n> src=b.png></div>", ["a.md", "b.png"]),
        ("<video src=a.mp4 poster=b.png data-src=c srcset='d 2x'></video>", ["a.mp4", "b.png"]),
        ("<img src=' a.png\n'>", ["a.png"]),
        ("<img src=a.png src=b.png>", ["a.png"]),
        ("<div><img src=a.png", ["a.png"]),
        ("<div><img src='a.png", []),
        ('<div title="it\'s"><img src=a.png></div>', ["a.png"]),
        ("<div><a/href=a.md/></div>", ["a.md/"]),
        ("<pre>\n<a href=a.md>x</a>\n\n<a href=b.md>y</a> http://x.y\n</pre>", ["a.md", "b.md"]),
        ("- <details>\n  <summary>http://x.y/a</summary>\n  </details>\n", ["http://x.y/a"]),
        # what stands under HTML without a blank line
        ("<div>\n</div>\n<!-- x -->\n1. [a](a.md)\n", ["a.md"]),
        ("<pre>\nx\n</pre>\n1. [a](a.md)\n", ["a.md"]),
        ("<!-- x -->\n1. [a](a.md)\n", ["a.md"]),
        ("a < b <c.d> <1> http://x.y/z", ["http://x.y/z"]),
        # what is shown as code, or as another link's text, is no bare URL
        ("<code>http://x.y</code> <KBD>http://x.y</KBD> http://u.v", ["http://u.v"]),
        ("<code><a href=a.md>x</a></code>", ["a.md"]),
        ("<div><code>http://x.y</code> http://u.v</div>", ["http://u.v"]),
        ("<a href=a.md>http://x.y</a> <b>http://u.v</b>", ["a.md", "http://u.v"]),
        ("<img src=a.md> http://u.v", ["a.md", "http://u.v"]),
        ("<div>\nhttp://u.v\n", ["http://u.v"]),
        ("<div><a href=a.md>http://x.y</a> http://u.v</div>", ["a.md", "http://u.v"]),
        ("[http://x.y](http://u.v)", ["http://u.v"]),
        ("![http://x.y](http://u.v)", ["http://u.v"]),
        ("<a href=a.md><b>x</b> http://x.y</a>", ["a.md"]),
        ("<code>\n\nhttp://u.v", ["http://u.v"]),
        # front matter
        ('---\nsource: "https://x.y/a"\n---\n\ntext\n', ["https://x.y/a"]),
    ],
)
def test_links(text: str, expected: list[str]) -> None:
    assert written(text) == expected
    assert written("\ufeff" + text) == expected
    assert written(text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("after", [*"。：）】》、”…⭐|\u200b\u00a0\u3000", "，后", "；后", "这里", "のページ"])
@pytest.mark.parametrize("before", ["", "见", "（", "论文：", "*", "(", "1."])
def test_a_bare_url_ends_before_chinese_and_symbols(before: str, after: str) -> None:
    assert written(f"{before}https://x.y/a?b=c{after}") == ["https://x.y/a?b=c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**https://x.y/a**", ["https://x.y/a"]),
        ("**见：https://x.y/a/**后", ["https://x.y/a/"]),
        ("*https://x.y/a*b", ["https://x.y/a"]),
        ("**https://x.y/a**b", ["https://x.y/a"]),
        ("见 **https://x.y/a**b", ["https://x.y/a"]),
        ("~~https://x.y/a~~ ~https://x.y/b~", ["https://x.y/a", "https://x.y/b"]),
        ("https://x.y/_a_-b/*c*/d", ["https://x.y/_a_-b/*c*/d"]),
        ("**https://x.y/_a_/b** https://x.y/c", ["https://x.y/_a_/b", "https://x.y/c"]),
        (
            "https://mp.weixin.qq.com/s/ab_ https://x.y/a__ https://x.y/a__b",
            ["https://mp.weixin.qq.com/s/ab_", "a", "a__b"],
        ),
        ("https://x.y/a?! https://x.y/b., 'https://x.y/c'; https://x.y/d:", ["a", "b", "c", "d"]),
        ("(https://x.y/a) https://x.y/b_(c) [https://x.y/d] https://x.y/e[1]", ["a", "b_(c)", "d", "e[1]"]),
        ("(https://x.y/a(b)c)) https://x.y/d( https://x.y/e)f", ["a(b)c", "d", "e"]),
        ('"https://x.y/a" `https://x.y/b` <https://x.y/c> https://x.y/d<br>', ["a", "c", "d"]),
        ("https://x.y/a,https://x.y/b;https://x.y/c https://x.y/d,e", ["a", "b", "c", "d,e"]),
        ("https://web.archive.org/web/2020/https://x.y/a", ["https://web.archive.org/web/2020/https://x.y/a"]),
        (r"https://x.y/a\_b\_", [r"https://x.y/a\_b\_"]),
        ("https://x.y/?a=1&amp;b=2&c", ["?a=1&amp;b=2&c"]),
        ("https://x.y/a&lt; https://x.y/b&gt;c https://x.y/d&amp; https://x.y/e&", ["a", "b", "d", "e"]),
        ("https://x.y/caf\u00e9 https://x.y/\u041c\u0430\u0440\u0442", ["caf\u00e9", "\u041c\u0430\u0440\u0442"]),
        ("HTTPS://X.Y/a ftp://x.y/b http://[::1]:80/c", ["HTTPS://X.Y/a", "ftp://x.y/b", "http://[::1]:80/c"]),
        ("xhttp://x.y git+https://x.y http:// https://。 https:///x https://[ http:/x.y //x.y file://x.y", []),
        ("见www.x.org/a。 www. x.www.y.org a@www.z.org", ["www.x.org/a"]),
    ],
)
def test_bare_urls(text: str, expected: list[str]) -> None:
    short = "https://x.y/"
    assert [url.removeprefix(short) for url in written(text)] == [url.removeprefix(short) for url in expected]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.y/?a&amp;b", "https://x.y/?a&b"),
        (r"https://x.y/a\_b", "https://x.y/a_b"),
        ("<https://x.y/?a&amp;b>", "https://x.y/?a&b"),
        (r"[t](a\_b&#38;c&copy;d&nope;e)", "a_b&c©d&nope;e"),
        ("[t](&#x41;&#0;&#xD800;b)", "A\ufffd\ufffdb"),
        (r"[t](a\b&amp;amp;)", r"a\b&amp;"),
        ("<img src='a?b&amp;c&amp'>", "a?b&c&"),
        ("<img src='a?b&copy=1&lang=2'>", "a?b&copy=1&lang=2"),
        (r"<img src='a\_b'>", r"a\_b"),
        ("<img src='a\n\tb'>", "ab"),
        ("www.x.org", "http://www.x.org"),
        ("[t](../a%20b.md?c#d)", "../a%20b.md?c#d"),
    ],
)
def test_the_url_is_what_a_browser_would_be_given(text: str, url: str) -> None:
    assert [mention.url for mention in mentions(text)] == [url]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("[a *b* `c`\nd &amp;](x.md)", ["a b c d &"]),
        ("![an *alt*](x.png)", ["an alt"]),
        ("https://x.y/?a&amp;b", ["https://x.y/?a&b"]),
        ("<div><a href=x.md>a &amp; <b>b</b></a></div>", ["a & b"]),
        ("<img src=x.png alt='a &lt; b'>", ["a < b"]),
        ("<a href=x.md><img src=y.png alt=z></a>", ["z", "z"]),
        ("[seen][d]\n\n[d]: x.md\n[unused]: y.md\n", ["seen", "unused"]),
        ("[Seen]\n\n[sEEN]: x.md\n", ["Seen"]),
        ("see <a href=x.md>a</a>\n- [b](y.md)", ["a", "b"]),
        ("<div>\n</div>\n- [b](y.md)", ["b"]),
        ("[a\u200b\u00a0 b](x.md)", ["a b"]),
        ("[![badge](y.svg)](x.md)", ["badge", "badge"]),
        ("![a ![b ![c ![d](4.png)](3.png)](2.png)](1.png)", ["", "", "b c d", "a b c d"]),
    ],
)
def test_texts(text: str, texts: list[str]) -> None:
    assert [mention.text for mention in mentions(text)] == texts


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("[a](b.md)\n中 [a](b.md) 文 [a](b.md)\n", [(1, 5), (2, 7), (2, 19)]),
        ("a\r\n[a](b.md)\r[a](b.md)\n\n[a](b.md)", [(2, 5), (3, 5), (5, 5)]),
        ("\ufeff[a](b.md)\n[a](b.md)", [(1, 5), (2, 5)]),
        ("😀<b.c://d>", [(1, 3)]),
    ],
)
def test_lines_and_columns_count_characters_from_one(text: str, positions: list[tuple[int, int]]) -> None:
    assert [(mention.line, mention.column) for mention in mentions(text)] == positions


@pytest.mark.parametrize(
    "text",
    [
        "[x](https://e.example/qt-{{page.version}}-released)",
        "https://e.example/qt-{{page.version}}-released",
        '---\nlink: https://e.example/qt-{{ "6.4" }}-released\n---\n',
        "https://e.example/${VERSION}/a",
        "[x](${BASE}/a.html)",
        "[x](https://e.example/{owner}/{repo})",
        "https://e.example/{owner}/{repo}",
        "https://e.example/<owner>/<repo>",
        "[x](https://e.example/?key=[YOUR_API_KEY])",
        "[x](https://e.example/$VERSION/%s)",
    ],
)
def test_templates_are_no_links(text: str) -> None:
    assert mentions(text) == ()


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("[x]({{site.baseurl}}/about/)", "{{site.baseurl}}/about/", "x"),
        ("a [*x* y]({{ site.baseurl }}/2020/a.html) b", "{{ site.baseurl }}/2020/a.html", "*x* y"),
        ("[x](<{{ site.baseurl }}/2020/a.html>)", "{{ site.baseurl }}/2020/a.html", "x"),
        ('<a href="{{ site.url }}/feed.xml">x</a>', "{{ site.url }}/feed.xml", "x"),
        ("<img src=\"{{ '/img/a.png' | relative_url }}\">", "{{ '/img/a.png' | relative_url }}", ""),
        ('![]({{ "/img/a.png" | relative_url }} "title")', '{{ "/img/a.png" | relative_url }}', ""),
        ("[x]({% post_url 2020-01-01-a %})", "{% post_url 2020-01-01-a %}", "x"),
        ("- [x]({{ site.baseurl }}{% link a.md %}#b), c", "{{ site.baseurl }}{% link a.md %}#b", "x"),
        ('中 [x]({{< ref "a.md" >}})', '{{< ref "a.md" >}}', "x"),
        ('[x]({{< relref "a" >}}#top)', '{{< relref "a" >}}#top', "x"),
        ("[x][r]\n\n[r]: {{site.url}}/a", "{{site.url}}/a", "x"),
        ("a {% asset_img left b.png 300 %} c", "{% asset_img left b.png 300 %}", "b.png"),
        ("<center>{% asset_img b.png %}</center>", "{% asset_img b.png %}", "b.png"),
    ],
)
def test_templates_that_lead_to_a_file_are_links_with_exact_spans(text: str, url: str, shown: str) -> None:
    (mention,) = mentions(text)
    assert text.encode()[mention.start : mention.end].decode() == mention.url == url
    assert mention.text == shown
    link = link_of(mention.url, "note.md", mention.role)
    assert link is not None
    assert (link.kind, link.url) == ("local", url)


@pytest.mark.parametrize(
    "text",
    [
        "`{% post_link a %}`",
        "```\n[x]({% link a.md %})\n```",
        "{% link a.md %} {{ site.baseurl }}/a {{< ref a.md >}}",
        "[x]({{ page.url }})",
        "[x]({{ site.data.links.a }}/b)",
        "[x]({% include a.html %})",
        '[x]({{</* ref "a.md" */>}})',
        '[x]({{< ref "#only-here" >}})',
        "[x]({{ site.baseurl }}/)",
        "[x]({{ site.baseurl }}/{{ page.slug }}/)",
        '{{ "/a" | relative_url }}',
        "[x]({{ site.baseurl }}/a'b)",
    ],
)
def test_templates_that_may_mean_anything_are_no_links(text: str) -> None:
    assert mentions(text) == ()


PIECES = (
    *("{{ site.baseurl }}/a/", "{% link a.md %}", "{% asset_img a.png %}", '{{< ref "a.md" >}}', "{filename}a.md"),
    *("[x](", ")", "](", "[", "![", "[[n]]", "https://x.y/a", '<a href="', '">', "</a>", "[x][r]", "[r]: ", "#f"),
    *(" ", "\n", "> ", "- ", "|", "`", "*", "**", "~~", "{{", "}}", "{%", "%}", '"', "'", "\\", "&amp;", "中", "<!-- "),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_templates_wikilinks_and_urls_do_not_overlap(text: str) -> None:
    end = 0
    for mention in mentions(text):
        assert mention.start >= end
        end = mention.end
        if mention.url.startswith("{"):
            source = text.encode()[mention.start : mention.end]
            assert url_spans.decode_url(source, html=True).replace("\n", "").replace("\\", "") == mention.url.replace(
                "\\", ""
            )


def test_what_only_looks_like_a_template_is_a_link() -> None:
    assert written("[x](https://e.example/{3F25-04E0}/a) and https://e.example/$a/b%7B, https://e.example/c<br>") == [
        *("https://e.example/{3F25-04E0}/a", "https://e.example/$a/b%7B", "https://e.example/c"),
    ]


def test_a_byte_order_mark_is_part_of_the_offsets() -> None:
    note = parse_note("note.md", b"\xef\xbb\xbf# T\n\nhttp://x.y")
    assert (note.title, note.mentions[0].start) == ("T", 8)


def test_bytes_that_are_no_utf8_are_the_callers_business() -> None:
    with pytest.raises(UnicodeDecodeError):
        parse_note("note.md", "中文".encode("gb18030"))


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"\n", b"\0", b"1.", b"1. \n2.\n", b"<", b"[", b"[a]:", b"- - - 1. > #"]
)
def test_nothing_to_read(data: bytes) -> None:
    assert parse_note("note.md", data) == Note("note.md", data)


# -- properties --------------------------------------------------------------------------------------------------------

paths = st.text("abcXYZ019-_/", min_size=1, max_size=12).map(lambda path: "a" + path.strip("_") + "z")
urls = st.builds(
    "{}://{}.org/{}{}".format,
    st.sampled_from(["http", "https"]),
    paths.map(lambda p: re.sub(r"\W|_", "", p)),
    paths,
    st.sampled_from(["", "?a=b&c=d", "#e", "?f=%20g"]),
).filter(lambda url: not re.search(r"\W_|_\W", url))  # two such with a link between them are read as emphasis
noise = st.text("ab 中文，。！*_~:;'\"()|&\\é⭐😀", max_size=12)
forms = st.sampled_from(
    [
        "[{noise}]({url})",
        '[n](<{url}> "http://title.z")',
        "![n]({url})",
        "<{url}>",
        "见{url}，后",
        "**链接：{url}**",
        "<a href='{url}'>http://text.z</a>",
        "<img alt=x src={url} >",
        '\n\n<div align=center><img src="{url}">\n</div>\n\n',
        "\n\n<!-- http://comment.z\n\n-->\n<p><a\nhref={url}>\n\n",
        "\n\n> quoted [n]( {url} )\n\n",
        "\n\n| {url} | a |\n|---|---|\n\n",
        "\n\n- [ ] {url}\n\n",
        "`http://code.z` {url} ",
        "\n\n```\nhttp://fence.z\n```\n\n{url}\n\n",
    ]
)  # fmt: skip
pieces = st.tuples(forms, urls, noise.map(lambda text: re.sub(r"[\\()\"'|&*_~]", "", text).strip()))


@given(st.lists(pieces, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_link_of_a_composed_note_is_found_in_order(
    parts: list[tuple[str, str, str]], newline: str, bom: bool
) -> None:
    text = " ".join(form.format(url=url, noise=gap) + f" {gap} " for form, url, gap in parts).replace("\n", newline)
    data = ("\ufeff" * bom + text).encode()
    note = parse_note("note.md", data)
    assert [note.source_of(mention) for mention in note.mentions] == [url for _, url, _ in parts]
    assert [mention.url for mention in note.mentions] == [url for _, url, _ in parts]


def test_underscores_of_two_bare_urls_are_no_emphasis() -> None:
    note = parse_note("note.md", "http://a.org/a/_0z 见http://b.org/a0_/z，后 *http://c.org/* _http://d.org/_".encode())
    assert [mention.url for mention in note.mentions] == [
        "http://a.org/a/_0z",
        "http://b.org/a0_/z",
        "http://c.org/",
        "http://d.org/",
    ]


TOKENS = [
    *("[", "]", "(", ")", "![", "](", "](<", ">", "<", "a", "中文", "，", "\\", "\\_", "`", "```", "*", "**", "_"),
    *("&amp;", "&", "&lt;", "&#0;", "&copy;", '<a href="', '">', "</a>", "<img src=", "<div>", "</div>", "<!--", "-->"),
    *("~~", "data:", "#x"),
    *("<pre>", "</pre>", "<code>", "<script>", "https://a.bc/", "www.a.b", "[a]: ", "[a]", "[^1]: ", "|", "|a|\n|-|\n"),
    *("---\n", "# ", "1. ", "- ", ": ", "：", ":star:", "Paper: ", "论文：", "[t](u)", "<https://q.r>", "===\n"),
    *("\r\n", "\r", "\n", "\n\n", "\n> ", "  ", "    ", "\t", "\0", "😀", "\u200b", "\ufeff", "'", '"', "=", "__"),
]  # fmt: skip
soup = st.lists(st.sampled_from(TOKENS), max_size=30).map("".join)


@given(st.one_of(st.text(), soup))
def test_any_text_is_read_and_spans_are_sane(text: str) -> None:
    data = text.encode()
    note = parse_note("note.md", data)
    end = 0
    for mention in note.mentions:
        assert end <= mention.start < mention.end <= len(data)
        end = mention.end
        assert note.source_of(mention).strip()
        assert mention.line == len(re.findall(r"\r\n?|\n", data[: mention.start].decode())) + 1
    end = 0
    for position, entry in enumerate(note.entries):
        assert end <= entry.start < entry.end <= len(data)
        assert all(note.mentions[at].entry == position for at in entry.mentions)
        end = entry.start
        for field in entry.fields:
            assert end <= field.start <= field.label_start < field.end <= entry.end
            assert data[field.label_start : field.end].decode().lstrip("*_").startswith(field.label)
            end = field.end
        end = entry.end


# -- size --------------------------------------------------------------------------------------------------------------


REPEATED = [
    *("[", "![", "<", "'\"", "[a](", "[a](<", "<a href='", '<div><a href="', "<!--", "x <!--", "*a ", "https://"),
    *("https://a.b/(", "&amp;", "[a](b) ", "http://a.b，", "<img src=a>", "1. [a](b)\n", "x: y\n", "- a: b\n", "a\t"),
    *("<div>\n</div>\n- [a](b)\n", "> <a\n> href=b>\n", "[a]: b\n", "\r", "<div a ", "<div><script>", "www."),
]  # fmt: skip


def hostile(size: int) -> dict[str, str]:
    """Return notes in which something is repeated; twice the size is twice as long."""
    return {repr(unit): unit * (100_000 * size // len(unit)) for unit in REPEATED} | {
        "pictures in pictures": "![a" * 25_000 * size + "](b)" * 25_000 * size,
        "a link behind a long line": "中" * 500_000 * size + "[a](b) http://a.b",
        "an escaped URL behind a long line": "中" * 500_000 * size + "[a](" + r"x\_&amp;" * 25_000 * size + ")",
        "a URL of blanks": "<img src='y" + " " * 100_000 * size + "z'>",
        "a host of many names": "http://" + "www." * 100_000 * size,
        "many shortcodes": '{{< figure src="https://a.b/c.png" >}}\n\n' * 4_000 * size,
        "open shortcodes": '{{< img "https://a.b {% img ' * 7_500 * size,
        "a long style sheet": "<style>\n" + 'a{background:url("b.png") image-set(' * 5_000 * size + "</style>",
        "images in front matter": "---\nimages: [" + "https://a.b/c, " * 5_000 * size + "]\n---\n",
        "a field of many links": "1. [a](b)\n   - paper: " + "[a](b) " * 25_000 * size,
        "a line of many papers": "- " + "[A Title of Words](https://arxiv.org/abs/2101.00001) " * 2_000 * size,
        "many items": "- [A Title of Words](https://arxiv.org/abs/2101.00001) [code](https://a.b)\n" * 1_250 * size,
        "items in items": "".join(
            "  " * depth + "- [A Title](https://arxiv.org/abs/1)\n" for depth in range(250 * size)
        ),
        "many titles": "**A Title of Words**\n\n- Paper: https://arxiv.org/abs/2101.00001\n\n" * 1_250 * size,
        "many headings": "### A Title of Words\n\n- Paper: https://arxiv.org/abs/2101.00001\n\n" * 1_250 * size,
        "many rows": "|Title|PDF|\n|-|-|\n"
        + "|A Title of Words|[pdf](https://arxiv.org/abs/2101.00001)|\n" * 1_500 * size,
        "many columns": "|" + "a|" * 10_000 * size + "\n|" + "-|" * 10_000 * size + "\n|" + "b|" * 10_000 * size,
        "many tags": "<table>" + "<tr><td>A Title<td><a href=https://arxiv.org/abs/1>pdf</a>" * 1_500 * size,
        "many quotes": '"a ' * 65_000 * size,
        "many breaks": "[1] Title<br>" * 15_000 * size,
    }


@pytest.mark.parametrize("text", [*hostile(1).values()][::4], ids=[*hostile(1)][::4])
def test_hostile_notes_take_linear_time(text: str) -> None:
    assert seconds_to_parse(text) < 3  # it takes 0.1 to 1 s; anything quadratic takes far longer


@pytest.mark.stress
@pytest.mark.parametrize("name", hostile(1))
def test_larger_hostile_notes_take_linear_time(name: str) -> None:
    assert seconds_to_parse(hostile(4)[name]) < 16


def seconds_to_parse(text: str) -> float:
    started = time.process_time()
    parse_note("note.md", text.encode())
    return time.process_time() - started


# -- the corpus --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus() -> list[Note]:
    return [parse_note(file.relative_to(CORPUS).as_posix(), file.read_bytes()) for file in sorted(CORPUS.rglob("*.md"))]


@needs_corpus
def test_the_corpus_is_read_whole(corpus: list[Note]) -> None:
    assert len(corpus) == 119
    roles = Counter(mention.role for note in corpus for mention in note.mentions)
    assert (roles[LinkRole.INDEX], roles[LinkRole.VIDEO]) == (116, 11)
    assert [note.path for note in corpus if not note.date] == ["README.md"]
    for note in corpus:
        for mention in note.mentions:
            assert url_spans.decode_url(note.data[mention.start : mention.end], html=True) == mention.url


@needs_corpus
def test_reading_takes_calls_in_proportion_to_the_text(corpus: list[Note]) -> None:
    text = b"\n\n".join(note.data for note in corpus[:12])
    parse_note("note.md", text)  # fills caches
    once, twice = calls_of_reading(text), calls_of_reading(text + b"\n\n" + text)
    assert once < 4 * len(text)
    assert twice < 2.1 * once


def calls_of_reading(text: bytes) -> int:
    """Return the number of calls of functions: unlike a time, it does not depend on the load of the machine."""
    count = 0

    def add(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(add)
    try:
        parse_note("note.md", text)
    finally:
        sys.setprofile(None)
    return count


@needs_corpus
def test_every_url_that_lychee_sees_in_the_corpus_is_a_mention(corpus: list[Note]) -> None:
    lychee = shutil.which("lychee") or shutil.which("lychee", path=str(Path(sys.executable).parent))
    if lychee is None:
        pytest.skip("lychee is not installed")

    def same(url: str) -> str:  # lychee lists URLs as its URL parser writes them
        return re.sub(r"^(https?://[^/?#]+)$", r"\1/", unquote(url)).lower()

    def dump(note: Note) -> set[str]:
        command = [lychee, "--dump", "--no-progress", str(CORPUS / note.path)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
        return {same(line) for line in lines if line.startswith("http")}

    with ThreadPoolExecutor(4) as pool:
        dumps = list(pool.map(dump, corpus))
    for note, theirs in zip(corpus, dumps, strict=True):
        assert theirs <= {same(mention.url) for mention in note.mentions}, note.path
    assert sum(map(len, dumps)) > 2500


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("---\ndate: 2024-05-06\n---\n# x\n", date(2024, 5, 6)),
        ('---\ntitle: x\ndate: "2024-05-06T07:08:09+08:00"\n---\n', date(2024, 5, 6)),
        ("+++\ndate = 2024-05-06T07:08:09Z\n+++\n", date(2024, 5, 6)),
        ('{\n  "date": "2024-05-06"\n}\n# x\n', date(2024, 5, 6)),
        ("---\ndate: 2024-05-06\n---\n# 2021.5.10\n", date(2021, 5, 10)),
        ("---\nupdated_date: 2024-05-06\n---\n# x\n", date(2023, 1, 2)),
        ("---\ndate: 2024-05-0623\n---\n# x\n", date(2023, 1, 2)),
        ("# x\n\ndate: 2024-05-06\n", date(2023, 1, 2)),
    ],
)
def test_the_date_of_a_note_in_its_front_matter(text: str, day: date) -> None:
    assert parse_note("2023-01-02-x.md", text.encode()).date == day
