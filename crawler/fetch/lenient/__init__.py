"""The second HTTP client: it reads what browsers read, and is asked only for what the first client could not get."""
