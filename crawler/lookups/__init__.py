"""Clients of APIs: those that answer for many links at once, and the archive that is asked for one at a time."""
