"""Tests of the documents: what they say is true, and what they tell to type works."""
