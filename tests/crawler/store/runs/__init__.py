"""Tests of `crawler.store.workers`."""
