"""Tests of `pipelines.reports.planning`."""
