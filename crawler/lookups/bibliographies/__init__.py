"""Clients of bibliographies, which give the venues of papers."""
