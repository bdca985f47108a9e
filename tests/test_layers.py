"""Every package has a place in the layers of pyproject.toml, which lint-imports holds it to, and in their picture."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import crawler
import pipelines

ROOT = Path(__file__).parents[1]


def layers() -> list[list[str]]:
    """Return the modules and packages of each layer, last layer first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (found,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in found]


def test_every_package_has_a_layer() -> None:
    placed = [name for layer in layers() for name in layer]
    found = [
        f"{package.__name__}.{path.stem}"
        for package in (crawler, pipelines)
        for path in Path(package.__path__[0]).iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    ]
    assert sorted(placed) == sorted(found)


def test_the_picture_of_the_architecture_shows_the_layers() -> None:
    picture = (ROOT / "docs/architecture.md").read_text("utf-8").split("```")[1]
    shown, top = [], ""
    for folder, name in re.findall(r"^(?:(\w+)/ |  (\w+) )", picture, re.MULTILINE):
        top = folder or top
        shown += [f"{top}.{name}"] if name else []
    level_of = {name: level for level, layer in enumerate(reversed(layers())) for name in layer}
    packages = [name for name in level_of if (ROOT / name.replace(".", "/")).is_dir()]
    assert sorted(shown) == sorted(packages)
    assert [level_of[name] for name in shown] == sorted(level_of[name] for name in shown)
