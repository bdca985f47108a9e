"""Tests of `crawler.notes.works`."""
