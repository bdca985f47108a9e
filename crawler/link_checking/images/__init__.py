"""Check images: the bytes that are saved, other sources of an image, placeholders."""
