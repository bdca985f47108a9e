"""Scrapy signals of this project, beside those of `scrapy.signals`."""

run_opened = object()
"""Sent once, before the first request and the first item, when what a run works with is open.

Its arguments are `run` (`crawler.run.run.Run`), `store` (`LinkStore`), `image_store` (`ImageStore`) and `turns`
(`TurnKeeper`); a receiver is given those that it names as parameters.
"""
