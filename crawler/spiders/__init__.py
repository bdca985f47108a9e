"""The spiders: one that crawls everything, and one for each kind, so that each can run on its own schedule."""
