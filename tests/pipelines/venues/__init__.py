"""Tests of `pipelines.venues`."""
