"""Read the URLs in the HTML of a note, and what its tags and comments say."""
