"""The enriched dataset as typed pandas frames, batch by batch: how they are built, merged and written."""
