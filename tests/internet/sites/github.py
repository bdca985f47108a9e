"""github.com: the pages that a reader without a token sees."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote

from tests.internet.messages import Request, Response, html, page, redirect
from tests.internet.sites import Site
from tests.internet.templates import fill
from tests.internet.world import Repository, World, find_repository
from tests.internet.world.repositories import find_object, find_thread, renamed_branch

ROBOTS = """User-agent: *
Disallow: /*/*/pulse
Disallow: /*/*/forks
Disallow: /*/*/issues/new
Disallow: /*/*/commits/
Disallow: /*/*/branches
Disallow: /*/*/stargazers
Disallow: /*/*/archive/
Disallow: /*/raw/
Disallow: /gist/
"""


def answer(request: Request, _: World) -> Response:
    """Answer a repository, something below it (`/tree/`, `/blob/`, `/issues/` …) or an account."""
    if request.host != "github.com":
        return redirect(request.url.replace(request.host, "github.com", 1))
    match request.path.strip("/").split("/"):
        case [""]:
            return page("GitHub", "Build and ship software on a single, collaborative platform")
        case [account]:
            return page(account, f"{account} has repositories available.")
        case [owner, name, *rest]:
            return below(f"{owner}/{name.removesuffix('.git')}", rest, request)
    raise AssertionError("a path splits into one part or more")


def below(asked: str, rest: list[str], request: Request) -> Response:
    """Answer about a repository, or a path in it."""
    repository = find_repository(asked)
    if repository is None or not is_there(repository, rest):
        return page("Page not found · GitHub", "This is not the web page you are looking for.", 404)
    if repository.blocked == "dmca":
        return page("Repository unavailable due to DMCA takedown.", "This repository is currently disabled.", 451)
    if repository.blocked == "tos":
        reason = (
            "Access to this repository has been disabled by GitHub Staff due to a violation of the terms of service."
        )
        return page("This repository has been disabled.", reason, 403)
    if repository.full_name.lower() != asked.lower() or request.path.endswith(".git"):
        return redirect("/".join([f"https://github.com/{repository.full_name}", *rest]))
    return html(repository_page(repository, rest))


def is_there(repository: Repository, rest: list[str]) -> bool:
    """Return whether a repository has what the parts of a path name, as its API says."""
    match rest:
        case ["tree" | "blob" | "raw" | "blame", branch, *_] if renamed_branch(repository, branch):
            return is_there(repository, [rest[0], str(repository.default_branch), *rest[2:]])
        case ["tree" | "blob" | "raw" | "blame", *parts]:
            splits = (f"{'/'.join(parts[:at])}:{'/'.join(parts[at:])}" for at in range(1, len(parts) + 1))
            return any(find_object(repository, unquote(split)) for split in splits)
        case ["issues" | "pull" | "discussions" as kind, number, *_] if number.isdecimal():
            thread = find_thread(int(number))
            return thread == "Discussion" if kind == "discussions" else thread is not None
        case ["releases", "tag", tag] | ["commit", tag]:
            return tag == repository.latest_release or find_object(repository, tag) is not None
    return "missing" not in rest


def repository_page(repository: Repository, rest: list[str]) -> str:
    """Return the page of a repository or of a file or folder in it."""
    name = repository.full_name
    about = f": {repository.description}" if repository.description else ""
    title = f"GitHub - {name}{about}" if not rest else f"{name}/{'/'.join(rest)} at main · {name} · GitHub"
    banner = licence = languages = ""
    if repository.archived:
        day = f"{repository.archived:%b %-d, %Y}"
        banner = (
            '<div class="flash flash-warn flash-full border-top-0 text-center text-bold py-2">\n'
            f"This repository has been archived by the owner on {day}. It is now read-only.\n</div>"
        )
    if repository.license:
        label = "View license" if repository.license == "NOASSERTION" else f"{repository.license} license"
        licence = f'<a href="/{name}/blob/{repository.default_branch}/LICENSE" class="Link--muted">{label}</a>'
    if repository.language:
        languages = (
            f'<span class="color-fg-default text-bold mr-1">{escape(repository.language)}</span>\n<span>98.7%</span>'
        )
    return fill(
        "repository",
        name=name,
        id=repository.id,
        title=escape(title),
        description=escape(
            repository.description or f"Contribute to {name} development by creating an account on GitHub."
        ),
        branch=repository.default_branch or "",
        pushed=f"{repository.pushed.isoformat()}T00:00:00Z",
        banner=banner,
        licence=licence,
        languages=languages,
        topics="\n".join(
            f'<a href="/topics/{topic}" class="topic-tag topic-tag-link">{topic}</a>' for topic in repository.topics
        ),
        stars=f"{repository.stars:,}",
        stars_short=short(repository.stars),
        forks=f"{repository.forks:,}",
        forks_short=short(repository.forks),
    )


def short(count: int) -> str:
    """Return a count as the page shortens it: 1234 is 1.2k."""
    return str(count) if count < 1000 else f"{count / 1000:.3g}k"


SITES = (Site(hosts=("github.com", "www.github.com"), answer=answer, robots=ROBOTS, https_only=True),)
