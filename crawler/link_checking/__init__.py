"""Check links: requests and lookups, retries of images, results on their way to the store."""
