"""Scrapy signals of this project, in addition to those of `scrapy.signals`."""

run_opened = object()
"""Sent once per run, when database and image store are open, before the first request and the first item.

Arguments: `run` (`crawler.run.run.Run`), `store` (`LinkStore`), `image_store` (`ImageStore`), `turns` (`TurnKeeper`),
`bodies` (`BodyBudget`) and `queue` (`ResultQueue`); a receiver gets those for which it has parameters.
"""
