"""Tests of `crawler.lookups`."""
