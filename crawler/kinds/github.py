"""The kind `github`: repositories, looked up by the API if there is a token, else by their page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.html import LARGEST_PAGE, one_line, parse_html
from crawler.kinds.base import Kind
from crawler.links.fragments import USER_PREFIX
from crawler.links.github_urls import github_link, is_missing_wiki_page, repository_in
from crawler.links.spelling.text_links import find_arxiv_ids
from crawler.models.check import Outcome
from crawler.models.metadata import Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from bs4 import BeautifulSoup
    from scrapy import Request
    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.github.client import GithubLookup
    from crawler.models.check import Check
    from crawler.models.link import Link

_MAX_DIGITS = 12  # more than any count or id on GitHub


class Github(Kind):
    """A repository, or a path, issue or release in one; its identity is `owner/name` in lower case."""

    name = "github"
    labels: ClassVar[Mapping[str, str]] = {"en": "GitHub", "zh": "GitHub"}
    metadata_type = Repository
    may_be_picture = True
    anchor_prefix = USER_PREFIX
    text_hosts = ("github.com",)
    has_permanent_redirects = (
        True  # https://docs.github.com/repositories/creating-and-managing-repositories/renaming-a-repository
    )

    def recognize(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the parts are enough
        """Return the link to a repository; a link into one keeps its path and has the repository's identity."""
        return github_link(parts)

    def url_of(self, identity: str) -> str:
        """Return the URL of a repository."""
        return f"https://github.com/{identity}"

    def has_lookup(self, options: CrawlOptions) -> bool:
        """Return whether GITHUB_TOKEN is set: without it the API allows too few requests."""
        return bool(options.apis.github_token)

    def lookup(self, options: CrawlOptions) -> GithubLookup:
        """Return the client of the API."""
        from crawler.lookups.github.client import GithubLookup

        return GithubLookup.from_options(options)

    def request(self, link: Link) -> Request:
        """Return the request for the whole front page: the sidebar with the license is at its end.

        Of other pages, which may be files of a release, the beginning is enough.
        """
        from crawler.fetch.verbatim_requests import build_request

        repository = repository_in(urlsplit(link.url).path)
        if repository is None or repository[2]:
            return super().request(link)
        return build_request(link.url, meta={"download_maxsize": LARGEST_PAGE})

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result of a page; a page of a wiki that was redirected to the wiki's first page is gone."""
        if check.is_ok and is_missing_wiki_page(link.url, response.url):
            return CheckResult(
                link, replace(check, outcome=Outcome.GONE, reason=Reason(ReasonCode.NOT_FOUND), final_url=None)
            )
        return super().read(link, response, check)

    def metadata(self, response: Response) -> Repository | None:
        """Return the metadata on a repository's front page; None for any other page."""
        from scrapy.http import TextResponse

        if not isinstance(response, TextResponse) or (repository := repository_in(urlsplit(response.url).path)) is None:
            return None
        owner, name, below = repository
        if below not in {"", "/"}:  # other pages of a repository have less metadata than its front page
            return None
        soup = parse_html(response.text)
        license_ = soup.select_one(
            'a[href$="/LICENSE"], a[data-analytics-event*="license" i], a[href*="-license-ov-file"]'
        )
        language = soup.select_one('a[href*="/search?l="] .text-bold')
        description = soup.select_one('meta[property="og:description"]')
        readme = soup.select_one("article.markdown-body")
        texts = [one_line(str(description["content"])) or ""] if description else []
        if readme is not None:
            texts += [readme.get_text(" "), *(str(anchor["href"]) for anchor in readme.select("a[href]"))]
        number = soup.select_one('meta[name="octolytics-dimension-repository_id"]')
        return Repository(
            title=f"{owner}/{name}",
            database_id=_number(str(number["content"])) if number and number.get("content") else None,
            stars=_count(soup, "#repo-stars-counter-star"),
            forks=_count(soup, "#repo-network-counter"),
            language=language.get_text(strip=True) if language else None,
            license=license_.get_text(" ", strip=True).removesuffix(" license") or None if license_ else None,
            archived="This repository has been archived by the owner" in soup.get_text(" "),
            description=one_line(str(description["content"])) if description else None,
            topics=tuple(topic.get_text(strip=True) for topic in soup.select("a.topic-tag")),
            papers=find_arxiv_ids("\n".join(texts)),
        )


def _count(soup: BeautifulSoup, selector: str) -> int | None:
    """Return the number in the title of a counter ("1,234"): its text is rounded ("1.2k")."""
    counter = soup.select_one(selector)
    return _number(re.sub(r"\D", "", str(counter.get("title", "")))) if counter else None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS else None
