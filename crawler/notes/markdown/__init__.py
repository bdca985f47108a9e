"""Reading of Markdown and HTML: the byte span of each URL."""
