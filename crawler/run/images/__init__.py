"""Images at the beginning of a run: those that were saved, and the places where notes show them."""
