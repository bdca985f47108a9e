"""pandas, imported when it is first used: a run that finds nothing changed makes no frame."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import TYPE_CHECKING

__all__ = ["pd"]

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd


def _import_lazily(name: str) -> ModuleType:
    """Return a module that is executed at the first access to one of its attributes; raise ImportError for none."""
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"No module named {name!r}", name=name)
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    pd = _import_lazily("pandas")
