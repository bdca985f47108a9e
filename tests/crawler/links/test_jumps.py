"""Jump pages and short links."""

from __future__ import annotations

import pytest

from crawler.links.jumps import is_short_link, jump_target

PAGE = "https://a.example/b?c=1&d=2#e"
TARGETS = {
    "https://link.zhihu.com/?target=https%3A//a.example/b%3Fc%3D1%26d%3D2%23e": PAGE,
    "https://link.zhihu.com/?target=https%253A%252F%252Fa.example%252Fb": "https://a.example/b",
    "http://link.zhihu.com/?target=http%3A//a.example/%E5%85%AC%2525": "http://a.example/%E5%85%AC%25",
    "https://link.csdn.net/?from_id=1&target=https%3A%2F%2Fa.example%2Fc%2B%2B+": "https://a.example/c+++",
    "https://link.csdn.net/?target=www.a.example/b": "http://www.a.example/b",
    "https://link.juejin.cn?target=https%3A%2F%2Fa.example": "https://a.example/",
    "https://gitee.com/link?target=%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://www.jianshu.com/go-wild?ac=2&url=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://www.oschina.net/action/GoToLink?url=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://blog.51cto.com/transfer?https://a.example/b?c=1&d=2": "https://a.example/b?c=1&d=2",
    "https://c.pc.qq.com/middlem.html?pfurl=https%3A%2F%2Fa.example%2Fb&pfuin=1": "https://a.example/b",
    "https://mp.weixin.qq.com/mp/readtemplate?t=pages/wapredirect&url=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://www.google.com.hk/url?sa=t&q=https%3A%2F%2Fa.example%2Fb&usg=1": "https://a.example/b",
    "https://www.google.com/url?sa=t&q=words&url=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly93d3cuZXhhbXBsZS5vcmcv&ntb=1": "https://www.example.org/",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2Fb&h=AT0": "https://a.example/b",
    "https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://t.umblr.com/redirect?z=https%3A%2F%2Fa.example%2Fb&t=x": "https://a.example/b",
    "https://vk.com/away.php?to=https%3A%2F%2Fa.example%2Fb": "https://a.example/b",
    "https://href.li/?https://a.example/b?c": "https://a.example/b?c",
    "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb&data=05": "https://a.example/b",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_b-5Fc-3Fd-3D1&d=x&c=y": "https://a.example/b_c?d=1",
    "https://urldefense.com/v3/__https://a.example/b*2Fc?d=1__;JQ!!ACWV!MwA$": "https://a.example/b%2Fc?d=1",
    "https://urldefense.com/v3/__https:/a.example/__;!!ACWV!MwA$": "https://a.example/",
    "https://link.zhihu.com/?target=https%3A//link.csdn.net/%3Ftarget%3Dhttps%253A%252F%252Fa.example": "https://a.example/",
    "https://link.zhihu.com/?target=mailto%3Aa%40b.example": "mailto:a@b.example",
    "https://link.zhihu.com/?target=http%3A//127.0.0.1/": "http://127.0.0.1/",
    # no jump pages, or none with a target
    "https://link.zhihu.com/": None,
    "https://link.zhihu.com/?target=": None,
    "https://link.zhihu.com/?target=/relative": None,
    "https://link.zhihu.com/?target=https%3A//": None,
    "https://jump2.bdimg.com/safecheck/index?url=rN3wPs8te": None,
    "https://www.zhihu.com/question/1?target=https%3A//a.example": None,
    "https://gitee.com/o/r?target=https%3A//a.example": None,
    "https://www.google.com/search?q=https%3A%2F%2Fa.example": None,
    "https://web.archive.org/web/2020/https://a.example/": None,
    "https://a.example/?url=https%3A%2F%2Fb.example": None,
    "https://[::1": None,
}


@pytest.mark.parametrize("url", TARGETS)
def test_target(url: str) -> None:
    assert jump_target(url) == TARGETS[url]


@pytest.mark.parametrize(
    ("url", "is_short"),
    [
        ("https://bit.ly/a", True),
        ("http://www.tinyurl.com/a", True),
        ("https://t.cn/a", True),
        ("https://www.baidu.com/link?url=a", True),
        ("https://link.segmentfault.com/?enc=a", True),
        ("https://bit.ly/", False),
        ("https://youtu.be/a", False),
        ("https://doi.org/10.1/a", False),
        ("https://www.baidu.com/s?wd=a", False),
        ("https://[::1", False),
    ],
)
def test_short_links(url: str, *, is_short: bool) -> None:
    assert is_short_link(url) is is_short
