"""What outputs need only to write: imported at the first use, since a run that finds nothing changed writes nothing."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["etree", "pa", "parquet", "pc", "pd"]

# NumPy's library for linear algebra, which no table needs, starts a thread for each further processor. They spin while
# they wait for work: 0.1 s of CPU time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class _LazyModule:
    """A module that is imported when one of its attributes is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the module, and keep it."""
        value = getattr(_load(self._name), name)
        setattr(self, name, value)
        return value


@cache
def _load(name: str) -> Any:
    module = import_module(name)
    if name == "pyarrow":
        module.set_memory_pool(module.system_memory_pool())  # Arrow's own keeps 10 MB more of a run of 2,000 links
    return module


if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from lxml import etree
    from pyarrow import compute as pc
    from pyarrow import parquet
else:
    etree, pd, pa = _LazyModule("lxml.etree"), _LazyModule("pandas"), _LazyModule("pyarrow")
    pc, parquet = _LazyModule("pyarrow.compute"), _LazyModule("pyarrow.parquet")
