"""Tests of `crawler.checks`."""
