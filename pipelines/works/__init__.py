"""Works: papers with all their URLs and identifiers."""
