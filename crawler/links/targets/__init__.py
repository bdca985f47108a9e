"""What the URLs of a redirect say about it."""
