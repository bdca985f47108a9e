"""The notes as files: which there are, which are left out, and their bytes and encodings."""
