"""Clients of hosts of repositories other than GitHub."""
