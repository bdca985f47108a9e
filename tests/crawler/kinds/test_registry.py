"""Which link a URL in a note is: kind, canonical URL, identity and host."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.kinds.registry import all_kinds, kind_names, link_of
from crawler.links.canonical_url import InvalidURLError, canonicalize_url, refusal_reason
from crawler.models.link import Link
from crawler.models.notes.note import LinkRole
from tests.crawler.links.test_canonical_url import URLS, words

ARXIV = Link("https://arxiv.org/abs/2110.15352", "arxiv", "2110.15352", "arxiv.org")
OLD = Link("https://arxiv.org/abs/cs/0101001", "arxiv", "cs/0101001", "arxiv.org")
REPOSITORY = Link("https://github.com/o/r", "github", "o/r", "github.com")
SHORT = Link("https://mp.weixin.qq.com/s/aB-_9", "wechat", "https://mp.weixin.qq.com/s/aB-_9", "mp.weixin.qq.com")
_LONG = "https://mp.weixin.qq.com/s?__biz=MzI5==&mid=22&idx=1&sn=ab12"
LONG = Link(_LONG, "wechat", _LONG, "mp.weixin.qq.com")

SAME = [
    (
        ARXIV,
        """
        https://arxiv.org/abs/2110.15352 https://arxiv.org/pdf/2110.15352.pdf https://arXiv.org/abs/2110.15352v2
        https://arxiv.org/ftp/arxiv/papers/2110/2110.15352.pdf https://arxiv.org/ftp/arxiv/papers/2110/2110.15352v1.pdf
        http://arxiv.org/pdf/2110.15352v12 https://arxiv.org/pdf/2110.15352v2.pdf https://arxiv.org/abs/2110.15352.pdf
        https://www.arxiv.org/abs/2110.15352/ https://export.arxiv.org/abs/2110.15352
        https://arxiv.org/html/2110.15352v1 https://arxiv.org/abs/2110.15352?fbclid=IwAR0
        https://arxiv.org/abs/2110.15352#S1 //arxiv.org/abs/2110.15352 http://xxx.lanl.gov/abs/2110.15352
        https://arxiv.org/format/2110.15352 https://arxiv.org/abs/2110.15352?context=cs """,
    ),
    (
        OLD,
        """
        https://arxiv.org/abs/cs/0101001 https://arxiv.org/abs/cs/0101001v1 https://arxiv.org/pdf/cs/0101001.pdf
        https://arxiv.org/ftp/cs/papers/0101/0101001.pdf https://arxiv.org/abs/cs%2F0101001/../0101001
        """,
    ),
    (
        REPOSITORY,
        """
        https://github.com/o/r https://github.com/o/r/ https://github.com/o/r.git http://www.github.com/o/r
        https://GitHub.com/o/r#readme https://github.com/o/r?utm_source=x
        """,
    ),
    (
        SHORT,
        """
        https://mp.weixin.qq.com/s/aB-_9 http://mp.weixin.qq.com/s/aB-_9/
        https://mp.weixin.qq.com/s/aB-_9#wechat_redirect https://mp.weixin.qq.com/s/aB-_9?scene=1&chksm=2
        https://mp.weixin.qq.com:443/s/aB-_9 //mp.weixin.qq.com/s/aB-_9 """,
    ),
    (
        LONG,
        """
        https://mp.weixin.qq.com/s?__biz=MzI5==&mid=22&idx=1&sn=ab12
        http://mp.weixin.qq.com/s?__biz=MzI5==&mid=22&idx=1&sn=ab12&chksm=ff&scene=27#wechat_redirect
        https://mp.weixin.qq.com/s?sn=ab12&idx=1&mid=22&__biz=MzI5%3D%3D
        https://mp.weixin.qq.com/s/?__biz=MzI5==&mid=22&idx=1&sn=ab12&scene=21
        """,
    ),
]


@pytest.mark.parametrize(("link", "url"), [(link, url) for link, written in SAME for url in words(written)])
def test_one_thing_is_one_link(link: Link, url: str) -> None:
    if "%2F" in url:  # an encoded slash is no separator (RFC 3986, 2.2): the paper is not named
        assert link_of(url, "n.md") != link
    else:
        assert link_of(url, "n.md") == link


