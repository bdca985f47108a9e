"""How a URL is written: what a browser reads, slips, schemes, placeholders, templates."""
