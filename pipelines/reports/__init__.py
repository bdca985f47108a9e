"""Outputs, rendered from the link database and the notes: one module each."""
