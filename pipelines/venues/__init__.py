"""Where a paper was published: from comments, entry titles and bibliographies."""
