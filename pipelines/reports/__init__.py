"""Outputs, rendered from the store and the notes: one module each."""
