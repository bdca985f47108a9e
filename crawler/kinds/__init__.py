"""The kinds of links: one module per kind, found by `registry`; adding a kind is adding a file."""
