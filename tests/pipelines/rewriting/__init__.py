"""Tests of `pipelines.rewriting`."""
