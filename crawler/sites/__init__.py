"""How the generator of a site, or a wiki, resolves the links of its notes."""
