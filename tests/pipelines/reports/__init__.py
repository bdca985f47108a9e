"""Tests of `pipelines.reports`."""
