"""Scrapy's item pipelines in the order of ITEM_PIPELINES: verdict, venue, images, store."""
