"""Which link is checked next, and by which worker."""
