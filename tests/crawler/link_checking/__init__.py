"""Tests of `crawler.link_checking`."""
