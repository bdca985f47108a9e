"""Kinds of links that other packages might add."""
