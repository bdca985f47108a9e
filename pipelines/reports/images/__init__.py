"""Verify and remove stored images."""
