"""Image and video files: type and size by their bytes, and the stores that hold them."""
