"""Tests of `crawler.store`."""
