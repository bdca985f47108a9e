"""The spiders: one for all links, five for some kinds alone, one for a pre-commit check and one for a shard."""
