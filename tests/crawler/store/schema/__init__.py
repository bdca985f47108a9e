"""Tests of `crawler.store.schema`."""
