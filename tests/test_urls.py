from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crawler import urls
from crawler.items import Link, Role
from crawler.kinds import link_of
from crawler.urls import InvalidURLError, normalise, why_not_fetch


def words(text: str) -> list[str]:
    return text.split()


# --- the canonical form -----------------------------------------------------------------------------------------------

NORMALISED = {
    # RFC 3986, 6.2.2 and 6.2.3
    "HTTP://www.EXAMPLE.com/": "http://www.example.com/",
    "https://example.com/%7Efoo/%41%2d%2E%5f": "https://example.com/~foo/A-._",
    "https://example.com/a%c2%b1b?q=%3a": "https://example.com/a%C2%B1b?q=%3A",
    "https://example.com/a/./b/../b/%63/%7bfoo%7d": "https://example.com/a/b/c/%7Bfoo%7D",
    "https://example.com/a/b/c/./../../g": "https://example.com/a/g",
    "https://example.com/mid/content=5/../6": "https://example.com/mid/6",
    "https://example.com/../../a": "https://example.com/a",
    "https://example.com/a/..": "https://example.com/",
    "https://example.com/a/b/.": "https://example.com/a/b/",
    "https://example.com/a/%2e%2E/b": "https://example.com/b",
    "https://example.com/.hidden/..x/...": "https://example.com/.hidden/..x/...",
    "https://example.com/a//b": "https://example.com/a//b",
    "https://example.com": "https://example.com/",
    "https://example.com?a=1": "https://example.com/?a=1",
    "http://example.com:80/": "http://example.com/",
    "https://example.com:443/": "https://example.com/",
    "https://example.com:/": "https://example.com/",
    "http://example.com:443/": "http://example.com:443/",
    "https://example.com:8080/a": "https://example.com:8080/a",
    "https://[2606:4700::1111]:8443/": "https://[2606:4700::1111]:8443/",
    "https://user:PW@Example.com/": "https://user:PW@example.com/",
    # hosts
    "https://example.com./a": "https://example.com/a",
    "https://Bücher.example/": "https://xn--bcher-kva.example/",
    "https://中文.example/": "https://xn--fiq228c.example/",
    "https://ｅｘａｍｐｌｅ．com/": "https://example.com/",
    "https://example。com/": "https://example.com/",
    # what needs encoding is encoded, what is reserved or encoded already stays
    "https://example.com/中 文": "https://example.com/%E4%B8%AD%20%E6%96%87",
    "https://example.com/100%": "https://example.com/100%25",
    "https://example.com/a%zz": "https://example.com/a%25zz",
    "https://example.com/a%2Fb%3Fc%23d": "https://example.com/a%2Fb%3Fc%23d",
    "https://example.com/~a!$&'()*+,;=:@[b]": "https://example.com/~a!$&'()*+,;=:@[b]",
    "https://example.com/?q=a/b?c@d:[e]": "https://example.com/?q=a/b?c@d:[e]",
    'https://example.com/"<>^`{|}\\': "https://example.com/%22%3C%3E%5E%60%7B%7C%7D%5C",
    "https://web.archive.org/web/2020/http://x.y/": "https://web.archive.org/web/2020/http://x.y/",
    " https://example.com/a ": "https://example.com/a",
    # beyond the RFC: the fragment, and what tells only where the reader came from
    "https://example.com/a#b": "https://example.com/a",
    "https://example.com/a?#b": "https://example.com/a",
    "https://example.com/?utm_source=x&a=1&utm_medium=y": "https://example.com/?a=1",
    "https://example.com/?fbclid=1&gclid=2&msclkid=3&mc_eid=4": "https://example.com/",
    "https://example.com/?UTM_source=x&utm=1&my_utm_source=2": "https://example.com/?UTM_source=x&utm=1&my_utm_source=2",
    "https://example.com/?z=1&a=2&z=3&m": "https://example.com/?z=1&a=2&z=3&m",
    "https://example.com/?a=&&b": "https://example.com/?a=&b",
    "https://example.com/?a=b=utm_source=1": "https://example.com/?a=b=utm_source=1",
    # a parameter that means this on one host alone
    "https://www.bilibili.com/video/BV1?spm_id_from=333&p=2": "https://www.bilibili.com/video/BV1?p=2",
    "https://example.com/?spm_id_from=333": "https://example.com/?spm_id_from=333",
    "https://notbilibili.com/?spm_id_from=333": "https://notbilibili.com/?spm_id_from=333",
    "https://www.youtube.com/watch?v=a&si=b&feature=c": "https://www.youtube.com/watch?v=a",
    "https://youtu.be/a?si=b&feature=c": "https://youtu.be/a?feature=c",
    "https://blog.csdn.net/a?spm=1001": "https://blog.csdn.net/a",
}


