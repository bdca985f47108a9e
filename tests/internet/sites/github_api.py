"""api.github.com: GraphQL, and what REST says of a repository, a branch and an issue.

Any token is good but one that starts with "bad". What GraphQL says of a blocked repository is nowhere documented: here
it is null with an error, as for any repository that may not be seen.
"""

from __future__ import annotations

import json
import time
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync, parse
from graphql.language import DocumentNode, FieldNode, OperationDefinitionNode

from tests.internet.messages import Request, Response, as_json, redirect
from tests.internet.sites import Site
from tests.internet.world import Repository, World, find_repository
from tests.internet.world.repositories import OWNER, find_by_id, find_object, find_thread, renamed_branch

if TYPE_CHECKING:
    from datetime import date

DOCS = "https://docs.github.com/rest"
SCHEMA = Path(__file__).parents[1] / "pages" / "github.graphql"
Json = dict[str, Any]


def answer(request: Request, world: World) -> Response:
    """Answer POST /graphql, GET /repos/OWNER/NAME and GET /repositories/ID."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    if token.startswith("bad") or (request.path == "/graphql" and not token):
        return error(401, "Bad credentials" if token else "This endpoint requires you to be authenticated.")
    limit = world.github_budget if token else world.anonymous_budget
    resource = "graphql" if request.path == "/graphql" else "core"
    # A conditional request that comes back 304 is free with a token (docs.github.com, best practices for the REST API).
    response = graphql(request, world, limit) if resource == "graphql" else rest(request)
    free = response.status == 304 and token
    if world.spent[resource] >= limit and not free:
        response = error(403, "API rate limit exceeded for 127.0.0.1.")
    elif not free:
        world.spent[resource] += 1
    used = world.spent[resource]
    return response.with_headers(
        x_ratelimit_limit=str(limit),
        x_ratelimit_remaining=str(limit - used),
        x_ratelimit_used=str(used),
        x_ratelimit_reset=str(int(time.time()) + 3600),
        x_ratelimit_resource=resource,
        x_github_media_type="github.v4; format=json" if resource == "graphql" else "github.v3; format=json",
        server="github.com",
    )


def rest(request: Request) -> Response:
    """Answer about one repository, or a branch or an issue of it."""
    match unquote(request.path).strip("/").split("/"):
        case ["repos", owner, name, kind, *wanted]:
            return below(find_repository(f"{owner}/{name}"), kind, "/".join(wanted), request.query.get("ref", "HEAD"))
        case ["repos", owner, name]:
            repository = find_repository(f"{owner}/{name}")
            if repository and repository.full_name.lower() != f"{owner}/{name}".lower():
                where = f"https://api.github.com/repositories/{repository.id}"
                moved = {
                    "message": "Moved Permanently",
                    "url": where,
                    "documentation_url": f"{DOCS}/guides/best-practices",
                }
                return as_json(moved, 301).with_headers(location=where)
        case ["repositories", number] if number.isdecimal():
            repository = find_by_id(int(number))
        case ["rate_limit"]:
            return as_json({"resources": {}})
        case _:
            repository = None
    if repository is None:
        return error(404, "Not Found")
    if repository.blocked:
        block = {"reason": repository.blocked, "created_at": "2024-01-02T03:04:05Z", "html_url": block_page(repository)}
        status = 451 if repository.blocked == "dmca" else 403
        return as_json({"message": "Repository access blocked", "block": block}, status)
    response = as_json(described(repository))
    assert isinstance(response.body, bytes)
    etag = f'W/"{sha256(response.body).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        response = Response(304)
    return response.with_headers(etag=etag, cache_control="public, max-age=60, s-maxage=60")


def below(repository: Repository | None, kind: str, wanted: str, ref: str) -> Response:
    """Answer about a branch, an issue or a path of a repository."""
    if repository is None or repository.blocked:
        return error(404, "Not Found")
    match kind:
        case "branches":
            return branch(repository, wanted)
        case "issues":
            return issue(repository, wanted)
        case "contents":
            return contents(repository, ref, wanted)
    return error(404, "Not Found")


def branch(repository: Repository, name: str) -> Response:
    """Answer about a branch; a renamed one is redirected (docs.github.com, "Renaming a branch")."""
    if find_object(repository, name):
        return as_json({"name": name, "protected": False})
    if new := renamed_branch(repository, name):
        return redirect(f"https://api.github.com/repos/{repository.full_name}/branches/{new}")
    return error(404, "Branch not found")


def contents(repository: Repository, ref: str, path: str) -> Response:
    """Answer about a path: what is there, without what is in it."""
    kind = {"Tree": "dir", "Blob": "file", "Commit": "submodule"}.get(find_object(repository, f"{ref}:{path}") or "")
    return as_json({"path": path, "type": kind}) if kind else error(404, "Not Found")


def issue(repository: Repository, number: str) -> Response:
    """Answer about an issue; a transferred one is redirected."""
    match find_thread(int(number)):
        case "Issue" | "PullRequest":
            where = f"https://github.com/{repository.full_name}/issues/{number}"
            return as_json({"number": int(number), "html_url": where})
        case "transferred":
            return redirect(f"https://api.github.com/repos/{OWNER}/alive-0/issues/{int(number) - 600}")
    return error(404, "Not Found")


def block_page(repository: Repository) -> str:
    """Return where GitHub says why a repository is blocked."""
    if repository.blocked == "tos":
        return "https://github.com/tos"
    return "https://github.com/github/dmca/blob/master/2024/01/2024-01-02-small-internet.md"


def described(repository: Repository) -> Json:
    """Return a repository as REST describes it, without the many URL templates."""
    url = f"https://github.com/{repository.full_name}"
    api = f"https://api.github.com/repos/{repository.full_name}"
    spdx = repository.license
    license_info = {"key": spdx_key(spdx), "name": spdx, "spdx_id": spdx, "url": None, "node_id": "MDc6TGljZW5zZQ=="}
    owner = {
        "login": repository.owner,
        "id": 1,
        "html_url": f"https://github.com/{repository.owner}",
        "type": "Organization",
    }
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "private": False,
        "owner": owner,
        "html_url": url,
        "description": repository.description,
        "fork": False,
        "url": api,
        "created_at": moment(repository.created),
        "updated_at": moment(repository.pushed),
        "pushed_at": moment(repository.pushed),
        "homepage": None,
        "size": 0,
        "stargazers_count": repository.stars,
        "watchers_count": repository.stars,
        "language": repository.language,
        "forks_count": repository.forks,
        "archived": repository.archived is not None,
        "disabled": False,
        "open_issues_count": 0,
        "license": license_info if spdx else None,
        "topics": list(repository.topics),
        "visibility": "public",
        "forks": repository.forks,
        "open_issues": 0,
        "watchers": repository.stars,
        "default_branch": repository.default_branch or "main",
        "network_count": repository.forks,
        "subscribers_count": 0,
    }


def graphql(request: Request, world: World, limit: int) -> Response:
    """Execute a query: HTTP 200 whatever becomes of it."""
    try:
        payload = json.loads(request.body)
        document = parse(payload["query"])
    except (ValueError, KeyError, TypeError):
        return error(400, "Problems parsing JSON")
    except GraphQLError as trouble:
        return as_json({"errors": [{"message": trouble.message, "locations": located(trouble)}]})
    if repositories_in(document) > world.graphql_limit:
        message = "Resource limits for this query exceeded."
        return as_json({"data": None, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": message}]})
    used = world.spent["graphql"] + 1
    budget = {"limit": limit, "cost": 1, "remaining": limit - used, "used": used, "nodeCount": 0}
    root = {
        "repository": resolve,
        "rateLimit": lambda _info, **_: budget | {"resetAt": "2030-01-01T00:00:00Z"},
        "viewer": {"login": "small-internet", "url": "https://github.com/small-internet"},
    }
    result = graphql_sync(schema(), payload["query"], root, variable_values=payload.get("variables"))
    told: Json = {} if result.data is None else {"data": result.data}
    if result.errors:
        told["errors"] = [told_of(trouble) for trouble in result.errors]
    return as_json(told)


def resolve(_info: object, *, owner: str, name: str, followRenames: bool = True) -> Json:  # noqa: N803 (its name there)
    """Find one repository for a query."""
    repository = find_repository(f"{owner}/{name}")
    if repository is None or (not followRenames and repository.full_name.lower() != f"{owner}/{name}".lower()):
        message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise GraphQLError(message, extensions={"type": "NOT_FOUND"})
    if repository.blocked:
        raise GraphQLError("Repository access blocked", extensions={"type": "FORBIDDEN"})
    url = f"https://github.com/{repository.full_name}"
    spdx, tag, branch = repository.license, repository.latest_release, repository.default_branch
    topics = [{"topic": {"name": topic}, "url": f"https://github.com/topics/{topic}"} for topic in repository.topics]
    release = {
        "name": tag,
        "tagName": tag,
        "publishedAt": moment(repository.pushed),
        "url": f"{url}/releases/tag/{tag}",
    }
    return {
        "object": lambda _info, expression: git_object(repository, expression),
        "issueOrPullRequest": lambda _info, number: thread(number, {"Issue", "PullRequest"}),
        "discussion": lambda _info, number: thread(number, {"Discussion"}),
        "release": lambda _info, tagName: release if tagName == tag else None,  # noqa: N803
        "ref": lambda _info, qualifiedName: ref(repository, qualifiedName),  # noqa: N803
        "hasWikiEnabled": True,
        "id": f"R_{repository.id}",
        "databaseId": repository.id,
        "name": repository.name,
        "nameWithOwner": repository.full_name,
        "owner": {
            "__typename": "Organization",
            "login": repository.owner,
            "url": f"https://github.com/{repository.owner}",
        },
        "url": url,
        "description": repository.description,
        "stargazerCount": repository.stars,
        "stargazers": {"totalCount": repository.stars},
        "forkCount": repository.forks,
        "watchers": {"totalCount": 0},
        "isArchived": repository.archived is not None,
        "archivedAt": moment(repository.archived) if repository.archived else None,
        "isEmpty": branch is None,
        **dict.fromkeys(("isDisabled", "isFork", "isLocked", "isPrivate", "isTemplate"), False),
        "createdAt": moment(repository.created),
        "updatedAt": moment(repository.pushed),
        "pushedAt": moment(repository.pushed),
        "primaryLanguage": {"name": repository.language} if repository.language else None,
        "licenseInfo": {"key": spdx_key(spdx), "name": spdx, "spdxId": spdx} if spdx else None,
        "defaultBranchRef": {"name": branch, "prefix": "refs/heads/"} if branch else None,
        "latestRelease": release if tag else None,
        "repositoryTopics": {
            "totalCount": len(topics),
            "nodes": topics,
            "edges": [{"node": topic} for topic in topics],
        },
    }


def git_object(repository: Repository, expression: str) -> Json | None:
    """Return an object of Git, all with the same number; of a submodule it is in another repository."""
    kind = find_object(repository, expression)
    if not kind or "submodule" in expression:
        return None
    text = f"# {repository.name}\n\n{repository.description or ''}\n" if kind == "Blob" else None
    return {"__typename": kind, "id": "O_1", "oid": "0" * 40, "text": text}


def thread(number: int, kinds: set[str]) -> Json:
    """Return an issue, pull request or discussion, if it is one of these kinds."""
    kind = find_thread(number)
    if kind not in kinds:
        message = f"Could not resolve to an issue or pull request with the number of {number}."
        raise GraphQLError(message, extensions={"type": "NOT_FOUND"})
    return {"__typename": kind, "number": number, "title": f"Number {number}", "url": "https://github.com/"}


def ref(repository: Repository, qualified: str) -> Json | None:
    """Return a branch or a tag by its full name."""
    _, kind, name = qualified.split("/", 2)
    return {"name": name, "prefix": f"refs/{kind}/"} if find_object(repository, name) else None


def told_of(trouble: GraphQLError) -> Json:
    """Return an error as GitHub words it: with its type beside the message."""
    told: Json = {"path": trouble.path, "locations": located(trouble), "message": trouble.message}
    return dict(trouble.extensions or {}) | {name: value for name, value in told.items() if value}


def located(trouble: GraphQLError) -> list[Json]:
    """Return where in the query an error stands."""
    return [{"line": place.line, "column": place.column} for place in trouble.locations or ()]


def repositories_in(document: DocumentNode) -> int:
    """Count the repositories that a query asks for."""
    operations = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fields = (field for node in operations for field in node.selection_set.selections if isinstance(field, FieldNode))
    return sum(field.name.value == "repository" for field in fields)


@cache
def schema() -> GraphQLSchema:
    """Return the schema that queries are validated against."""
    return build_schema(SCHEMA.read_text(encoding="utf-8"))


def spdx_key(spdx: str) -> str:
    """Return GitHub's own key of a licence."""
    return "other" if spdx == "NOASSERTION" else spdx.lower()


def moment(day: date) -> str:
    """Return a day as GitHub writes times."""
    return f"{day.isoformat()}T00:00:00Z"


def error(status: int, message: str) -> Response:
    """Return an error as REST words it."""
    return as_json({"message": message, "documentation_url": DOCS, "status": str(status)}, status)


SITES = (Site(hosts=("api.github.com",), answer=answer, robots="", https_only=True),)
