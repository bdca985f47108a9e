"""Every setting in one place. A comment only where a value departs from Scrapy's default for a reason of its own."""

import os

BOT_NAME = "notemend"
SPIDER_MODULES = [f"crawler.spiders.{name}" for name in ("notes", "arxiv", "github", "images", "web", "wechat")]
COMMANDS_MODULE = "crawler.commands"

# --- The user's own: on the command line `-s NAME=value`, tables as JSON ----------------------------------------------

NOTES_DIR = "notes"  # the folder of notes; `-a notes=DIR` says the same
OUTPUT_DIR = "output"  # where everything goes
# The store: empty for SQLite in OUTPUT_DIR, or `postgresql+psycopg://…`, shared by several machines; it may hold a
# password.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
# Answers of APIs, kept for half a day, then asked for again only if they have changed; empty: `http_cache.sqlite` in
# OUTPUT_DIR.
HTTP_CACHE = ""
# Where pictures are kept: a folder, `s3://bucket/folder`, `gs://…` or `ftp://…`; empty: `images/` in OUTPUT_DIR.
IMAGES_STORE = ""
IMAGES_BASE_URL = ""  # the address that notes give for IMAGES_STORE; empty: relative paths
IMAGES_WEBP_WIDTH = 0  # pixels; what is wider is shown as a WebP of that width, made beside the original; 0: none
IMAGES_MAX_MB = 16  # megabytes of the largest picture that is kept
VIDEOS_MAX_MB = 50  # megabytes of the largest film that is kept
IMAGES_MAX_RUN_MB = 5000  # megabytes of pictures and films that are fetched in one run; 0: no end
REWRITE = ["links", "pictures", "facts"]  # what is edited in the notes; docs/notes.md has the names
ALLOW_PRIVATE_ADDRESSES = False  # whether links to private addresses are looked at; otherwise they are skipped
EXCLUDE_URLS: list[str] = []  # URLs that are not looked at, separated by commas; `*` stands for anything
ACCEPTED_STATUSES: dict[str, list[int]] = {}  # HTTP statuses that are fine on a host: `{"*.example.com": [403]}`
# What is made of the robots.txt of pages that the notes' author linked; `obey` skips what it disallows, and says so in
# the CSV.
ROBOTS = "ignore"
RUN_TIMEOUT = 0  # seconds after which a run stops asking and reports; the next starts with what waited longest; 0: none
WORKERS = 1  # processes on this machine that share a run; docs/scaling.md has more machines
LEASE_SECONDS = 60  # seconds until the other workers take over from one that is not heard of any more
# Verdicts: a run exits with 1 where a link has newly come to one of them: `dead`, `suspect`, `restricted`, `moved`.
FAIL_ON: list[str] = []
USER_AGENT_CONTACT = ""  # your page or mail address, told to every host: please set it

# Secrets are taken from the environment alone: others see a command line.

# With it repositories are asked for fifty at a time, and files, issues and releases in them are looked up; without it
# their pages are read.
GITHUB_TOKEN = os.environ.get("GITHUB_TOKEN", "")
# Without it Semantic Scholar often answers that there are too many requests.
SEMANTIC_SCHOLAR_API_KEY = os.environ.get("SEMANTIC_SCHOLAR_API_KEY", "")

# Days until a link is looked at again, by `kind/verdict` or verdict, `*` for the rest; replaces the default whole. A
# nightly run that starts a little early still counts: "a day" is 0.8 of one. More than a day is spread by up to a
# quarter each way, so that links which were first seen in one night do not all come back in one; while failures are
# counted (suspect, unknown) it is kept exactly.
RECHECK_AFTER = {
    "alive": 7,
    "moved": 7,
    "restricted": 7,
    "dead": 30,
    "suspect": 0.8,
    "unknown": 0.8,
    "wechat/alive": 30,
    "image/alive": 30,
    "video/alive": 30,
    "local/alive": 0,
    "local/dead": 0,
    "local/unknown": 0,
}
DEAD_AFTER = 3  # checks that say that a link is gone, with no answer between them, that make it dead
DEAD_MIN_INTERVAL_DAYS = 0.8  # days between two failures that count