@pytest.mark.parametrize("url", NORMALISED)
def test_canonical_form(url: str) -> None:
    assert normalise(url) == NORMALISED[url]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "no scheme"),
        ("example.com/a", "no scheme"),
        ("//example.com/a", "no scheme"),
        ("ftp://example.com/", "ftp"),
        ("mailto:a@example.com", "mailto"),
        ("javascript:alert(1)", "javascript"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://user@/", "no host"),
        ("https://[::1/", "Invalid IPv6"),
        ("https://example.com:port/", "Port"),
        ("https://example.com:99999/", "Port"),
        ("https://exa mple.com/", "characters that no host has"),
        ("https://a{b}.example/", "characters that no host has"),
        ("https://‑é‑.example/", "Codepoint"),
        (f"https://{'é' * 70}.example/", "too long"),
    ],
)
def test_no_web_address(url: str, why: str) -> None:
    with pytest.raises(InvalidURLError, match=why):
        normalise(url)


PIECES = st.one_of(
    st.sampled_from(
        words("""
            http:// https:// HTTP:// // example.com EXAMPLE.com. [::1] :80 :443 / /../ /./ .. %2F %e4 %41 % ? & = # @
            user:pw@ xn-- 中 é 。 ａ utm_source=1 a=b&&c https://x.y/ /a;b ftp: localhost 127.1
        """)
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),  # files of UTF-8 hold no lone surrogates
)
STARTS = st.sampled_from(["", "https://", "http://h/"])
URLS = st.builds(str.__add__, STARTS, st.lists(PIECES, max_size=8).map("".join))


@given(URLS)
@example("http://h//../a")
@example("http://h/%25%34%31")
def test_canonical_form_is_final(url: str) -> None:
    try:
        canonical = normalise(url)
    except InvalidURLError:
        return
    assume(not url.partition("//")[2].partition("/")[0].endswith("。"))
    assert normalise(canonical) == canonical
    parts = urls.split(canonical)
    assert parts.scheme in urls.WEB_SCHEMES
    assert parts.hostname
    assert not parts.fragment
    assert (parts.path + parts.query).isascii()


@given(st.text(alphabet="ab=&%/?:+", max_size=20))
def test_query_keeps_its_order_and_bytes(query: str) -> None:
    """What is left of a query may be signed."""
    assume(all("=" in pair for pair in query.split("&")))
    assert urls.without_tracking(f"utm_id=1&{query}&fbclid=2", "example.com") == query


def test_parameters_are_the_first_of_each_name() -> None:
    assert urls.parameters("a=1&b=&a=2&c=%E4%B8%AD&d=x+y") == {"a": "1", "b": "", "c": "中", "d": "x y"}


# --- what may be fetched ----------------------------------------------------------------------------------------------

