"""A run: which link is checked when, by which worker, and what comes after the checks."""