# Seconds between two requests to a host, `*` for the rest; replaces the default whole.
DOWNLOAD_DELAYS = {
    "mp.weixin.qq.com": 3,
    "export.arxiv.org": 3,
    "api.github.com": 0.5,
    "github.com": 1,
    "archive.org": 1,
    "web.archive.org": 1,
    "api.semanticscholar.org": 1,
    "api.openalex.org": 0.2,
    "mmbiz.qpic.cn": 0.2,
    "*": 0.5,
}
API_TIMEOUT = 60  # seconds that an API may take; arXiv takes up to half a minute for a hundred ids

# --- The flow ---------------------------------------------------------------------------------------------------------

ITEM_PIPELINES = {
    "pipelines.items.verdict.VerdictPipeline": 100,
    "pipelines.items.venue.VenuePipeline": 200,
    "pipelines.items.images.ImagesPipeline": 300,
    "pipelines.items.store.StorePipeline": 400,
}
_PARENT_PIPE = (
    ""  # set by WORKERS itself: the pipe by which a helper hears that its leader has ended, and the run's number
)
OUTPUTS = [
    "pipelines.reports.csv.link_health",
    "pipelines.reports.report_json",
    "pipelines.reports.junit_xml",
    "pipelines.reports.csv.changes",
    "pipelines.reports.csv.findings",
    "pipelines.reports.csv.dataset",
    "pipelines.reports.bibtex",
    "pipelines.reports.thumbnails",
    "pipelines.reports.notes_mirror",
    "pipelines.reports.html.report",
]

# --- Fetching ---------------------------------------------------------------------------------------------------------

USER_AGENT = "Mozilla/5.0 (compatible; notemend/0.1; checks the links of its user's own notes)"  # and the contact
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",  # pages are cut early, and a cut zstd stream cannot be read
}
ROBOTSTXT_OBEY = False  # ROBOTS says what is made of it

ASYNCIO_EVENT_LOOP = "uvloop.Loop"
DOWNLOAD_HANDLERS = {
    "http": "crawler.fetch.download_handler.SafeDownloadHandler",
    "https": "crawler.fetch.download_handler.SafeDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # pictures, films and pages have limits of their own
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_DELAY_JITTER = 0  # DOWNLOAD_DELAYS is a promise
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 4
REDIRECT_MAX_TIMES = 10
REFERRER_POLICY = "no-referrer"  # also where redirects lead
COOKIES_ENABLED = False
RETRY_ENABLED = False  # the spider tries again at the end of the run
METAREFRESH_ENABLED = False

DOWNLOADER_MIDDLEWARES = {
    "crawler.fetch.middlewares.SsrfGuardMiddleware": 10,
    "crawler.fetch.middlewares.SafeCharsetMiddleware": 15,
    "crawler.fetch.middlewares.RedirectSlotMiddleware": 20,
    "crawler.fetch.robots.RobotsMiddleware": 30,
    "crawler.fetch.middlewares.BoundedDecompressionMiddleware": 590,
    "crawler.fetch.middlewares.VerbatimRedirectMiddleware": 600,
    "crawler.fetch.middlewares.RedirectSchemeMiddleware": 610,  # it sees redirects before they are followed, at 600
    "crawler.fetch.middlewares.ProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
}
SPIDER_MIDDLEWARES = {  # the spider sends its requests itself; these have nothing to do
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
EXTENSIONS = {
    "crawler.fetch.early_stop.EarlyStop": 0,
    "scrapy.extensions.corestats.CoreStats": None,
    "crawler.cli.progress.Progress": 0,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
STATS_DUMP = False
LOG_LEVEL = "WARNING"  # a night without trouble is silent but for its summary
LOG_FORMAT = "%(levelname)s: %(message)s"