@pytest.mark.parametrize(
    ("url", "canonical", "identity"),
    [
        ("https://www.github.com/o/r/tree/main/x", "https://github.com/o/r/tree/main/x", "o/r"),
        ("https://github.com/Owner/Repo.js/blob/main/a%20b.md?plain=1#L3", None, "owner/repo.js"),
        ("https://github.com/o/r.git/tree/x/", "https://github.com/o/r/tree/x", "o/r"),
        ("https://github.com/o/.github", "https://github.com/o/.github", "o/.github"),
        ("https://github.com/A-1/b_c.d-e/issues/7", "https://github.com/A-1/b_c.d-e/issues/7", "a-1/b_c.d-e"),
    ],
)
def test_a_place_in_a_repository_keeps_its_path(url: str, canonical: str | None, identity: str) -> None:
    canonical = canonical or "https://github.com/Owner/Repo.js/blob/main/a%20b.md?plain=1"
    assert link_of(url, "n.md") == Link(canonical, "github", identity, "github.com")


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/abs/0704.0001", "0704.0001"),
        ("https://arxiv.org/abs/1501.00001", "1501.00001"),
        ("https://arxiv.org/e-print/astro-ph/0601001", "astro-ph/0601001"),
        ("https://arxiv.org/ftp/quant-ph/papers/0201/0201082v1.ps.gz", "quant-ph/0201082"),
    ],
)
def test_ids_of_every_age(url: str, identity: str) -> None:
    assert link_of(url, "n.md") == Link(f"https://arxiv.org/abs/{identity}", "arxiv", identity, "arxiv.org")


@pytest.mark.parametrize(
    "url",
    words("""
    https://arxiv.org/ https://arxiv.org/list/cs.CV/new https://arxiv.org/abs/2113.15352 https://arxiv.org/abs/2110.153
    https://arxiv.org/abs/2110.153521 https://arxiv.org/abs/2110.15352x https://arxiv.org/abs/2110.15352v0
    https://arxiv.org/a/2110.15352 https://example.com/abs/2110.15352 https://myarxiv.org/abs/2110.15352
    https://github.com/ https://github.com/o https://github.com/o/ https://github.com/features/actions
    https://github.com/topics/crawler https://github.com/orgs/o/repositories https://github.com/Sponsors/o
    https://github.com/settings/tokens https://github.com/o/.. https://github.com/-o/r
    https://github.com/o/r%20s https://gist.github.com/o/r https://o.github.io/r
    https://raw.githubusercontent.com/o/r/m/f https://github.com/o/.git https://weixin.qq.com/s/aB
    https://mp.weixin.qq.com.example.com/s/aB """),
)
def test_what_only_looks_like_it_is_a_page(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert (link.kind, link.identity) == ("web", link.url)


@pytest.mark.parametrize(
    "url",
    [
        "https://mp.weixin.qq.com/s?__biz=1&mid=2",
        "https://mp.weixin.qq.com/s/",
    ],
)
def test_other_addresses_of_articles_keep_their_parameters(url: str) -> None:
    assert link_of(url.replace("https", "http"), "n.md") == Link(url, "wechat", url, "mp.weixin.qq.com")


@pytest.mark.parametrize(
    "path",
    [
        *("mp/homepage?__biz=1&hid=2", "mp/appmsgalbum?id=1", "mp/appmsg/show?__biz=1&appmsgid=2&itemidx=1&sign=3"),
        *(
            "mp/profile_ext?action=home&__biz=1",
            "mp/readtemplate?t=pages/video",
            "mp/audio?voiceid=1",
            "mp/video?vid=2",
        ),
    ],
)
def test_pages_of_accounts(path: str) -> None:
    url = f"https://mp.weixin.qq.com/{path}"
    assert link_of(url.replace("https", "http"), "n.md") == Link(url, "wechat", url, "mp.weixin.qq.com")


@pytest.mark.parametrize(
    "url", ["https://weixin.qq.com/sph/AbC", "https://channels.weixin.qq.com/web/pages/feed?eid=1"]
)
def test_videos_of_channels(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert (link.kind, link.url, link.host) == ("wechat", url, url.split("/")[2])


@pytest.mark.parametrize("path", ["", "cgi-bin/announce?id=1", "debug/x"])
def test_pages_of_wechat_that_belong_to_no_account(path: str) -> None:
    url = f"https://mp.weixin.qq.com/{path}"
    assert link_of(url, "n.md") == Link(url, "web", url, "mp.weixin.qq.com")


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("https%3A%2F%2Fmp.weixin.qq.com%2Fs%2FaB-_9%23rd", "https://mp.weixin.qq.com/s/aB-_9"),
        (
            "https%3A%2F%2Fmp.weixin.qq.com%2Fs%3F__biz%3DMzI5%3D%3D%26mid%3D22%26idx%3D1%26sn%3Dab12%26chksm%3D1",
            "https://mp.weixin.qq.com/s?__biz=MzI5==&mid=22&idx=1&sn=ab12",
        ),
        ("https%3A%2F%2Fexample.org%2F", None),
        ("", None),
    ],
)
def test_the_page_behind_a_captcha(target: str, url: str | None) -> None:
    captcha = f"https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x&target_url={target}"
    link = link_of(captcha, "n.md")
    assert link is not None
    assert (link.kind, link.url) == ("wechat", url or captcha)


