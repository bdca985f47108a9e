"""Tests of `crawler.cli.results`."""
