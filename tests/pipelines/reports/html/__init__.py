"""Tests of `pipelines.reports.html`."""
