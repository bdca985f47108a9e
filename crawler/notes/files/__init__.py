"""The notes as files: which there are, their bytes, and how the generator of their site resolves links."""
