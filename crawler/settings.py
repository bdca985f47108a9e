"""All settings. Comments explain the user's settings, and values that differ from Scrapy's defaults."""

BOT_NAME = "notemend"
SPIDER_MODULES = [f"crawler.spiders.{name}" for name in ("notes", "arxiv", "github", "images", "web", "wechat")]
COMMANDS_MODULE = "crawler.commands"

# --- The user's own: `-s NAME=value`, NOTEMEND_NAME in the environment, `name` in notemend.toml -----------------------

NOTES_DIR = "notes"  # notes folder; the same as `-a notes=DIR`
# Files and folders that are not read as notes, as patterns of `.gitignore` separated by commas, beside those that
# `.gitignore` names; `!` in front of a pattern reads them after all.
NOTES_IGNORE: list[str] = []
NOTES_MAX_MB = 20  # maximum size of a note, in megabytes
OUTPUT_DIR = "output"  # folder for all output files
# Link database: empty for SQLite in OUTPUT_DIR, or `postgresql+psycopg://…` to share it between machines. The URL may
# contain a password.
DATABASE_URL = ""
# Cache of API responses, used for 12 hours and then revalidated; empty: `http_cache.sqlite` in OUTPUT_DIR.
HTTP_CACHE = ""
# Image store: a folder, `s3://bucket/folder`, `gs://…`, `ftp://…`, WebDAV by https (`davs://host/folder`) or http
# (`dav://…`), or `picgo://127.0.0.1:36677` for PicGo and PicList; empty: `images/` in OUTPUT_DIR.
IMAGES_STORE = ""
IMAGES_BASE_URL = ""  # URL of IMAGES_STORE in the notes; empty: relative paths
# Service of an `s3://` store: `{"endpoint": "https://s3.oss-cn-hangzhou.aliyuncs.com"}`. More keys: `region`,
# `addressing` (`virtual`, `path`, `domain`, `auto`), `acl`, `cache_control`; see docs/how-to/image-services.md.
IMAGES_S3: dict[str, str] = {}
# Where images stand that notes show: `hash` (in IMAGES_STORE, by content), `tool` (where the note's tool puts them), or
# a folder: from the note, `./{note}.assets/`, or from the root of its site, `/images/{year}/{month}/`.
IMAGES_LAYOUT = "hash"
IMAGES_NAMES = "hash"  # what files beside notes are named after: `hash`, `note` (`{note}-1`) or `alt` (the alt text)
# Copies that notes show in place of saved images, which stay as they are; see docs/how-to/host-images.md for the names.
IMAGES_SHOW: list[str] = []
IMAGES_WEBP_WIDTH = 0  # width in pixels of the WebP copies that notes show of wider images; 0: no copies
# Referers to send to hosts of images that refuse others: `{"img.example.com": "https://example.com/"}`, "" for none.
# They come before those of crawler/data/image_referers.toml, which has common hosts.
IMAGES_REFERERS: dict[str, str] = {}
IMAGES_KEEP_AWAY: list[str] = []  # hosts whose images are checked but not saved, separated by commas: `img.example.com`
IMAGES_MAX_MB = 50  # maximum size of a saved image, in megabytes
VIDEOS_MAX_MB = 50  # maximum size of a saved video, in megabytes
IMAGES_MAX_RUN_MB = 5000  # maximum size of all images and videos fetched in a run, in megabytes; 0: no limit
REWRITE = ["links", "pictures", "facts"]  # edits to make in the notes; see docs/notes.md for the names
# Layouts of the lists in notes, by glob of their paths, where guessing fails: `{"weekly/*.md": "table", "README.md":
# "none"}`. The first glob that matches counts; docs/notes.md has the names.
ENTRIES: dict[str, str] = {}
# Generators of the sites that notes belong to, by glob of their paths, where none is recognized or a wrong one:
# `{"blog/*": "hugo", "drafts/*": "none"}`. The first glob that matches counts; docs/verdicts.md has the names.
SITE_GENERATOR: dict[str, str] = {}
# Settings of some notes only, by globs of their paths: `[{"paths": ["posts/**"], "rewrite": ["links"]}]`. More keys:
# `entries`, `exclude_urls`, `site_generator`. Later ones come first; docs/how-to/keep-settings.md has the details.
OVERRIDES: list[dict[str, list[str]]] = []
# Editor in which the report opens notes: `vscode`, `obsidian`, `cursor`, `idea`, `zed`, `none`, or a URL such as
# `editor://open?file={path}&line={line}&column={column}`.
REPORT_EDITOR = "vscode"
# Modules that write the outputs, in this order; a shorter list writes less, and modules of your own may be added.
OUTPUTS = [
    "pipelines.reports.csv.link_health",
    "pipelines.reports.report_json",
    "pipelines.reports.junit_xml",
    "pipelines.reports.notices.sarif",
    "pipelines.reports.notices.summary_markdown",
    "pipelines.reports.notices.atom",
    "pipelines.reports.csv.changes",
    "pipelines.reports.csv.findings",
    "pipelines.reports.csv.dataset",
    "pipelines.reports.csv.links_table",
    "pipelines.reports.csv.works",
    "pipelines.reports.bibliography.output",
    "pipelines.reports.shown_copies",
    "pipelines.reports.notes_mirror",
    "pipelines.reports.html.contact_sheet",
    "pipelines.reports.html.report",
]
ALLOW_PRIVATE_ADDRESSES = False  # check links to private addresses; otherwise they are skipped
EXCLUDE_URLS: list[str] = []  # URLs not to check, separated by commas; `*` matches any text
ACCEPTED_STATUSES: dict[str, list[int]] = {}  # HTTP statuses that count as working, by host: `{"*.example.com": [403]}`
# `obey` skips links that robots.txt disallows; docs/politeness.md explains the default.
ROBOTS = "ignore"
# Seconds that a run may take; 0: no limit. New notes are read for an eighth of it, those left in the next run. A run
# stops checking links early enough to write the outputs, but uses at least half of the time that is left when the notes
# have been read, and a quarter of all. Known notes are always read, and outputs completed.
RUN_TIMEOUT = 0
WORKERS = 1  # processes on this machine that check links, `auto` for one per processor; see docs/scaling.md
# Scheduler of a Dask cluster, whose workers check links, as `tcp://scheduler:8786`; docs/scaling.md has the details.
DASK_SCHEDULER = ""
# CPU seconds of work that each process gets at a time with several workers; all others wait when one takes long.
SHARD_SECONDS = 30
# Verdicts (`dead`, `suspect`, `restricted`, `moved`): a run exits with 1 if a link newly has one of them.
FAIL_ON: list[str] = []
USER_AGENT_CONTACT = ""  # your web page or email, sent to every host; please set it

