"""One run: its stages in order, and what they share."""
