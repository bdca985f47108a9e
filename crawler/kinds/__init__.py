"""The kinds of links: one module per kind, loaded by `registry`; a new kind is a new module."""
