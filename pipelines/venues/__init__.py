"""Determine the venue of a paper: from comment and journal reference, entry titles and bibliographies."""
