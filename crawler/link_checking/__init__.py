"""Check links: requests, lookups, alternative sources of images, and the queue of results."""
