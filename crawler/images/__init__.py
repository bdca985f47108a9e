"""Image and video files: type, size and look from their bytes, and the stores."""
