"""Tests of `crawler.models`."""
