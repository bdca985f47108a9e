"""URLs: canonical form, what may be fetched, signed URLs, links in running text."""