PRIVATE = words("""
    http://127.0.0.1/ http://127.8.9.10:8080/ http://10.0.0.1/ http://172.16.0.1/ http://192.168.1.1/ http://0.0.0.0/
    http://169.254.169.254/latest/ http://100.64.0.1/ http://198.18.0.1/ http://192.0.2.1/ http://224.0.0.1/
    http://233.252.1.1/ http://240.0.0.1/ http://255.255.255.255/
    http://2130706433/ http://3232235777/ http://0/
    http://0177.0.0.1/ http://017700000001/ http://00000177.0.0.1/
    http://0x7f000001/ http://0x7f.0.0.1/ http://0X7F.1/ http://0x7f.0x0.0x0.0x1/ http://0xa9fea9fe/
    http://127.1/ http://127.0.1/ http://10.1/ http://192.168.257/
    http://127.0.0.1./ http://user@127.0.0.1/ http://example.com@10.0.0.1/ http://1.1.1.1:80@10.0.0.1/
    http://[::1]/ http://[::]/ http://[fe80::1]/ http://[fe80::1%25eth0]/ http://[fc00::1]/ http://[fd12:3456::1]/
    http://[ff02::1]/ http://[2001:db8::1]/
    http://[::ffff:127.0.0.1]/ http://[::ffff:a00:1]/ http://[64:ff9b::127.0.0.1]/ http://[64:ff9b::a9fe:a9fe]/
    http://[2002:7f00:1::]/ http://[2002:a00:1::1]/ http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/
    http://１２７.０.０.１/ http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://１０.1/ http://０ｘ７ｆ.1/
""")
LOCAL_NAMES = words("""
    http://localhost/ http://LOCALHOST:8000/ http://localhost./ http://app.localhost/ http://printer.local/
    http://nas.lan/ http://router.home/ http://db.internal/ http://metadata.google.internal/ http://wiki.corp/
    http://nas.home.arpa/ http://portal.intranet/ http://intranet/ http://ｌｏｃａｌｈｏｓｔ/ http://nas。lan/
""")
PUBLIC = words("""
    http://example.com/ https://中文.example/ https://1.1.1.1/ http://16843009/ http://0x01010101/ http://8.8.2056/
    http://[2606:4700::1111]/ http://[::ffff:1.1.1.1]/ http://[64:ff9b::808:808]/ http://[2002:101:101::]/
    http://172.32.0.1/ http://192.169.0.1/ http://100.128.0.1/ http://localhost.example.com/ http://10.example.com/
    http://0xcafe.example/ http://127.0.0.1.nip.example/ http://notlocalhost.com/ http://mylan.cn/
""")


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_not_fetched(url: str) -> None:
    assert (why_not_fetch(url) or "").startswith("private address: ")
    assert why_not_fetch(url, allow_private=True) is None


@pytest.mark.parametrize("url", LOCAL_NAMES)
def test_local_names_are_not_fetched(url: str) -> None:
    assert (why_not_fetch(url) or "").startswith("local name: ")
    assert why_not_fetch(url, allow_private=True) is None


@pytest.mark.parametrize("url", PUBLIC)
def test_the_public_internet_is_fetched(url: str) -> None:
    assert why_not_fetch(url) is None


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "unsupported scheme: ftp"),
        ("FILE:///etc/passwd", "unsupported scheme: file"),
        ("data:text/html,x", "unsupported scheme: data"),
        ("javascript:alert(1)", "unsupported scheme: javascript"),
        ("mailto:a@example.com", "unsupported scheme: mailto"),
        ("gopher://127.0.0.1/", "unsupported scheme: gopher"),
        ("example.com", "unsupported scheme: none"),
        ("//example.com/", "unsupported scheme: none"),
        ("https://", "not a valid URL: no host"),
        ("https://[::1", "not a valid URL: Invalid IPv6 URL"),
        ("https://example.com:x/", "not a valid URL: Port"),
        ("https://é_ .example/", "not a valid URL: host"),
    ],
)
def test_what_is_no_web_address_is_not_fetched(url: str, why: str, *, allow_private: bool) -> None:
    assert (why_not_fetch(url, allow_private=allow_private) or "").startswith(why)


@given(st.ip_addresses(v=4))
def test_every_spelling_of_an_address_is_judged_alike(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    a, b, c, d = number.to_bytes(4, "big")
    wrapped = f"{a:02x}{b:02x}:{c:02x}{d:02x}"
    spellings = {
        f"{a}.{b}.{c}.{d}", str(number), hex(number), f"0{number:o}", f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c << 8 | d}", f"0x{a:x}.{b}.0{c:o}.{d}",
        f"[::ffff:{wrapped}]", f"[64:ff9b::{wrapped}]", f"[2002:{wrapped}::1]",
    }  # fmt: skip
    assert len({why_not_fetch(f"http://{spelling}/") is None for spelling in spellings}) == 1


