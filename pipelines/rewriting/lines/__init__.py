"""Lines and marks that are added to a note, in the style of what stands there."""
