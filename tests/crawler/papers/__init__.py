"""Tests of `crawler.papers`."""
