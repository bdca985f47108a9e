"""Tests of `pipelines`, a folder for each of its packages."""
