"""What checks and persons' words support: the verdict of a link. Pure."""
