"""Tests of `crawler.scheduling`."""
