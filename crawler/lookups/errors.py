"""What goes wrong with a service."""

from __future__ import annotations


class ServiceDownError(Exception):
    """The service does not answer now. It says nothing about the links asked for."""
