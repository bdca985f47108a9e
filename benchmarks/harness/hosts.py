"""`python -m benchmarks.harness.hosts FOLDER`: links of each host in a folder of notes, most first, as a JSON list.

In a process of its own, because what it imports would count as memory of the programs that are measured.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from crawler.kinds.registry import link_of
from crawler.notes.files.folder import NotesFolder


def counts(folder: Path) -> list[int]:
    """Return the numbers of links, without those to files."""
    found = (link_of(mention.url, note.path, mention.role) for note in NotesFolder(folder) for mention in note.mentions)
    links = {link.url: link.host for link in found if link is not None and link.kind != "local"}
    return sorted(Counter(links.values()).values(), reverse=True)


if __name__ == "__main__":
    print(json.dumps(counts(Path(sys.argv[1]))))
