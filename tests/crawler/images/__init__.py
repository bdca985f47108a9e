"""Tests of `crawler.images`."""