# Secrets are read from the environment only: other users can see a command line.

WEBDAV_USER = ""  # user of a `dav://` or `davs://` image store
WEBDAV_PASSWORD = ""  # password of that user, for most services one for this app
PICGO_KEY = ""  # key of PicList's server, if it has one

# With a token, GitHub links are checked by API in batches of fifty, including files, issues and releases; what the API
# cannot tell (wikis, files of releases …) is requested as a page. Without one, all pages are requested.
GITHUB_TOKEN = ""
# Without a key, Semantic Scholar often refuses requests (HTTP 429).
SEMANTIC_SCHOLAR_API_KEY = ""
# Webhook of Slack, Feishu/Lark, WeCom, DingTalk, Discord or ntfy that gets a message when links changed in a run.
WEBHOOK_URL = ""

# Days until a link is checked again, by `kind/verdict` or verdict, `*` for all others; replaces the whole default. 0.8
# lets a daily run start a little early. Intervals of more than a day vary by up to a quarter, so that links of one run
# do not all become due at once; for suspect and unknown links they are exact.
RECHECK_AFTER = {
    "alive": 7,
    "moved": 7,
    "restricted": 7,
    "dead": 30,
    "suspect": 0.8,
    "unknown": 0.8,
    "wechat/alive": 30,
    "record/alive": 30,
    "image/alive": 30,
    "video/alive": 30,
    "local/alive": 0,
    "local/dead": 0,
    "local/unknown": 0,
}
DEAD_AFTER = 3  # number of counted checks with outcome `gone`, without a success between them, that make a link dead
DEAD_MIN_INTERVAL_DAYS = 0.8  # minimum time between two counted failures, in days
# Days without an answer other than HTTP 5xx, in at least DEAD_AFTER counted checks, after which a link is dead, unless
# the Wayback Machine has a newer capture of it.
UNREACHABLE_AFTER = 30

