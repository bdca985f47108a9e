"""Tests of `pipelines.consistency`."""
