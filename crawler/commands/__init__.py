"""The commands: crawl, check, publish, undo, images, vouch, status, explain, settings."""
