"""Notes: their bytes, mentions and entries, and the edits that are made to them."""
