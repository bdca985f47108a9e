"""Every package has a place in the layers of pyproject.toml, which lint-imports holds it to."""

from __future__ import annotations

import tomllib
from pathlib import Path

import crawler
import pipelines

ROOT = Path(__file__).parents[1]


def test_every_package_has_a_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = [name.strip() for layer in layers for name in layer.split("|")]
    found = [
        f"{package.__name__}.{path.stem}"
        for package in (crawler, pipelines)
        for path in Path(package.__path__[0]).iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    ]
    assert sorted(placed) == sorted(found)
