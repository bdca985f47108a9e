"""The progress of a run on the terminal, by host, with an estimate of its end."""
