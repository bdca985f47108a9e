"""Edit the original notes, undo these edits, and show them as a diff."""
