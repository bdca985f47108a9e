"""Clients of APIs: arXiv, GitHub, the Wayback Machine, bibliographies."""
