"""URLs: canonical form, fetch policy, signed URLs, arXiv and GitHub URLs, URLs in running text."""
