"""Complete the index pages of a folder of notes."""
