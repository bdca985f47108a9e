"""What there is to do in the notes, and where."""
