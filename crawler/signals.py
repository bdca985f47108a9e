"""Scrapy signals of this project, in addition to those of `scrapy.signals`."""

notes_read = object()
"""Sent when the notes of a run are read, and it is known which links are due; the argument is `run`."""

run_opened = object()
"""Sent once per run, when database and image store are open, before the first request and the first item.

Arguments: `run` (`crawler.run.run.Run`), `store` (`LinkStore`), `image_store` (`ImageStore`), `turns` (`TurnKeeper`),
`bodies` (`BodyBudget`) and `queue` (`ResultQueue`); a receiver gets those for which it has parameters.
"""
