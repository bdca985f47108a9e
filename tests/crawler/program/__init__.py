"""Tests of `crawler.program`."""
