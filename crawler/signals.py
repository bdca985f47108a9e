"""Scrapy signals of this project, beside those of `scrapy.signals`."""

run_opened = object()
"""Sent once per run, when store and image store are open, before the first request and the first item.

Arguments: `run` (`crawler.run.run.Run`), `store` (`LinkStore`), `image_store` (`ImageStore`) and `turns`
(`TurnKeeper`); a receiver gets those that it has parameters for.
"""
