"""Tests of `crawler.links`."""
