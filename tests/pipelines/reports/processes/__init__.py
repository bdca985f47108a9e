"""Tests of `pipelines.reports.processes`."""
