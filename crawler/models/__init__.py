"""Domain types: dataclasses and enums of notes, links, checks, metadata, results and edits."""
