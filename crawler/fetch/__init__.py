"""Fetch pages with Scrapy: download handler, middlewares, rate limits, conditional requests."""
