"""Find inconsistencies between notes and the metadata of their links, and links that entries lack."""
