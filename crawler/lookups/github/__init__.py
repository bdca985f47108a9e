"""GitHub API client: GraphQL batches, REST where GraphQL cannot tell."""
