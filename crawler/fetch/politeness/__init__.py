"""How often and whether a host is asked: rate limits, backing off, robots.txt."""
