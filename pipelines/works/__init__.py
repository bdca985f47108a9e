"""Works: papers with all their addresses and identifiers."""
