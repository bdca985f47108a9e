"""Tests of `crawler.sites`."""
