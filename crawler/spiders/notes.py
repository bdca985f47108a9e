"""The spider: read the notes, observe every link that is due, try again what may pass, render the outputs."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import time
from collections import defaultdict, deque
from contextlib import AbstractAsyncContextManager, ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from signal import SIGTERM, raise_signal
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider

from crawler.checks import http_check
from crawler.checks.response_check import asks_to_wait, observe, skipped, unsettled
from crawler.checks.soft404_probe import SecondLooks
from crawler.cli.interrupts import interrupts
from crawler.cli.summary import alarm, helped, summary
from crawler.config import options
from crawler.errors import UserError
from crawler.fetch.conditional_requests import is_unbelievable, page_request
from crawler.fetch.connectivity import Network
from crawler.fetch.host_throttle import Hosts, NotNowError
from crawler.kinds.registry import all_kinds, citation_sources, kind_names, kind_of
from crawler.links.canonical_url import why_not_fetch
from crawler.lookups.wayback import Wayback
from crawler.models.check import Outcome
from crawler.models.result import Due, Result
from crawler.scheduling.archive_stage import find_snapshots
from crawler.scheduling.daemon_threads import in_thread
from crawler.scheduling.frontier import Frontier
from crawler.scheduling.image_fallbacks import PictureWays, is_missed, is_undecided
from crawler.scheduling.lookup_runner import Batches
from crawler.scheduling.processes import Helpers, listen
from crawler.scheduling.worker import Crew
from crawler.scheduling.workspace import open_workspace
from crawler.signals import run_opened
from crawler.store.database import repeated
from pipelines.venues import citation_stage

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.cli.terminal import Table

AT_ONCE = 1024
"""Links handed out at a time, over all hosts: few kB each, and 64 slow hosts do not stop the others."""

WAIT = 0.05
"""Seconds that are waited at a time while results are being saved."""

LAST_ANSWERS = 3.0
"""Seconds that requests which were sent have to be answered when the run is interrupted."""

T = TypeVar("T")


class _NetworkDownError(Exception):
    """It is us, not them."""


class _InterruptedError(Exception):
    """The process got a signal: the run ends here, and the next one goes on with it."""


class NotesSpider(Spider):
    """Crawls the links of a folder of notes."""

    name = "notes"
    kinds: ClassVar[str] = ""
    """Kinds to crawl, separated by commas; empty means all."""

    def __init__(self, notes: str | None = None, only: str | None = None, **unknown: Any) -> None:
        super().__init__()
        self.notes = notes
        self._only = only if only is not None else self.kinds
        self._unknown = sorted(unknown)
        self.error: str | None = "the run was broken off"
        """Why the run failed, in one line; None after a good run."""
        self.summary: Sequence[str | Table] = ()
        """What the run found, in a few lines."""
        self.alarm: str | None = None
        """What it found that FAIL_ON asks for, in one line."""
        self.stage = "opening"
        """What the run is doing, for those who watch."""
        self._resources = ExitStack()
        self._network = Network()
        self._wake = asyncio.Event()
        self._interrupted = asyncio.Event()
        self._helpers: Helpers | None = None
        self._again = False
        self._asking: dict[Task[None], str] = {}
        self._sent: set[str] = set()  # of these, those of which a request was sent, or is about to be
        self._answered: dict[str, Result] = {}  # and those that were answered, but need another request
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(self._turn)
        self._results: deque[Result] = deque()  # to be passed on
        self._seen_here = 0  # results that passed all pipelines
        self._saving: set[str] = set()  # passed on from here, not yet safe in the store
        self._outage: str | None = None
        self._broken: BaseException | None = None  # what a pipeline or this spider stumbled over
        self._frontiers: dict[bool, Frontier] = {}  # of the second try, and of the first
        self._put_off: dict[str, Result] = {}  # failed once, to be tried again
        self._doubtful: list[Result] = []  # failed twice, to be counted when the run is over

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Check the user's settings and turn PACE into Scrapy's terms."""
        super().update_settings(settings)
        options.check(settings, kind_names())
        settings.set("USER_AGENT", options.user_agent(settings), priority="spider")
        pace = options.paces(settings)
        settings.set("DOWNLOAD_DELAY", pace.pop("*", 0), priority="spider")
        settings.set("DOWNLOAD_SLOTS", {host: {"delay": delay} for host, delay in pace.items()}, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Let `-a notes=DIR` stand above the setting."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.notes is not None:
            crawler.settings.set("NOTES_DIR", spider.notes, priority="cmdline")
        return spider

    # --- the run ------------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Result]:
        """Run through the stages; each takes its work from the store and may be killed and resumed.

        Requests go to Scrapy's downloader directly: the store is the queue, and Scrapy's scheduler would be another.
        """
        self.started_at = datetime.now(UTC)
        for signal in (signals.item_scraped, signals.item_dropped):
            self.crawler.signals.connect(self._give_back, signal)
        self.crawler.signals.connect(self._stumbled, signals.item_error)
        interrupts.heed(self._interrupt)
        try:
            self._open()
            async for result in self._until_interrupted():
                yield result
            if self._interrupted.is_set():
                self._quit()
            self._sum_up()
            self.error = self._outage or (self.gallery.down and f"IMAGES_STORE: {self.gallery.down}")
        except UserError as error:
            self.error = str(error)
        except OSError as error:  # a full disk, a folder that went away
            self.error = f"{error.filename or 'outputs'}: {error.strerror or error}"
        except Exception as error:
            self.error = f"the run was broken off: {error!r}"
            raise
        if self.error is not None:
            if self._interrupted.is_set():
                interrupts.end(self.error)
            await self._let_results_land()
            raise CloseSpider("failed")

    async def _until_interrupted(self) -> AsyncIterator[Result]:
        """Run through the stages; a signal ends them where they are, and what was answered is saved."""
        try:
            async for result in self._stages():
                yield result
            if self._crew.run.leads:
                await self._end_run()
        except _InterruptedError:
            pass
        if self._interrupted.is_set():
            async for result in self._rest():
                yield result

    async def _stages(self) -> AsyncIterator[Result]:
        """Yield the results of all stages; an outage of our network ends them, and nothing more is counted."""
        try:
            rounds = self._crew.rounds(self.started_at, self._read)
            while await self._or_interrupted(anext(rounds, True)) is None:
                for again in (False, True):
                    async for result in self._observe(again=again):
                        yield result
                async for result in self._settle_doubts():
                    yield result
            if self._crew.run.leads:
                await self._resolve()
        except _NetworkDownError as error:
            self._outage = f"no network: {error}; no failure was counted against any link"

    async def _end_run(self) -> None:
        """Publish, unless no network was there at all; after an outage the next run goes on with this one."""
        if self._outage is None or self._network.reached:
            await self._or_interrupted(asyncio.to_thread(repeated(self._publish)))
        if self._outage is None and self.store.beat().leads:  # nobody has taken over while it was published
            self.store.finish_run(datetime.now(UTC))

    async def _let_results_land(self) -> None:
        """Wait until no result is in a pipeline: Scrapy would wait for it for ever when it closes.

        Its signals come a moment before it has left the last pipeline.
        """
        assert self.crawler.engine is not None  # noqa: S101 - it is the engine that runs this
        while (slot := self.crawler.engine.scraper.slot) is not None and slot.itemproc_size:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(WAIT)

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Let go of store and threads when the last result is written."""
        self._resources.close()

    def _open(self) -> None:
        if self._unknown:
            raise UserError(f"-a {self._unknown[0]}=: no such argument; there are notes and only")
        wanted = {name.strip() for name in self._only.split(",") if name.strip()} or set(all_kinds())
        if unknown := wanted.difference(all_kinds()):
            raise UserError(
                f"only={self._only}: no such kind: {', '.join(sorted(unknown))}; there are {', '.join(all_kinds())}"
            )
        logging.getLogger("scrapy").setLevel(self.settings["LOG_LEVEL"])  # Scrapy makes records that nobody sees
        gc.freeze()  # what is there now stays: collecting it again and again would cost a tenth of the speed (measured)
        gc.set_threshold(10_000, 20, 20)
        self._workspace = self._resources.enter_context(open_workspace(self.settings))
        self.store = self._workspace.store
        lookups = {name: all_kinds()[name].lookup(self.settings) for name in sorted(wanted)}
        self._pages = sorted(name for name, lookup in lookups.items() if lookup is None)
        self._accepted = options.statuses(self.settings, "ACCEPT")
        self._excluded = options.globs(self.settings, "EXCLUDE")
        self._allow_private = self.settings.getbool("ALLOW_PRIVATE_ADDRESSES")
        budget = options.number(self.settings, "TIME_BUDGET") or math.inf
        self._hosts = Hosts(time.monotonic, time.monotonic() + budget)
        assert self.crawler.engine is not None  # noqa: S101 - it is the engine that runs this
        self._download = self.crawler.engine.download_async
        self._second_looks = SecondLooks(self._download)
        self.gallery = self._workspace.gallery
        family = options.whole(self.settings, "WORKERS")
        self._crew = Crew(self.store, self._hosts, self.pace, family)
        self._pictures = PictureWays(
            self._download,
            store=self.store,
            gallery=self.gallery,
            settings=self.settings,
            time_left=lambda: self._hosts.time_left,
            turn=self._crew.turn,
        )
        self._batches = Batches(
            {name: lookup for name, lookup in lookups.items() if lookup is not None},
            store=self.store,
            crew=self._crew,
            network=self._network,
            excluded=self._excluded,
            results=self._results,
            full=lambda: len(self._results) + len(self._saving) > AT_ONCE,
            wake=self._wake.set,
        )
        self._join(family)
        self.crawler.signals.send_catch_log(run_opened, store=self.store, image_store=self.gallery)

    def _join(self, family: int) -> None:
        """Begin a run or join one, and have as many helpers as WORKERS says."""
        if helps := self.settings["HELPS"]:
            interrupts.last_line = ""  # the leader says it
            ear, _, number = helps.partition(":")
            self.store.join_run(int(number))
            listen(int(ear), self._leader_ended)
        else:
            run = self.store.start_run(self.started_at)
            if family > 1:
                words = self.settings.getlist("COMMAND")
                helpers = self._helpers = Helpers(words, family - 1, run.number, self._workspace.locked)
                self._resources.callback(lambda: helpers.close(finished=self.error is None))
        beating = asyncio.ensure_future(self._crew.keep_beating())
        beating.add_done_callback(self._heart_stopped)
        self._resources.callback(beating.cancel)
        self._resources.callback(self._crew.close)

    def _read(self, due_by: datetime) -> None:
        """Stage 1: register what the notes mention."""
        self.stage = "reading the notes"
        self._workspace.read(due_by)
        self.gallery.reach()

    async def _observe(self, *, again: bool) -> AsyncIterator[Result]:
        """Stages 2 and 3: hand out what is due, or what was put off, until all of it is safe in the store."""
        self._again = again
        self.stage = "trying again" if again else "observing"
        if again in self._frontiers:
            self._frontiers[again].look()
        else:
            self._frontiers[again] = Frontier(self.store, self._pages, self._crew.due_by, self._crew, again=again)
        self._frontier = self._frontiers[again]
        if not again:
            self._batches.start(self._crew.due_by)
        try:
            while True:
                if self._network.suspicious and not await self._network_is_there():
                    raise _NetworkDownError("no host answers any more")
                self._check_interrupted()
                self._hand_out()
                while self._results:
                    yield self._pass_on(self._results.popleft())
                if self._all_is_safe():
                    break
                await self._news()
        finally:
            if not self._interrupted.is_set():
                self._stop_asking()

    def _hand_out(self) -> None:
        """Ask for what is due, as much of it as may be under way."""
        for due in self._frontier.take(AT_ONCE - self._frontier.out):
            task = asyncio.create_task(self._ask(due))
            self._asking[task] = due.link.url
            task.add_done_callback(self._asked)

    def _asked(self, task: Task[None]) -> None:
        del self._asking[task]
        self._wake.set()

    def _stop_asking(self) -> None:
        """End requests and lookups where they are."""
        self._batches.stop()
        for task in self._asking:
            task.cancel()

    def _all_is_safe(self) -> bool:
        """Tell whether a stage has ended; end its lookups when the time is up."""
        if not self._hosts.time_left:
            self._batches.stop()
        if self._saving or self._results or not self._batches.done:
            return False
        self._batches.let_go()
        return self._frontier.exhausted

    async def _settle_doubts(self) -> AsyncIterator[Result]:
        """Count what failed twice, unless it was our network that failed; what there was no second try for is noted."""
        if self._network.mostly_silent and not await self._network_is_there():
            raise _NetworkDownError("most hosts do not answer")
        unsure = [*self._doubtful, *map(unsettled, self._put_off.values())]
        self._doubtful.clear()
        self._put_off.clear()
        for result in unsure:
            yield self._pass_on(result)
        while self._saving:
            await self._news()

    async def _resolve(self) -> None:
        """Last requests of a run: where dead links can still be read, and where papers appeared."""
        self.stage = "asking archive and bibliographies"
        wayback = Wayback.from_settings(self.settings)
        kinds = {name for name in (*self._pages, *self._batches.lookups) if not all_kinds()[name].in_notes_folder}
        await self._last(partial(find_snapshots, self.store, wayback, kinds, self._crew.due_by))
        if not citation_sources().isdisjoint(kinds):
            await self._last(partial(citation_stage.resolve, self.settings, self.store, self._crew.due_by))

    async def _last(self, work: Callable[[Callable[[], float]], None]) -> None:
        """Do blocking work while there is time left."""
        left = self._hosts.time_left
        with suppress(TimeoutError):
            work_done = in_thread(work, lambda: self._hosts.time_left)
            await self._or_interrupted(asyncio.wait_for(work_done, None if math.isinf(left) else left))

    async def _news(self) -> None:
        """Wait until something was seen, saved or looked up, a host may be asked again, or the time is up."""
        await self._woken(min(self._frontier.rest, self._hosts.time_left or WAIT))
        self._check_interrupted()

    async def _woken(self, seconds: float) -> None:
        """Wait until something has happened, or so many seconds; raise what a pipeline or this spider stumbled over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), None if math.isinf(seconds) else seconds)
        self._wake.clear()
        if self._broken is not None:
            raise self._broken

    async def _network_is_there(self) -> bool:
        return await self._or_interrupted(self._network.is_there(self._download))

    def _publish(self) -> None:
        """Last stage: render the outputs that the settings name."""
        from pipelines.reports.publish import publish

        self.stage = "rendering the outputs"
        publish(self.settings, self._workspace.library, self.store)

    # --- signals ------------------------------------------------------------------------------------------------------

    def _interrupt(self) -> None:
        """End the run here, and let helpers do the same."""
        self._interrupted.set()
        self._wake.set()
        if self._helpers is not None:
            self._helpers.interrupt()

    def _leader_ended(self) -> None:
        """Do as at a signal, where the leader's end is not due to one that came here, too."""
        if not interrupts.number:
            raise_signal(SIGTERM)

    def _check_interrupted(self) -> None:
        if self._interrupted.is_set():
            raise _InterruptedError

    async def _or_interrupted(self, work: Awaitable[T]) -> T:
        """Return what comes of some work; leave it alone and raise _InterruptedError at a signal."""
        working = asyncio.ensure_future(work)
        if not self._interrupted.is_set():
            signalled = asyncio.ensure_future(self._interrupted.wait())
            await asyncio.wait({working, signalled}, return_when=asyncio.FIRST_COMPLETED)
            signalled.cancel()
        if self._interrupted.is_set():
            working.cancel()
            raise _InterruptedError
        return working.result()

    async def _rest(self) -> AsyncIterator[Result]:
        """Yield what was answered, and return when all of it is safe; what was not sent yet stays due.

        Scrapy's own way to stop waits for ever where an item is in a pipeline that no response led to, as all are here.
        """
        self.stage = "stopping: what was answered is being saved; Ctrl-C again ends it at once"
        self._batches.end()
        for task, url in self._asking.items():
            if url not in self._sent:
                task.cancel()
        until = time.monotonic() + LAST_ANSWERS
        while (self._asking or not self._batches.done) and (left := until - time.monotonic()) > 0:
            while self._results:
                yield self._pass_on(self._results.popleft())
            await self._woken(left)
        self._stop_asking()
        self._results += self._unsettled()
        while self._results:
            yield self._pass_on(self._results.popleft())
        while self._saving:
            await self._woken(math.inf)
        await self._let_results_land()

    def _unsettled(self) -> Iterable[Result]:
        """Return what is noted of links that were answered, though another request would have been needed."""
        answered = [each for each in (*self._answered.values(), *self._put_off.values()) if each.check.http_status]
        doubtful = [] if self._network.mostly_silent else self._doubtful
        bare = (Result(each.link, each.check, history=each.history) for each in answered)
        return [*(unsettled(each, "the run was interrupted") for each in bare), *doubtful]

    def _quit(self) -> NoReturn:
        """Let go of helpers and store, say how far the run came, and end the process without waiting for threads."""
        if self._helpers is not None:
            self._helpers.close(finished=False)
        known = self._crew.run.due_by is not None
        links = sum(done for *_, done in self.progress()) if known else 0
        self._resources.close()
        counted = f"{links} link{'' if links == 1 else 's'} checked and saved"
        helps = bool(self.settings["HELPS"])
        interrupts.end(None if helps else f"interrupted: {counted}; run the same command again to continue")

    # --- pages --------------------------------------------------------------------------------------------------------

    async def _ask(self, due: Due) -> None:
        """Observe one link; what was seen of it is passed on."""
        try:
            self._results += await self._seen_of(due)
        except Exception as error:  # noqa: BLE001 - the run ends with it
            self._broken = error
        self._sent.discard(due.link.url)
        self._answered.pop(due.link.url, None)  # what is cancelled does not come so far

    async def _seen_of(self, due: Due) -> Iterable[Result]:
        """Return what was seen of a link: nothing where it is to be asked for again later."""
        if (reason := self._why_not(due)) is not None:
            return [skipped(due, reason)]
        request = kind_of(due.link).request(due.link)
        if kind_of(due.link).keeps_body:
            request = self._pictures.prepared(request, due)
        else:
            request = page_request(request, due, datetime.now(UTC))
        request.cb_kwargs["due"] = due
        trail = request.meta["trail"] = [request.url]
        async with self._turns[due.link.host]:  # until it is known whether the host pushes back
            try:
                response = await self._download(request)
            except NotNowError as error:
                return self._not_asked(due, error)
            except Exception as error:  # noqa: BLE001 - Scrapy's, aiohttp's, middlewares': it is read, not handled
                return await self._read_failure(error, due, request, trail)
            seen = None if is_unbelievable(due, response) else self._observed(response, due)
        if not self.store.holds(due.link.leased):  # stopped for so long that its host is another worker's
            return self._not_asked(due, NotNowError(due.link.host, taken=True))
        if seen is None:
            return await self._seen_of(replace(due, validators=None))
        self._answered[due.link.url] = seen[0]
        return await self._settled(*seen, due, response)

    def _why_not(self, due: Due) -> str | None:
        """Say why a link is not asked for at all, or return None."""
        if self._excluded.fullmatch(due.link.url):
            return "excluded"
        if refused := why_not_fetch(due.link.url, allow_private=self._allow_private):
            return refused
        return self._pictures.closed if kind_of(due.link).keeps_body else None

    def _turn(self) -> asyncio.Semaphore:
        """As many links of a host are asked for at once."""
        return asyncio.Semaphore(self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))

    @property
    def time_left(self) -> float:
        """Seconds until nobody is asked any more."""
        return self._hosts.time_left

    def turn(self, host: str, patience: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Hold a host for one request to it."""
        return self._crew.turn(host, patience)

    def check_host(self, host: str) -> None:
        """Raise NotNowError if a host whose turn it was is another worker's by now."""
        self._crew.check(host)

    def check_turn(self, host: str, due: Due) -> None:
        """Raise NotNowError for a request that must not be sent now, though it was handed out."""
        if self._interrupted.is_set() and due.link.url not in self._sent:
            raise NotNowError(host)
        if self._hosts.wait(host) > 0 or (kind_of(due.link).keeps_body and self._pictures.closed):
            raise NotNowError(host)
        if host == due.link.host and not self.store.holds(host):  # whoever had it since may have seen the link
            raise NotNowError(host, taken=True)
        self._sent.add(due.link.url)

    def _observed(self, response: Response, due: Due) -> tuple[Result, bool]:
        """Read a response; tell whether the host asks to come back within the run."""
        now, host = datetime.now(UTC), urlsplit(response.url).hostname or due.link.host  # who answered
        self._network.answered(due.link.host)
        self._put_off.pop(due.link.url, None)
        result = observe(due, response, self._accepted, now)
        return result, self._hosts.answered(host, result.check, asks_to_wait(response, now))

    async def _settled(self, result: Result, come_back: bool, due: Due, response: Response) -> Iterable[Result]:
        """Return what was seen, with what a second look adds."""
        if kind_of(due.link).keeps_body:
            return await self._look_for_picture(due, result, response, come_back=come_back)
        host = urlsplit(response.url).hostname or ""
        if not self._hosts.wait(host) and self._second_looks.needed(due, response, result.check):
            return [replace(result, check=await self._second_looks.look(due, response, result.check))]
        return self._seen(result, may_pass=come_back or result.check.may_pass)

    async def _look_for_picture(
        self, due: Due, result: Result, answer: Request | Response, *, come_back: bool = False
    ) -> Iterable[Result]:
        """Settle whether there is a picture; where there is none, articles and archive are asked in the second try."""
        if not come_back or self._again:
            asked = answer.meta.get("redirect_urls", [answer.url])[0]
            result = await self._pictures.settle(due, result, asked, answer.url, last=self._again)
        again = come_back or result.check.may_pass or is_missed(due, result) or is_undecided(result)
        return self._seen(result, may_pass=again)

    async def _read_failure(
        self, error: Exception, due: Due, request: Request, trail: Sequence[str]
    ) -> Iterable[Result]:
        """Read a failure; `trail` is where redirects led before."""
        self._put_off.pop(due.link.url, None)
        check = http_check.check_failure(error, datetime.now(UTC), trail)
        if check.unreached:
            self._network.missed(due.link.host)
        result = Result(due.link, self._pictures.too_large(check, due.link), history=due.history)
        if kind_of(due.link).keeps_body and result.check.outcome in {Outcome.GONE, Outcome.SKIPPED}:
            return await self._look_for_picture(due, result, request)
        if self._again and check.unreached and (secure := await self._second_looks.secure_form(due.link.url)):
            result = replace(result, check=replace(result.check, suggestion=secure, suggestion_source="https"))
        return self._seen(result, may_pass=check.may_pass)

    def _not_asked(self, due: Due, error: NotNowError) -> Iterable[Result]:
        """Take back a link whose turn has not come, or who leads to a host whose turn has not: that one stays due."""
        if error.tonight:
            self._hosts.close(error.host)
        if error.host == due.link.host:
            self._frontier.hand_back(due)
        else:
            if error.taken and not self._again:
                self.store.put_off(due.link)
            self._frontier.give_back(due.link)
        return ()

    def _seen(self, result: Result, *, may_pass: bool) -> Iterable[Result]:
        """Pass a result on; what may pass is kept back, tried again at the end and counted when the run is over."""
        if not may_pass or (self._again and not result.check.may_pass):
            return [result]
        self._crew.keep(result.link.leased)
        if self._again:
            self._doubtful.append(result)
        else:
            self._put_off[result.link.url] = result
            self.store.put_off(result.link)
        self._frontier.give_back(result.link)
        return ()

    def _pass_on(self, result: Result) -> Result:
        self._saving.add(result.link.url)
        return result

    def _heart_stopped(self, beating: Task[None]) -> None:
        if not beating.cancelled():
            self._broken = beating.exception()
            self._wake.set()

    def _give_back(self, item: Result) -> None:
        self._seen_here += 1
        self._saving.discard(item.link.url)
        self._frontier.give_back(item.link)
        self._wake.set()

    def _stumbled(self, failure: Failure, item: Result) -> None:
        """End the run when a result cannot be kept: going on would only lose more."""
        self._broken = failure.value
        self._saving.discard(item.link.url)
        self._wake.set()

    def pace(self, host: str) -> float:
        """Return the seconds between two requests to a host: ours, or what its robots.txt asks for."""
        assert self.crawler.engine is not None  # noqa: S101 - it is the engine that runs this
        slot = self.crawler.engine.downloader.per_slot_settings.get(host, {})
        return float(slot.get("delay", self.settings.getfloat("DOWNLOAD_DELAY")))

    def progress(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield kind and host with the links that this run is to look at, and how many it has."""
        return self.store.progress([*self._pages, *self._batches.lookups], self._crew.due_by)

    def seconds_each(self, kind: str, host: str) -> float:
        """Return how long a link of a host takes at least, its pace being kept to."""
        lookup = self._batches.lookups.get(kind)
        return self.pace(host) / (lookup.batch if lookup is not None else 1)

    def resting(self) -> list[tuple[str, float]]:
        """Return the hosts that are left alone now, with the seconds that is so."""
        return self._hosts.resting()

    def _sum_up(self) -> None:
        """Say in a few lines what the run found, in one what a helper did."""
        took = datetime.now(UTC) - self.started_at
        if not self._crew.run.leads:
            self.summary = (helped(self._crew.run.leader, self._seen_here, took),)
            return
        lookups = self._batches.lookups
        self.alarm = alarm(self.store.came_to(options.words(self.settings, "FAIL_ON", options.FAIL_ON)))
        self.summary = summary(
            self.store.counts(),
            self.store.changes(),
            self._hosts,
            silent={lookup.service: lookup.down for lookup in lookups.values() if lookup.down is not None},
            left=self.store.left([*self._pages, *lookups], self._crew.due_by),
            took=took,
        )
