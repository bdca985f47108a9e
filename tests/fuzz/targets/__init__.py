"""One module per reader."""
