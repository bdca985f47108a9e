"""Clients of bibliographies: where a paper was published."""
