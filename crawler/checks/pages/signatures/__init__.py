"""Signs by which pages are known that are shown in place of the one asked for; their tables and patterns."""