# --- which link a URL is ----------------------------------------------------------------------------------------------

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
        https://www.arxiv.org/abs/2110.15352/ https://export.arxiv.org/abs/2110.15352 https://arxiv.org/html/2110.15352v1
        https://arxiv.org/abs/2110.15352?fbclid=IwAR0 https://arxiv.org/abs/2110.15352#S1 //arxiv.org/abs/2110.15352
        http://xxx.lanl.gov/abs/2110.15352 https://arxiv.org/format/2110.15352 https://arxiv.org/abs/2110.15352?context=cs
        """,
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
        https://mp.weixin.qq.com/s/aB-_9 http://mp.weixin.qq.com/s/aB-_9/ https://mp.weixin.qq.com/s/aB-_9#wechat_redirect
        https://mp.weixin.qq.com/s/aB-_9?scene=1&chksm=2 https://mp.weixin.qq.com:443/s/aB-_9 //mp.weixin.qq.com/s/aB-_9
        """,
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
    https://github.com/o/r%20s https://gist.github.com/o/r https://o.github.io/r https://raw.githubusercontent.com/o/r/m/f
    https://github.com/o/.git https://weixin.qq.com/s/aB https://mp.weixin.qq.com.example.com/s/aB
    """),
)
def test_what_only_looks_like_it_is_a_page(url: str) -> None:
    link = link_of(url, "n.md")
    assert link is not None
    assert (link.kind, link.identity) == ("web", link.url)


@pytest.mark.parametrize(
    "url",
    [
        "https://mp.weixin.qq.com/mp/homepage?__biz=1&hid=2",
        "https://mp.weixin.qq.com/s?__biz=1&mid=2",
        "https://mp.weixin.qq.com/s/",
        "https://mp.weixin.qq.com/",
    ],
)
def test_other_pages_of_wechat_keep_their_parameters(url: str) -> None:
    assert link_of(url.replace("https", "http"), "n.md") == Link(url, "wechat", url, "mp.weixin.qq.com")


PICTURES = [
    "https://mmbiz.qpic.cn/mmbiz_png/aBc/640?wx_fmt=png&tp=webp",
    "http://mmecoa.qpic.cn/x/640",
    "https://mmbiz.qlogo.cn/a/0",
    "https://example.com/a.PNG?x=1",
    "https://example.com/%E4%B8%AD.jpeg",
    "https://github.com.example.com/a.svg",
]


@pytest.mark.parametrize("url", PICTURES)
def test_pictures_are_known_by_host_or_ending(url: str) -> None:
    assert link_of(url, "n.md") == Link(url, "image", url, url.split("/")[2])


def test_a_picture_is_what_stands_where_a_picture_stands() -> None:
    url = "https://img.example.com/u/7?v=4"
    assert link_of(url, "n.md") == Link(url, "web", url, "img.example.com")
    assert link_of(url, "n.md", Role.IMAGE) == Link(url, "image", url, "img.example.com")
    assert link_of("a/b.png", "n.md", Role.IMAGE) == Link("a/b.png", "local", "a/b.png")
    assert link_of("data:image/png;base64,AA==", "n.md", Role.IMAGE) == Link(
        "data:image/png;base64,AA==", "web", "data:image/png;base64,AA=="
    )


@pytest.mark.parametrize(
    "url", ["https://mpvideo.qpic.cn/0bc3?dis_k=1", "https://qpic.cn/a", "https://mm.example.com/640"]
)
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
        ("/images/x.png", "a/b.md", "images/x.png"),
        ("/../x.md", "a/b.md", "x.md"),
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


@pytest.mark.parametrize("url", ["#section", "#", "?a=1", " ", "/"])
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
        "https:///x.png",
    ],
)
def test_what_cannot_be_fetched_is_a_link_all_the_same(url: str) -> None:
    """It stays in the health CSV, with the reason why it is not fetched."""
    assert link_of(url, "n/a.md") == Link(url, "web", url)
    assert why_not_fetch(url) is not None


def test_other_schemes_keep_their_host() -> None:
    url = "ftp://example.com/A.png"
    assert link_of(url, "n.md") == Link(url, "web", url, "example.com")


@given(URLS.filter(lambda url: "。" not in url), st.sampled_from(["a.md", "n/ä/b.md"]))
def test_a_link_leads_to_itself(url: str, note: str) -> None:
    try:
        normalise(url)
    except InvalidURLError:
        return
    link = link_of(url, note)
    assert link is not None
    assert link_of(link.url, "elsewhere/z.md") == link
