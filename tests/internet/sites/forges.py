"""Hosts of repositories other than GitHub: their APIs, and their pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.internet.messages import Request, Response, as_json, page, redirect
from tests.internet.sites import Site
from tests.internet.sites.elsewhere import answer as ordinary
from tests.internet.world.works import KnownRepository, repositories

if TYPE_CHECKING:
    from tests.internet.world import World

_HUGGINGFACE = {
    "/api/models/": "huggingface_model",
    "/api/datasets/": "huggingface_dataset",
    "/api/spaces/": "huggingface_space",
}
_REST = {"gitlab.com": "/api/v4/projects/", "codeberg.org": "/api/v1/repos/", "gitee.com": "/api/v5/repos/"}
_APIS = {"gitlab.com": "gitlab", "codeberg.org": "gitea", "gitee.com": "gitee", "api.bitbucket.org": "bitbucket"}


def answer_huggingface(request: Request, world: World) -> Response:
    """Answer GET /api/models/NAME and the like, 401 for what is private or missing, and the pages of repositories."""
    for start, api in _HUGGINGFACE.items():
        if request.path.startswith(start):
            name = request.path.removeprefix(start)
            found = _find(api, name)
            if found is None:
                return as_json({"error": "Invalid username or password."}, 401)
            return redirect(f"{start}{found.now}", 307) if found.now and name != found.now else as_json(_hub(found))
    return ordinary(request, world)


def _hub(found: KnownRepository) -> dict[str, Any]:
    return {
        "id": found.now or found.name,
        "likes": found.stars,
        "downloads": found.downloads,
        "gated": "auto" if found.gated else False,
        "disabled": False,
        "cardData": {"license": found.license},
    }


def answer_forge(request: Request, world: World) -> Response:
    """Answer for a repository by REST, for many projects on GitLab by GraphQL, and with pages."""
    if request.path == "/api/graphql":
        query = json.loads(request.body)["query"]
        nodes = [_node(each) for each in repositories() if each.api == "gitlab" and f'"{each.name}"' in query]
        return as_json({"data": {"projects": {"nodes": [node for node in nodes if node]}}})
    start = _REST.get(request.host, "/2.0/repositories/")
    if not request.path.startswith(start):
        return ordinary(request, world)
    found = _find(_APIS[request.host], unquote(request.path.removeprefix(start)))
    if found is None:
        return page("404 Not Found", "", 404)
    name = found.now or found.name
    return as_json(
        {
            "path_with_namespace": name,
            "full_name": name,
            "star_count": found.stars,
            "stars_count": found.stars,
            "stargazers_count": found.stars,
            "archived": found.archived,
            "licenses": [found.license],
            "license": {"key": found.license} if found.api == "gitlab" else found.license,
        }
    )


def _node(found: KnownRepository) -> dict[str, Any] | None:
    """Return a project; GraphQL does not find one that was renamed."""
    if found.now:
        return None
    return {
        "id": "gid://gitlab/Project/1",
        "fullPath": found.name,
        "starCount": found.stars,
        "archived": found.archived,
    }


def _find(api: str, name: str) -> KnownRepository | None:
    return next((each for each in repositories() if each.api == api and name in {each.name, each.now}), None)


SITES = (
    Site(hosts=("huggingface.co",), answer=answer_huggingface),
    Site(hosts=("gitlab.com", "codeberg.org", "gitee.com", "bitbucket.org", "api.bitbucket.org"), answer=answer_forge),
)
