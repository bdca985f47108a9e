"""What commands do, in Python alone: Scrapy's commands and those of `notemend` call the same functions.

Each takes the options of its command and returns its exit code.
"""