PICTURES = [
    "https://mmbiz.qpic.cn/mmbiz_png/aBc/640?wx_fmt=png&tp=webp",
    "http://mmecoa.qpic.cn/x/640",
    "https://mmbiz.qlogo.cn/a/0",
]
FILES = [
    "https://example.com/a.PNG?x=1",
    "https://example.com/%E4%B8%AD.jpeg",
    "https://commons.wikimedia.org/wiki/File:A_cat.jpg",
    "https://www.dropbox.com/s/1/photo.png?dl=0",
    "https://gitlab.example.org/o/r/-/blob/main/a.png",
]


@pytest.mark.parametrize("url", PICTURES)
def test_pictures_are_known_by_a_host_that_has_nothing_else(url: str) -> None:
    assert link_of(url, "n.md") == Link(url, "image", url, url.split("/")[2])


@pytest.mark.parametrize("url", FILES)
def test_a_text_link_leads_to_a_page_or_a_file_whatever_its_ending(url: str) -> None:
    assert link_of(url, "n.md") == Link(url, "web", url, url.split("/")[2])
    assert link_of(url, "n.md", LinkRole.IMAGE) == Link(url, "image", url, url.split("/")[2])


def test_a_text_link_to_a_picture_in_a_repository_is_one_to_the_repository() -> None:
    url = "https://github.com/o/r/blob/main/a.png"
    as_text, shown = link_of(url, "n.md"), link_of(url, "n.md", LinkRole.IMAGE)
    assert as_text is not None
    assert shown is not None
    assert (as_text.kind, as_text.identity, shown.kind, shown.identity) == ("github", "o/r", "image", url)


def test_a_picture_is_what_stands_where_a_picture_stands() -> None:
    url = "https://img.example.com/u/7?v=4"
    assert link_of(url, "n.md") == Link(url, "web", url, "img.example.com")
    assert link_of(url, "n.md", LinkRole.IMAGE) == Link(url, "image", url, "img.example.com")
    assert link_of("a/b.png", "n.md", LinkRole.IMAGE) == Link("a/b.png", "local", "a/b.png")
    assert link_of("data:image/png;base64,AA==", "n.md", LinkRole.IMAGE) == Link(
        "data:image/png;base64,AA==", "web", "data:image/png;base64,AA=="
    )


@pytest.mark.parametrize("url", ["https://qpic.cn/a", "https://mm.example.com/640"])
def test_other_hosts_hold_pages(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert link.kind == "web"


@pytest.mark.parametrize(
    ("url", "note", "path"),
    [
        ("b.md", "a.md", "b.md"),
        ("./b.md", "202105/a.md", "202105/b.md"),
        ("images/1.gif", "notes/202104/0401.md", "notes/202104/images/1.gif"),
        ("../202105/0501.md#top", "202104/0401.md", "202105/0501.md"),
        ("../../../x.md", "a/b.md", "../../x.md"),
        ("/images/x.png", "a/b.md", "/images/x.png"),
        ("/../x.md", "a/b.md", "/x.md"),
        ("/a/", "a/b.md", "/a"),
        ("a%20b/%E4%B8%AD.md", "n/a.md", "n/a b/中.md"),
        ("images\\x.png", "n/a.md", "n/images/x.png"),
        ("..%5Cx.png", "n/a.md", "x.png"),
        ("b.md?raw=true", "n/a.md", "n/b.md"),
        ("folder/", "n/a.md", "n/folder"),
        (".", "n/a.md", "n"),
        ("中文.md", "日记/a.md", "日记/中文.md"),
        ("www.example.com/a", "n/a.md", "n/www.example.com/a"),
        ("100%.md", "a.md", "100%.md"),
    ],
)
def test_relative_paths_are_seen_from_the_notes_folder(url: str, note: str, path: str) -> None:
    assert link_of(url, note) == Link(path, "local", path)


@pytest.mark.parametrize("url", ["#section", "#", "?a=1", " ", "/", "/.", "/../"])
def test_what_names_nothing_is_no_link(url: str) -> None:
    assert link_of(url, "n/a.md") is None


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@example.com",
        "javascript:alert(1)",
        "tel:+86-10",
        "https://",
        "https://[::1",
        "http://h:x/",
    ],
)
def test_what_cannot_be_fetched_is_a_link_all_the_same(url: str) -> None:
    """It stays in the health CSV, with the reason why it is not fetched."""
    assert link_of(url, "n/a.md") == Link(url, "web", url)
    assert refusal_reason(url) is not None


def test_other_schemes_keep_their_host() -> None:
    url = "ftp://example.com/A.png"
    assert link_of(url, "n.md") == Link(url, "web", url, "example.com")


@given(URLS, st.sampled_from(["a.md", "n/ä/b.md"]))
@example("https://http:///../http://", "a.md")
def test_a_link_leads_to_itself(url: str, note: str) -> None:
    try:
        canonicalize_url(url)
    except InvalidURLError:
        return
    link = link_of(url, note)
    assert link is not None
    assert link_of(link.url, "elsewhere/z.md") == link


def test_kinds_are_named_as_their_modules() -> None:
    assert sorted(kind_names()) == sorted(all_kinds())
