"""Spider for WeChat links only."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class WechatSpider(NotesSpider):
    """Checks links of kind `wechat` only."""

    name = "wechat"
    kinds: ClassVar[str] = "wechat"
