"""The command line of `notemend`: reads words and options, and calls `crawler.actions` or Scrapy's crawl."""
