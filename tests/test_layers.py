"""Every package has a place in the layers of pyproject.toml, which lint-imports holds it to, and in their picture."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
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


def test_a_module_binds_each_name_once() -> None:
    """Ruff finds functions that are defined twice, but not constants: the first one would be dead code."""
    twice = []
    for file in (*ROOT.glob("crawler/**/*.py"), *ROOT.glob("pipelines/**/*.py")):
        body = ast.parse(file.read_bytes()).body
        targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
        targets += [node.target for node in body if isinstance(node, ast.AnnAssign) and node.value is not None]
        bound = Counter(target.id for target in targets if isinstance(target, ast.Name))
        twice += [f"{file.relative_to(ROOT)}: {name}" for name, count in bound.items() if count > 1]
    assert twice == []
