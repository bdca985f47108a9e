"""GitHub repositories: with a token fifty in one query, without one by their page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.html import one_line, parse_html
from crawler.kinds.base import LARGEST_PAGE, Kind
from crawler.links.github_urls import github_link, repository_in
from crawler.links.text_links import find_arxiv_ids
from crawler.models.metadata import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from bs4 import BeautifulSoup
    from scrapy import Request
    from scrapy.http import Response

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.github.client import GithubLookup
    from crawler.models.link import Link

_MOST_DIGITS = 12  # nothing on GitHub is counted in more


class Github(Kind):
    """A repository, or a place inside one."""

    name = "github"
    labels: ClassVar[Mapping[str, str]] = {"en": "GitHub", "zh": "GitHub"}
    metadata_type = Repository
    may_be_picture = True
    text_hosts = ("github.com",)
    has_permanent_redirects = (
        True  # https://docs.github.com/repositories/creating-and-managing-repositories/renaming-a-repository
    )

    def recognise(self, url: str, parts: SplitResult) -> Link | None:  # noqa: ARG002 - the parts say it all
        """Recognise repositories; a deep link keeps its path but shares the repository's identity."""
        return github_link(parts)

    def url_of(self, identity: str) -> str:
        """Return the address of a repository."""
        return f"https://github.com/{identity}"

    def has_lookup(self, options: CrawlOptions) -> bool:
        """Return whether there is a token, without which the API answers too few questions."""
        return bool(options.apis.github_token)

    def lookup(self, options: CrawlOptions) -> GithubLookup:
        """Ask the API if there is a token for it."""
        from crawler.lookups.github.client import GithubLookup

        return GithubLookup.from_options(options)

    def request(self, link: Link) -> Request:
        """Fetch the whole page: the sidebar with the licence stands far down."""
        from crawler.fetch.verbatim_requests import build_request

        return build_request(link.url, meta={"download_maxsize": LARGEST_PAGE})

    def metadata(self, response: Response) -> Repository | None:
        """Read what the page shows; None where it is no repository's page."""
        from scrapy.http import TextResponse

        if not isinstance(response, TextResponse) or (shown := repository_in(urlsplit(response.url).path)) is None:
            return None
        owner, name, rest = shown
        if rest not in {"", "/"}:  # a page inside says less of the repository than its front page
            return None
        soup = parse_html(response.text)
        licence = soup.select_one(
            'a[href$="/LICENSE"], a[data-analytics-event*="license" i], a[href*="-license-ov-file"]'
        )
        language = soup.select_one('a[href*="/search?l="] .text-bold')
        description = soup.select_one('meta[property="og:description"]')
        readme = soup.select_one("article.markdown-body")
        said = [one_line(str(description["content"])) or ""] if description else []
        if readme is not None:
            said += [readme.get_text(" "), *(str(anchor["href"]) for anchor in readme.select("a[href]"))]
        number = soup.select_one('meta[name="octolytics-dimension-repository_id"]')
        return Repository(
            title=f"{owner}/{name}",
            database_id=_number(str(number["content"])) if number and number.get("content") else None,
            stars=_count(soup, "#repo-stars-counter-star"),
            forks=_count(soup, "#repo-network-counter"),
            language=language.get_text(strip=True) if language else None,
            license=licence.get_text(" ", strip=True).removesuffix(" license") or None if licence else None,
            archived="This repository has been archived by the owner" in soup.get_text(" "),
            description=one_line(str(description["content"])) if description else None,
            topics=tuple(topic.get_text(strip=True) for topic in soup.select("a.topic-tag")),
            papers=find_arxiv_ids("\n".join(said)),
        )


def _count(soup: BeautifulSoup, selector: str) -> int | None:
    """Read a counter whose title holds the exact number ("1,234") while its text is rounded ("1.2k")."""
    counter = soup.select_one(selector)
    return _number(re.sub(r"\D", "", str(counter.get("title", "")))) if counter else None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else None
