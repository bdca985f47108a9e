"""Image and video files: type and size from their bytes, stores, URLs of WeChat images and badges."""
