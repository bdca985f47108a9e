"""Clients of the services that know papers by an identifier."""
