"""What a user types: `scrapy crawl` with an exit code that tells the truth, and all that follows a crawl."""
