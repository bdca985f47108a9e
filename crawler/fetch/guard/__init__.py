"""Keep requests away from addresses that are not public."""
