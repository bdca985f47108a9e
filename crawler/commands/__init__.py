"""The commands: crawl, check, publish, status, explain, undo, images, settings."""
