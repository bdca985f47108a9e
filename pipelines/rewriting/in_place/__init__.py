"""Edit the user's own notes, undo that, and show both as a diff."""
