"""Turn results of checks into verdicts, venues, saved images and rows, edits of notes, and outputs."""
