"""The outputs of a run; those that are still as they were rendered are not even imported."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pipelines
from pipelines.reports.contract import NOTES, FragmentOutput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from crawler.store.link_store import LinkStore


class Outputs:
    """The outputs of a run, some by name; `digests` are those of their inputs, as far as they are known yet.

    What was saved of an output when it was rendered says which inputs and files it has. That holds for outputs of this
    program, whose digest is part of those of all inputs; others are imported at once.
    """

    def __init__(
        self, store: LinkStore, folder: Path, outputs: Sequence[ModuleType | str], digests: Mapping[str, str]
    ) -> None:
        self._store = store
        self._folder = folder
        self._digests = digests
        self._saved = store.rendered_outputs()
        self._modules: dict[str, ModuleType | None] = {}
        for output in outputs:
            name = output if isinstance(output, str) else output.__name__
            is_own = name.startswith(f"{pipelines.__name__}.")
            module = import_module(name) if isinstance(output, str) and not is_own else output
            self._modules[name] = module if isinstance(module, ModuleType) else None

    def changed(self) -> list[ModuleType]:
        """Import and return the outputs whose inputs or files are not as they were when they were rendered.

        An input whose digest is not known yet is as before for outputs that are not imported, and another for others.
        """
        names = [name for name, module in self._modules.items() if not self._is_same(name, module)]
        return [self._import(name) for name in names]

    @property
    def use_notes(self) -> bool:
        """Whether an output may need something of each note."""
        return any(
            NOTES in self._saved_inputs(name) if module is None else isinstance(module, FragmentOutput)
            for name, module in self._modules.items()
        )

    def save(self) -> None:
        """Save the digests of the inputs of the outputs that were imported: others are as they were saved."""
        imported = [module for module in self._modules.values() if module is not None]
        rendered = {
            module.__name__: (digest, self._stamps(_files(module)))
            for module in imported
            if (digest := self._digest(module))
        }
        self._store.save_rendered_outputs(rendered)

    def _import(self, name: str) -> ModuleType:
        module = self._modules[name] = self._modules[name] or import_module(name)
        return module

    def _is_same(self, name: str, module: ModuleType | None) -> bool:
        """Return whether neither the inputs nor the files of an output have changed since it was rendered."""
        digest, files = self._saved.get(name, ("", {}))
        if module is not None:
            return digest != "" and digest == self._digest(module) and files == self._stamps(_files(module))
        inputs = self._saved_inputs(name)
        is_known = all(self._digests.get(name, before) == before for name, before in inputs.items())
        return bool(inputs) and is_known and files == self._stamps(files)

    def _saved_inputs(self, name: str) -> dict[str, str]:
        """Return the digests of the inputs from which an output was rendered, by their names; none if not saved."""
        digest, _ = self._saved.get(name, ("", {}))
        return {name: before for name, equals, before in (each.partition("=") for each in digest.split()) if equals}

    def _digest(self, module: ModuleType) -> str:
        """Return the digests of the inputs of an output with their names; empty if it does not name them."""
        return " ".join(f"{name}={self._digests.get(name, '')}" for name in getattr(module, "INPUTS", ()))

    def _stamps(self, files: Sequence[str] | Mapping[str, Any]) -> dict[str, list[int] | None]:
        """Return size in bytes and modification time in ns of the files of an output, None for a missing file."""
        return {name: _stamp(self._folder / name) for name in files}


def fragment_outputs(modules: Sequence[ModuleType]) -> Iterator[FragmentOutput]:
    """Yield the outputs that need something of each note."""
    return (module for module in modules if isinstance(module, FragmentOutput))


def _files(module: ModuleType) -> Sequence[str]:
    files: Sequence[str] = getattr(module, "FILES", ())
    return files


def _stamp(file: Path) -> list[int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]
