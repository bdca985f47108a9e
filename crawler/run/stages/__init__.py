"""The stages of a run, in order: links, lookups of what is known elsewhere, outputs."""
