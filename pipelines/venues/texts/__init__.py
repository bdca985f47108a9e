"""Read a text by its words: the venues that it names, what it says of each, editions and tracks."""
