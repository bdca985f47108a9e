"""Tests of `pipelines.items`."""
