"""How an address is written: what a browser reads, slips, schemes, placeholders, templates."""
