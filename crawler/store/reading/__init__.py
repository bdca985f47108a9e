"""Queries for the outputs and the summary of a run."""
