"""Tests of `crawler.config`."""
