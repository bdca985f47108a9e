"""Tests of the whole program, run as its user runs it."""
