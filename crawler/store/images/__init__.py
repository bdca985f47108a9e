"""What the link database has of images: where each was saved, and where notes show it."""
