"""Second requests that settle what one response leaves open."""
