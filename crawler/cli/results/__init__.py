"""What a run found wrong, for people and for programs."""
