"""Settings: names, sources, validation, and their values as typed options."""
