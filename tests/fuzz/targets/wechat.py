"""A page of WeChat: an article, a notice, or anything."""

from __future__ import annotations

from crawler.checks.response_check import judge_response
from crawler.models.reasons.reason import ReasonCode
from tests.fuzz.answers import due, response, store
from tests.support.mending import NOW

TOKENS = (
    *(b'<div id="js_content">', b"</div>", b"<script>", b"</script>", b'<div class="weui-msg">', b"nick_name = "),
    *(b"user_name = ", b"transferTargetLink = ", b"var ct = ", b"\\x26", b"data-src=", b"msg_title", "已被".encode()),
)
LINK = due("https://mp.weixin.qq.com/s/AbC")[0]
HEADERS = ((b"Content-Type", b"text/html; charset=UTF-8"),)


def one_input(data: bytes) -> None:
    result = judge_response(LINK, response(LINK.link.url, data, headers=HEADERS), {}, NOW)
    assert result.check.reason.code is not ReasonCode.PAGE_PARSE_ERROR, result.check.reason
    store([result])
