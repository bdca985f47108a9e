"""The canonical form of a URL, and what may be fetched at all."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
import yarl
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.links import canonical_url
from crawler.links.canonical_url import InvalidURLError, canonicalize_url, encode_for_request, refusal_reason
from crawler.links.tracking import without_tracking


def words(text: str) -> list[str]:
    return text.split()


# --- the canonical form -----------------------------------------------------------------------------------------------

NORMALISED = {
    # RFC 3986, 6.2.2 and 6.2.3
    "HTTP://www.EXAMPLE.com/": "http://www.example.com/",
    "https://example.com/%7Efoo/%41%2d%2E%5f": "https://example.com/%7Efoo/%41%2d%2E%5f",
    "https://example.com/a%c2%b1b?q=%3a": "https://example.com/a%c2%b1b?q=%3a",
    "https://example.com/a/./b/../b/%63/%7bfoo%7d": "https://example.com/a/b/%63/%7bfoo%7d",
    "https://example.com/a/b/c/./../../g": "https://example.com/a/g",
    "https://example.com/mid/content=5/../6": "https://example.com/mid/6",
    "https://example.com/../../a": "https://example.com/a",
    "https://example.com/a/..": "https://example.com/",
    "https://example.com/a/b/..": "https://example.com/a/",
    "https://example.com/../a/b/../c": "https://example.com/a/c",
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
    "https://a@b:PW@Example.com/": "https://a@b:PW@example.com/",
    # hosts
    "https://example.com./a": "https://example.com./a",
    "https://Bücher.example/": "https://xn--bcher-kva.example/",
    "https://中文.example/": "https://xn--fiq228c.example/",
    "https://ｅｘａｍｐｌｅ．com/": "https://example.com/",
    "https://example。com/": "https://example.com/",
    # what needs encoding is encoded, what is reserved or encoded already stays
    "https://example.com/中 文": "https://example.com/%E4%B8%AD%20%E6%96%87",
    "https://example.com/100%": "https://example.com/100%",
    "https://example.com/a%zz": "https://example.com/a%zz",
    "https://example.com/a%2Fb%3Fc%23d": "https://example.com/a%2Fb%3Fc%23d",
    "https://example.com/~a!$&'()*+,;=:@[b]": "https://example.com/~a!$&'()*+,;=:@[b]",
    "https://example.com/?q=a/b?c@d:[e]": "https://example.com/?q=a/b?c@d:[e]",
    'https://example.com/"<>^`{|}\\': "https://example.com/%22%3C%3E%5E%60%7B|%7D%5C",
    "https://web.archive.org/web/2020/http://x.y/": "https://web.archive.org/web/2020/http://x.y/",
    " https://example.com/a ": "https://example.com/a",
    # beyond the RFC: the fragment, and what tells only where the reader came from
    "https://example.com/a#b": "https://example.com/a",
    "https://example.com/a?#b": "https://example.com/a?",
    "https://example.com/?utm_source=x&a=1&utm_medium=y": "https://example.com/?a=1",
    "https://example.com/?fbclid=1&gclid=2&msclkid=3&mc_eid=4": "https://example.com/",
    "https://example.com/?UTM_source=x&utm=1&my_utm_source=2": "https://example.com/?my_utm_source=2",
    "https://example.com/?z=1&a=2&z=3&m": "https://example.com/?z=1&a=2&z=3&m",
    "https://example.com/?a=&&b": "https://example.com/?a=&&b",
    "https://example.com/?a=|^`{}": "https://example.com/?a=|^`{}",
    "https://example.com/?utm_source=a&Signature=b": "https://example.com/?utm_source=a&Signature=b",
    "https://example.com/?a=b=utm_source=1": "https://example.com/?a=b=utm_source=1",
    "https://example.com/?utm_source=a=b&fbclid=c=d&e": "https://example.com/?e",
    # a parameter that means this on one host alone
    "https://www.bilibili.com/video/BV1?spm_id_from=333&p=2": "https://www.bilibili.com/video/BV1?p=2",
    "https://example.com/?vd_source=333": "https://example.com/?vd_source=333",
    "https://notbilibili.com/?vd_source=333": "https://notbilibili.com/?vd_source=333",
    "https://www.youtube.com/watch?v=a&si=b&feature=c": "https://www.youtube.com/watch?v=a",
    "https://youtu.be/a?si=b&t=10": "https://youtu.be/a?t=10",
    "https://blog.csdn.net/a?spm=1001": "https://blog.csdn.net/a",
}


@pytest.mark.parametrize("url", NORMALISED)
def test_canonical_form(url: str) -> None:
    assert canonicalize_url(url) == NORMALISED[url]


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/%7Efoo/%41%2d%2E%5f", "https://example.com/~foo/A-._"),
        ("https://example.com/a%c2%b1b?q=%3a", "https://example.com/a%C2%B1b?q=%3A"),
        ("https://example.com/a/%63/%7bfoo%7d", "https://example.com/a/c/%7Bfoo%7D"),
        ("https://example.com/%2e%2E/a", "https://example.com/a"),
        ("https://example.com/100%", "https://example.com/100%25"),
    ],
)
def test_equivalent_urls_have_one_normal_form(url: str, normal: str) -> None:
    assert canonical_url.normalize(url) == normal
    assert canonical_url.normalize(normal) == normal


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("i❤.ws", "xn--i-7iq.ws"),
        ("👩‍💻.example", "xn--rq8hef.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("ü_1.example", "xn--_1-wka.example"),
        ("a_b.example", "a_b.example"),
    ],
)
def test_hosts_that_browsers_open(written: str, host: str) -> None:
    assert canonicalize_url(f"https://{written}/") == f"https://{host}/"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "no scheme"),
        ("example.com/a", "no scheme"),
        ("//example.com/a", "no scheme"),
        ("ftp://example.com/", "ftp"),
        ("mailto:a@example.com", "mailto"),
        ("javascript:alert(1)", "javascript"),
        ("https://", "^no host$"),
        ("https:///path", "^no host$"),
        ("https://user@/", "^no host$"),
        ("https://[::1/", "Invalid IPv6"),
        ("https://example.com:port/", "Port"),
        ("https://example.com:99999/", "Port"),
        ("https://exa mple.com/", "invalid character"),
        ("https://a{b}.example/", "invalid character"),
        ("https://é\u2ff0.example/", "Codepoint"),
        (f"https://{'é' * 70}.example/", "too long"),
    ],
)
def test_no_web_address(url: str, why: str) -> None:
    with pytest.raises(InvalidURLError, match=why):
        canonicalize_url(url)


PIECES = st.one_of(
    st.sampled_from(
        words("""
            http:// https:// HTTP:// // example.com EXAMPLE.com. [::1] :80 :443 / /../ /./ .. %2F %e4 %41 % ? & = # @
            user:pw@ xn-- 中 é ａ utm_source=1 a=b&&c https://x.y/ /a;b ftp: localhost 127.1
        """)
    ),
    # Files of UTF-8 hold no lone surrogates; the full stops are those that a host's labels may be divided by.
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="。．｡"), max_size=6),
)
STARTS = st.sampled_from(["", "https://", "http://h/"])
URLS = st.builds(str.__add__, STARTS, st.lists(PIECES, max_size=8).map("".join))


@given(URLS)
@example("http://h//../a")
@example("http://h/%25%34%31")
@example("https://%0\N{SUPERSCRIPT TWO}")
def test_canonical_form_is_final(url: str) -> None:
    try:
        canonical = canonicalize_url(url)
    except InvalidURLError:
        return
    assert canonicalize_url(canonical) == canonical
    parts = canonical_url.split(canonical)
    assert parts.scheme in canonical_url.WEB_SCHEMES
    assert parts.hostname
    assert not parts.fragment
    assert (parts.path + parts.query).isascii()


PAIRS = st.builds("{}={}".format, st.text("ab%/?:+", min_size=1, max_size=5), st.text("ab=%/?:+", max_size=5))


@given(st.lists(PAIRS, min_size=1, max_size=5).map("&".join))
def test_query_keeps_its_order_and_bytes(query: str) -> None:
    """What is left of a query may be signed."""
    assert without_tracking(f"utm_id=1&{query}&fbclid=2", "example.com") == query


def test_parameters_are_the_first_of_each_name() -> None:
    assert canonical_url.parameters("a=1&b=&a=2&c=%E4%B8%AD&d=x+y") == {"a": "1", "b": "", "c": "中", "d": "x y"}


# --- the URL of a request ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://example.com/a%2F?b=%27", None),
        ("https://EXAMPLE.com./A%2f", "https://example.com./A%2f"),
        ("https://Example.COM:8443?a", "https://example.com:8443?a"),
        ("https://u%40:P@Example.com/", "https://u%40:P@example.com/"),
        ("http://[2001:DB8::1]:8080/%41", "http://[2001:db8::1]:8080/%41"),
        ("http://1%32.0.0.1/", "http://12.0.0.1/"),
        ("http://１２.0.0.1/", "http://12.0.0.1/"),
        ("http://b\u00fccher.example/", "http://xn--bcher-kva.example/"),
        ("https://example.com/a/../b/./c?d=/../e", "https://example.com/b/c?d=/../e"),
        ("https://user@https:443/a//b", "https://user@https/a//b"),
        ("https://a@b@Example.com/", "https://a@b@example.com/"),
        ("https://example.com/../a", "https://example.com/a"),
        ("https://https/https", None),
        ("https://example.com?", None),
        ("http://a%40b.example/", None),  # what would change who is asked stays as it is, and resolves to nothing
        ("http://a%0D%0Ab.example/", None),
        ("http://a%23b.example/", None),
    ],
)
def test_the_host_is_in_canonical_form_and_nothing_else_is(url: str, sent: str | None) -> None:
    assert encode_for_request(url) == (sent or url)
    asked = yarl.URL(encode_for_request(url), encoded=True)
    assert asked.raw_host == urlsplit(encode_for_request(url)).hostname
    assert urljoin(str(asked), "") == str(asked)


@pytest.mark.parametrize(
    ("url", "is_sendable"),
    [
        ("https://e.example/a%20b?c=[d]#é", False),
        ("https://e.example/a%20b?c=[d]#e", True),
        ("https://e.example/a b", False),
        ("https://e.example/<a>", False),
    ],
)
def test_characters_that_have_to_be_encoded(url: str, *, is_sendable: bool) -> None:
    assert canonical_url.is_sendable(url) is is_sendable


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://example.com/a", "https://www.example.com/b", True),
        ("http://www.example.com/", "https://example.com/", True),
        ("https://blog.example.com/", "https://example.com/", True),
        ("https://example.com/", "https://blog.example.com/", True),
        ("https://example.com/blog/", "https://blog.example.com/", False),
        ("https://example.com/blog", "https://blog.example.com/", False),
        ("https://blog.example.com/", "https://example.com/blog/", True),
        ("https://www.example.com/", "https://blog.example.com/", True),
        ("https://example.com/", "https://example.org/", False),
        ("https://example.com/", "https://notexample.com/", False),
        ("https://notexample.com/", "https://example.com/", False),
        ("mailto:a", "https://example.com/", False),
        ("mailto:a", "mailto:b", True),
    ],
)
def test_sites(one: str, other: str, *, is_same: bool) -> None:
    assert canonical_url.is_same_site(one, other) is is_same


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
    http://[2001:0:4136:e378:8000:63bf:fefe:fefe]/
    http://172.32.0.1/ http://192.169.0.1/ http://100.128.0.1/ http://localhost.example.com/ http://10.example.com/
    http://0xcafe.example/ http://127.0.0.1.nip.example/ http://notlocalhost.com/ http://mylan.cn/
""")


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_not_fetched(url: str) -> None:
    assert str(refusal_reason(url)).startswith("private address: ")
    assert refusal_reason(url, allow_private=True) is None


