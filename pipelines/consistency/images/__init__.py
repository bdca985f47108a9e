"""Findings on images: sets that were saved in part, saved images that are missing."""
