"""Write `papers.bib`, `papers.json` (CSL-JSON) and `papers.ris`: a citation of each work with metadata."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from crawler.atomic_files import replace_atomically
from crawler.store.notes.renderings import ALL_NOTES
from pipelines.reports.bibliography import bibtex, csl_json, ris
from pipelines.reports.bibliography.citation import citation
from pipelines.reports.bibliography.keys import CitationKeys
from pipelines.reports.contract import PAPERS
from pipelines.works.described import described_works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from pipelines.reports.bibliography.citation import Citation
    from pipelines.reports.contract import Rendering
    from pipelines.works.described import DescribedWork

FORMATS: dict[str, ModuleType] = {"papers.bib": bibtex, "papers.json": csl_json, "papers.ris": ris}

INPUTS, FILES = (PAPERS,), tuple(FORMATS)

_KEYS = f"{__name__}:keys"


def render(rendering: Rendering) -> None:
    """Write all works, in the order of the kinds and identities of their links."""
    with ExitStack() as stack:
        writers = [stack.enter_context(_writer(rendering.output_dir / name, each)) for name, each in FORMATS.items()]
        for each in citations(rendering):
            for write in writers:
                write(each)


def citations(rendering: Rendering) -> Iterator[Citation]:
    """Yield the citations of all works with metadata."""
    for each, key in cited_works(rendering):
        if each.paper is not None and key is not None:
            yield citation(key, each.paper, each.main_url)


def cited_works(rendering: Rendering) -> Iterator[tuple[DescribedWork, str | None]]:
    """Yield all works with their citation keys, which stay the same from then on; None for one without metadata."""
    store = rendering.store
    _, saved = store.shared_fragment(_KEYS)
    keys = CitationKeys(json.loads(saved or "{}"))
    for each in described_works(store, rendering.works.read(store)):
        yield each, None if each.paper is None else keys.key_of(each.work.keys, each.paper)
    if keys.new:
        store.save_fragments([(ALL_NOTES, _KEYS, "", json.dumps(keys.all, sort_keys=True))])


@contextmanager
def _writer(path: Path, form: ModuleType) -> Iterator[Callable[[Citation], None]]:
    """Give a function that appends a citation to a file."""
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(form.BEGIN)
        separator = ""

        def write(each: Citation) -> None:
            nonlocal separator
            file.write(separator + form.text_of(each))
            separator = form.BETWEEN

        yield write
        file.write(form.END)
