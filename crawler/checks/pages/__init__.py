"""What a page shows: its text, title and the signs of a page that is shown in place of another."""
