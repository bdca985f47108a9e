"""Tests of `crawler.kinds`."""