# Seconds between two requests to a host, `*` for all others; replaces the whole default.
DOWNLOAD_DELAYS = {
    "mp.weixin.qq.com": 3,
    "export.arxiv.org": 3,
    "api.github.com": 0.5,
    "github.com": 1,
    "archive.org": 1,
    "web.archive.org": 1,
    "api.semanticscholar.org": 1,
    "api.openalex.org": 0.2,
    "api.crossref.org": 1,
    "dblp.org": 1,
    "mmbiz.qpic.cn": 0.2,
    "*": 0.5,
}
API_TIMEOUT = 60  # timeout of API requests in seconds; arXiv takes up to 30 seconds for a hundred IDs

# --- Pipelines --------------------------------------------------------------------------------------------------------

ITEM_PIPELINES = {
    "pipelines.items.verdict.VerdictPipeline": 100,
    "pipelines.items.venue.VenuePipeline": 200,
    "pipelines.items.images.ImagesPipeline": 300,
    "pipelines.items.store.StorePipeline": 400,
}
_FORMAT = "text"  # how `notemend` prints the results: `--format`, `--quiet`, and what it does before it begins
_QUIET = False
_ANNOUNCE = False
_IS_SHARD = False  # set in the processes of shards
_SETTINGS_FILE = None  # the file beside the notes that was read

# --- Fetching ---------------------------------------------------------------------------------------------------------

USER_AGENT = (
    "Mozilla/5.0 (compatible; notemend/0.1; checks the links of its user's own notes)"  # USER_AGENT_CONTACT is added
)
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",  # no zstd: a stream that is stopped early cannot be decompressed
}
ROBOTSTXT_OBEY = False  # RobotsMiddleware implements ROBOTS

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
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # requests of images, videos and pages have their own limits
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_DELAY_JITTER = 0  # jitter would make delays shorter than DOWNLOAD_DELAYS
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 4
REDIRECT_MAX_TIMES = 10
REFERRER_POLICY = "no-referrer"  # also for redirects

# The tables of Scrapy's defaults, too: it imports all that they name, even what is switched off.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": 900,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.fetch.middlewares.SsrfGuardMiddleware": 10,
    "crawler.fetch.page_redirects.PageRedirectMiddleware": 12,  # reads pages as the others leave them
    "crawler.fetch.middlewares.SafeCharsetMiddleware": 15,
    "crawler.fetch.middlewares.RedirectSlotMiddleware": 20,
    "crawler.fetch.politeness.robots.RobotsMiddleware": 30,
    "crawler.fetch.middlewares.BoundedDecompressionMiddleware": 590,
    "crawler.fetch.middlewares.VerbatimRedirectMiddleware": 600,
    "crawler.fetch.middlewares.RedirectSchemeMiddleware": 610,  # sees a redirect before 600 follows it
    "crawler.fetch.middlewares.RedirectCookiesMiddleware": 620,
    "crawler.fetch.middlewares.ProxyMiddleware": 750,
}
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.referer.RefererMiddleware": 700}
EXTENSIONS_BASE = {
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
}
EXTENSIONS = {
    "crawler.fetch.early_stop.EarlyStop": 0,
    "crawler.cli.progress.progress.Progress": 0,
    "pipelines.reports.planning.early_import.EarlyImport": 0,
}
STATS_DUMP = False
LOG_LEVEL = "WARNING"  # a run without problems prints only its summary
LOG_FORMAT = "%(levelname)s: %(message)s"
