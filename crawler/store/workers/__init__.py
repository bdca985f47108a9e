"""Which worker checks which host, and who leads a run."""
