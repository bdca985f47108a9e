"""Tests of `crawler.commands`."""
