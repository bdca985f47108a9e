"""Which run has the database, and which of its shards has which host."""
