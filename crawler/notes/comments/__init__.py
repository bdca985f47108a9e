"""What comments in a note say to this program."""
