"""Findings on papers: noted twice, retracted, another venue than the label says."""