@pytest.mark.parametrize("url", LOCAL_NAMES)
def test_local_names_are_not_fetched(url: str) -> None:
    assert str(refusal_reason(url)).startswith("local name: ")
    assert refusal_reason(url, allow_private=True) is None


@pytest.mark.parametrize("url", PUBLIC)
def test_the_public_internet_is_fetched(url: str) -> None:
    assert refusal_reason(url) is None


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "unsupported scheme: ftp"),
        ("FILE:///etc/passwd", "unsupported scheme: file"),
        ("Gopher://example.com/", "unsupported scheme: gopher"),
        ("data:text/html,x", "unsupported scheme: data"),
        ("javascript:alert(1)", "unsupported scheme: javascript"),
        ("mailto:a@example.com", "unsupported scheme: mailto"),
        ("gopher://127.0.0.1/", "unsupported scheme: gopher"),
        ("example.com", "unsupported scheme: none"),
        ("//example.com/", "unsupported scheme: none"),
        ("https://", "invalid URL: no host"),
        ("https://[::1", "invalid URL: Invalid IPv6 URL"),
        ("https://example.com:x/", "invalid URL: Port"),
        ("https://é_ .example/", "invalid URL: host"),
    ],
)
def test_what_is_no_web_address_is_not_fetched(url: str, why: str, *, allow_private: bool) -> None:
    assert str(refusal_reason(url, allow_private=allow_private)).startswith(why)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://0x7f.1/", "private address: 127.0.0.1"),
        ("http://[::FFFF:a00:1]/", "private address: ::ffff:a00:1"),
        ("http://[fe80::1%25eth0]/", "private address: fe80::1"),
        ("http://NAS.lan./", "local name: nas.lan"),
    ],
)
def test_the_reason_names_the_address_or_the_host(url: str, why: str) -> None:
    assert str(refusal_reason(url)) == why


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
    assert len({refusal_reason(f"http://{spelling}/") is None for spelling in spellings}) == 1
