"""What the link database has of notes: their mentions, digests and titles, and of their renderings."""
