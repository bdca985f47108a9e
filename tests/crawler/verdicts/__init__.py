"""Tests of `crawler.verdicts`."""
