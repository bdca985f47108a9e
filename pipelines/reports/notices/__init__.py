"""What a run found, for other programs and for people who do not open the report."""
