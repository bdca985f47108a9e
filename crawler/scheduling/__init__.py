"""Order in which due links are checked, and their distribution to shards."""
