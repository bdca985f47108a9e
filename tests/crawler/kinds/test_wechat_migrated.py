"""WeChat accounts that moved: where their articles are now, and what is no address of theirs."""

from __future__ import annotations

import pytest

from crawler.models.reasons.reason import Reason, ReasonCode
from tests.support.reading import read_wechat

MOVED, GONE, FAILED = "moved", "gone", "failed"
NOT_ALONG, NOT_KNOWN = Reason(ReasonCode.ACCOUNT_MIGRATED_LINK_DROPPED), Reason(ReasonCode.ACCOUNT_MIGRATED_URL_UNKNOWN)
NEW = "https://mp.weixin.qq.com/s/NewHome"
LONG = "https://mp.weixin.qq.com/s?__biz=MzI5==&mid=22&idx=1&sn=ab12"
ESCAPED = LONG.replace("&", r"\x26amp;")
MIGRATED = '<title>账号已迁移</title><div class="weui-msg">该公众号已迁移至新的帐号{}</div>'


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (f"<script>var transferTargetLink = '{NEW}';</script>", NEW),
        (f'<script>var transferTargetLink="{NEW}/";</script>', NEW),
        (f"<script>window.transfer_target_link = '{NEW}';</script>", NEW),
        ("<script>var transferTargetLink = 'http:\\/\\/mp.weixin.qq.com\\/s\\/NewHome';</script>", NEW),
        (r"<script>var transferTargetLink = 'http:\x2f\x2fmp.weixin.qq.com\x2fs\x2fNewHome#rd';</script>", NEW),
        (
            f"<script>var transferTargetLink = '{LONG.replace('&', '&amp;')}&amp;chksm=1#wechat_redirect';</script>",
            LONG,
        ),
        (rf"<script>var transferTargetLink = '{ESCAPED}\x26amp;scene=27';</script>", LONG),
        (f"<script>var transferTargetLink = '{ESCAPED.replace('amp;', 'amp;amp;')}';</script>", LONG),
        (f'<a id="js_access_msg" href="{NEW}">x</a>', NEW),
        ('<a id="js_access_msg" href="//mp.weixin.qq.com/s/NewHome">x</a>', NEW),
        (f'<a id="js_access_msg" href="{LONG.replace("&", "&amp;")}">x</a>', LONG),
        (rf'<script>var transferTargetLink = "{LONG.replace("&", chr(92) + "u0026")}";</script>', LONG),
        (rf"<script>var transferTargetLink = '{ESCAPED.replace(chr(92) + 'x26', chr(92) + 'u0026')}';</script>", LONG),
        (f"<script>var transferTargetLink = JsDecode('{NEW}');</script>", NEW),
        (f'<script>var transferTargetLink = htmlDecode("{LONG.replace("&", "&amp;")}") || "";</script>', LONG),
        (f"<script>transferTargetLink = 'http://a.b/'; transferTargetLink = '{NEW}';</script>", NEW),
        ('<a id=js_access_msg href="/s/NewHome">x</a>', NEW),
        (f'<a id=js_access_msg href="{LONG.removeprefix("https://mp.weixin.qq.com")}">x</a>', LONG),
        (f'<a id=js_access_msg href="javascript:;">x</a><a id=js_access_msg href="{NEW}">x</a>', NEW),
        (f'<script>var transferTargetLink = "";</script><a id="js_access_msg" href="{NEW}">x</a>', NEW),
        (f'<script>var transferTargetLink = "http://a.b/";</script><a id="js_access_msg" href="{NEW}">x</a>', NEW),
    ],
)
def test_the_address_of_a_migrated_article(written: str, address: str) -> None:
    check = read_wechat(MIGRATED.format("") + written).check
    assert (check.outcome, check.reason, check.final_url) == (MOVED, Reason(ReasonCode.ACCOUNT_MIGRATED), address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/s/NewHome",
        "https://mp.weixin.qq.com@evil.example/s/NewHome",
        "https://mp.weixin.qq.com.evil.example/s/NewHome",
        "https://evil.example/@mp.weixin.qq.com/s/NewHome",
        "javascript://mp.weixin.qq.com/s/NewHome",
        "ftp://mp.weixin.qq.com/s/NewHome",
        "javascript:;",
        "http://[mp.weixin.qq.com/s/NewHome",
        "https://mp.weixin.qq.com:x/s/NewHome",
        "https://mp.weixin.qq.com/mp/redirect?url=https://evil.example",
        "https://mp.weixin.qq.com/s/AbC",
        "/s/AbC",
        "/s",
        "/mp/redirect",
        "//[",
        "//evil.example/s/NewHome",
        "s/NewHome",
        "undefined",
        r"https://mp.weixin.qq.com/s/New\\Home",
        r"https://mp.weixin.qq.com\\s\\NewHome",
        r"https://mp.weixin.qq.com/s?__biz=A\u00zzmid=1\u00zzidx=1\u00zzsn=2",
        r"https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=1&sn=2\u00",
        "https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=1",
        "https://mp.weixin.qq.com/s/New Home",
        "https://mp.weixin.qq.com/s/新",
    ],
)
@pytest.mark.parametrize(
    "written", ["<script>var transferTargetLink = '{}';</script>", '<a id="js_access_msg" href="{}">x</a>']
)
def test_what_leads_elsewhere_is_no_address_of_a_migrated_article(written: str, address: str) -> None:
    seen = [read_wechat(MIGRATED.format(words) + written.format(address)).check for words in ("", "，该链接已不可访问")]
    assert [(check.outcome, check.reason, check.final_url) for check in seen] == [
        (FAILED, NOT_KNOWN, None),
        (GONE, NOT_ALONG, None),
    ]


@pytest.mark.parametrize("title", ["账号已迁移", " 帐号已迁移 ", "帳號已遷移"])
@pytest.mark.parametrize(
    "rest", ['<div class="weui-msg"></div>', "<p>x</p>", '<div class="weui-msg">x</div><a id="js_access_msg">x</a>']
)
def test_a_title_alone_says_that_an_account_migrated(title: str, rest: str) -> None:
    check = read_wechat(f"<title>{title}</title>{rest}").check
    assert (check.outcome, check.reason, check.final_url) == (FAILED, NOT_KNOWN, None)
    assert read_wechat(f"<title>为什么{title}</title>{rest}").check.reason != NOT_KNOWN
