"""Tests of `crawler.run`."""
