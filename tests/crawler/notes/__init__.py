"""Tests of `crawler.notes`."""
