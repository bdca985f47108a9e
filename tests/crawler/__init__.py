"""Tests of `crawler`, a folder for each of its packages."""
