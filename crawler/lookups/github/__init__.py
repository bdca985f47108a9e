"""Client of GitHub's API: batches by GraphQL, REST for what GraphQL does not find, then the page."""
