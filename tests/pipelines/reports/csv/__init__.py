"""Tests of `pipelines.reports.csv`."""
