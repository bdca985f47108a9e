"""The reason for the outcome of a check or for an edit: a stable code with details.

Codes are compared and stored; texts are for display only. `crawler/data/reasons.toml` has an English and a Chinese text
for each code.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from crawler.text import without_nul

if TYPE_CHECKING:
    from collections.abc import Sequence

Language = Literal["en", "zh"]


class ReasonCode(StrEnum):
    """Every code in `crawler/data/reasons.toml`. A code is never renamed: stores and journals have it."""

    # The link works.
    REACHABLE = "reachable"
    ARTICLE_SHOWN = "article_shown"
    FOUND_ON_ARXIV = "found_on_arxiv"
    ARXIV_RECORD_UNREADABLE = "arxiv_record_unreadable"
    FOUND_IN_RECORDS = "found_in_records"
    FOUND_BY_HOST = "found_by_host"
    FOUND_ON_GITHUB = "found_on_github"
    NAME_REUSED = "name_reused"
    GITHUB_PAGE = "github_page"
    GITHUB_PAGE_REDIRECTS = "github_page_redirects"
    IN_IMAGE_STORE = "in_image_store"
    FILE_EXISTS = "file_exists"
    STATUS_ACCEPTED = "status_accepted"
    OTHER_READING = "other_reading"
    CERTIFICATE_CHAIN_INCOMPLETE = "certificate_chain_incomplete"
    SIGNED_URL_VALID = "signed_url_valid"
    UNCHANGED = "unchanged"

    # The link has moved.
    PERMANENT_REDIRECT = "permanent_redirect"
    REPOSITORY_RENAMED = "repository_renamed"
    PATH_MOVED = "path_moved"
    ISSUE_MOVED = "issue_moved"
    ACCOUNT_MIGRATED = "account_migrated"

    # Why the target of a redirect is not written into a note; those of TargetFault, and others.
    REDIRECT_TEMPORARY = "redirect_temporary"
    REDIRECT_DROPS_HTTPS = "redirect_drops_https"
    REDIRECT_TO_SIGNED_URL = "redirect_to_signed_url"
    REDIRECT_TO_SESSION = "redirect_to_session"
    REDIRECT_TO_GATE = "redirect_to_gate"
    REDIRECT_OF_JUMP_PAGE = "redirect_of_jump_page"
    REDIRECT_OF_IDENTIFIER = "redirect_of_identifier"
    REDIRECT_BY_LANGUAGE = "redirect_by_language"
    REDIRECT_BY_VERSION = "redirect_by_version"
    REDIRECT_BY_DEVICE = "redirect_by_device"
    REDIRECT_TO_MACHINE = "redirect_to_machine"
    REDIRECT_ADDS_QUERY = "redirect_adds_query"
    REDIRECT_TO_ENTRY_PAGE = "redirect_to_entry_page"
    REDIRECT_TO_PARENT_PAGE = "redirect_to_parent_page"
    REDIRECT_TO_OTHER_TITLE = "redirect_to_other_title"
    REDIRECT_OF_ALL_URLS = "redirect_of_all_urls"
    REDIRECT_NOT_COMPARED = "redirect_not_compared"
    REDIRECT_UNCONFIRMED = "redirect_unconfirmed"
    REDIRECT_TARGET_LOST = "redirect_target_lost"

    # Another page is there.
    ANOTHER_PAGE = "another_page"

    # The link is gone.
    NOT_FOUND = "not_found"
    GONE = "gone"
    FILE_NOT_FOUND = "file_not_found"
    HOST_NOT_FOUND = "host_not_found"
    NOT_ON_ARXIV = "not_on_arxiv"
    INVALID_ARXIV_ID = "invalid_arxiv_id"
    REPOSITORY_NOT_FOUND = "repository_not_found"
    PATH_NOT_FOUND = "path_not_found"
    ISSUE_NOT_FOUND = "issue_not_found"
    DISCUSSION_NOT_FOUND = "discussion_not_found"
    RELEASE_NOT_FOUND = "release_not_found"
    COMMIT_NOT_FOUND = "commit_not_found"
    DELETED_BY_AUTHOR = "deleted_by_author"
    REMOVED_FOR_VIOLATIONS = "removed_for_violations"
    REMOVED_AFTER_COMPLAINTS = "removed_after_complaints"
    REMOVED_BY_WECHAT = "removed_by_wechat"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_MIGRATED_LINK_DROPPED = "account_migrated_link_dropped"
    ACCOUNT_MIGRATED_URL_UNKNOWN = "account_migrated_url_unknown"
    LINK_EXPIRED = "link_expired"
    SIGNED_URL_EXPIRED = "signed_url_expired"
    SOFT_404 = "soft_404"
    PARKED_DOMAIN = "parked_domain"
    REDIRECTED_HOME = "redirected_home"
    REDIRECTED_TO_404_PAGE = "redirected_to_404_page"
    REDIRECTED_TO_ERROR_PAGE = "redirected_to_error_page"
    MISTYPED_SCHEME = "mistyped_scheme"
    CATCH_ALL_PAGE = "catch_all_page"

    # Access is restricted, or the server refuses.
    LOGIN_REQUIRED = "login_required"
    PAYMENT_REQUIRED = "payment_required"
    PASSWORD_REQUIRED = "password_required"  # noqa: S105 - a code
    WECHAT_ONLY = "wechat_only"
    NOT_VIEWABLE = "not_viewable"
    LEGAL_REASONS = "legal_reasons"
    REPOSITORY_DISABLED = "repository_disabled"
    BLOCKED_BY_GITHUB = "blocked_by_github"
    POSSIBLE_CATCH_ALL_PAGE = "possible_catch_all_page"
    CAPTCHA = "captcha"
    BOT_WALL = "bot_wall"
    CONSENT_PAGE = "consent_page"
    WARNING_PAGE = "warning_page"
    REGION_BLOCKED = "region_blocked"
    AGE_CHECK = "age_check"
    APP_ONLY = "app_only"
    PRIVATE_OR_MISSING = "private_or_missing"
    NEEDS_JAVASCRIPT = "needs_javascript"
    UNKNOWN_NOTICE = "unknown_notice"
    EMPTY_PAGE = "empty_page"
    PAGE_REDIRECTS = "page_redirects"
    SHOWN_WITH_STATUS = "shown_with_status"
    MAINTENANCE = "maintenance"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    TOO_MANY_REQUESTS = "too_many_requests"
    RATE_LIMITED = "rate_limited"
    TOKEN_NOT_APPROVED = "token_not_approved"  # noqa: S105 - a code
    GITHUB_PAGE_STATUS = "github_page_status"
    UNKNOWN_WECHAT_PAGE = "unknown_wechat_page"
    PAGE_PARSE_ERROR = "page_parse_error"
    PLACEHOLDER = "placeholder"
    FILE_INACCESSIBLE = "file_inaccessible"
    NOTES_FOLDER_EMPTY = "notes_folder_empty"

    # Vouches, and why they ended.
    VOUCHED_ALIVE = "vouched_alive"
    VOUCHED_DEAD = "vouched_dead"
    VOUCH_OUTCOME_CHANGED = "vouch_outcome_changed"
    VOUCH_TITLE_CHANGED = "vouch_title_changed"

    # The Wayback Machine's answer on a link that cannot be reached.
    CAPTURED_SINCE = "captured_since"
    NOT_CAPTURED_SINCE = "not_captured_since"

    # The request failed.
    NAME_LOOKUP_FAILED = "name_lookup_failed"
    UNEXPECTED_STATUS = "unexpected_status"
    TIMEOUT = "timeout"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_RESET = "connection_reset"
    TLS_ERROR = "tls_error"
    PROXY_LOGIN_REQUIRED = "proxy_login_required"
    PROXY_UNAVAILABLE = "proxy_unavailable"
    PROXY_CANNOT_REACH_HOST = "proxy_cannot_reach_host"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_TO_NON_WEB_URL = "redirect_to_non_web_url"
    REDIRECT_TO_INVALID_URL = "redirect_to_invalid_url"
    RESPONSE_TOO_LARGE = "response_too_large"
    RESPONSE_TRUNCATED = "response_truncated"
    RESPONSE_MALFORMED = "response_malformed"
    RESPONSE_HEADERS_TOO_LARGE = "response_headers_too_large"
    RESPONSE_WRONGLY_ENCODED = "response_wrongly_encoded"
    PAGE_TOO_COMPLEX = "page_too_complex"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    ERROR_PAGE = "error_page"
    SERVICE_UNAVAILABLE = "service_unavailable"
    CONNECTION_FAILED = "connection_failed"
    UNEXPECTED_ERROR = "unexpected_error"

    # Images and videos.
    NOT_AN_IMAGE = "not_an_image"
    NOT_A_VIDEO = "not_a_video"
    IMAGE_TRUNCATED = "image_truncated"
    VIDEO_TRUNCATED = "video_truncated"
    IMAGE_TOO_MANY_PIXELS = "image_too_many_pixels"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_WITHOUT_END = "image_without_end"
    IMAGE_UNSHOWN = "image_unshown"
    SMALLER_IMAGE = "smaller_image"
    TRACKING_PIXEL = "tracking_pixel"
    KEPT_AWAY = "kept_away"
    SVG_UNSAFE = "svg_unsafe"
    SVG_MALFORMED = "svg_malformed"
    FILE_TOO_LARGE = "file_too_large"
    RUN_LIMIT_REACHED = "run_limit_reached"
    IMAGE_STORE_UNAVAILABLE = "image_store_unavailable"
    REDIRECTED_TO_OTHER_IMAGE = "redirected_to_other_image"
    IMAGE_LIVE = "image_live"
    SHARED_IMAGE = "shared_image"
    OTHER_IMAGE = "other_image"

    # The link was not requested.
    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREADABLE = "robots_unreadable"
    EXCLUDED = "excluded"
    OUTSIDE_NOTES_FOLDER = "outside_notes_folder"
    SITE_PATH = "site_path"
    NOTE_NOT_WRITTEN = "note_not_written"
    IMAGE_MISSING = "image_missing"
    PRIVATE_ADDRESS = "private_address"
    LOCAL_NAME = "local_name"
    INVALID_URL = "invalid_url"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    NOT_CHECKED = "not_checked"
    CRASHED = "crashed"
    UNSTORABLE = "unstorable"

    # Added to another reason.
    NOT_RETRIED = "not_retried"
    INTERRUPTED = "interrupted"
    NOT_SAVED = "not_saved"
    SAVED_FROM_ARTICLE = "saved_from_article"
    SAVED_FROM_ARCHIVE = "saved_from_archive"

    # Why a note is edited.
    EDIT_MOVED = "edit_moved"
    EDIT_PAPER_URL = "edit_paper_url"
    EDIT_FILE_PATH = "edit_file_path"
    EDIT_JUMP = "edit_jump"
    EDIT_SPELLING = "edit_spelling"
    EDIT_HTTPS = "edit_https"
    EDIT_SNAPSHOT = "edit_snapshot"
    EDIT_IMAGE = "edit_image"
    EDIT_IMAGE_URL = "edit_image_url"
    EDIT_DEAD_MARK = "edit_dead_mark"
    EDIT_DEAD_MARK_REMOVED = "edit_dead_mark_removed"
    EDIT_ARTICLE_SOURCE = "edit_article_source"
    EDIT_AUTHORS = "edit_authors"
    EDIT_VENUE = "edit_venue"
    EDIT_WITHDRAWN = "edit_withdrawn"
    EDIT_STARS = "edit_stars"
    EDIT_LICENSE = "edit_license"
    EDIT_ARCHIVED = "edit_archived"
    EDIT_MISSING_PAPER = "edit_missing_paper"
    EDIT_MISSING_CODE = "edit_missing_code"
    EDIT_INDEX_ENTRY = "edit_index_entry"
    EDIT_INDEX_DATE = "edit_index_date"

    # What does not fit together in a note.
    FINDING_ONE_TITLE = "finding_one_title"
    FINDING_TITLE_AT = "finding_title_at"
    FINDING_LISTED_AT = "finding_listed_at"
    FINDING_WITHDRAWN = "finding_withdrawn"
    FINDING_RETRACTED = "finding_retracted"
    FINDING_OF_CONCERN = "finding_of_concern"
    FINDING_CORRECTED = "finding_corrected"
    FINDING_VOUCH_AGAIN = "finding_vouch_again"
    FINDING_VOUCH_EXPIRED = "finding_vouch_expired"
    FINDING_LOOK = "finding_look"
    FINDING_UNKNOWN_SINCE = "finding_unknown_since"
    FINDING_LAST_CHECK = "finding_last_check"
    FINDING_PAGE_SINCE = "finding_page_since"
    FINDING_SNAPSHOT = "finding_snapshot"
    FINDING_NO_ELEMENT = "finding_no_element"
    FINDING_NO_HEADING = "finding_no_heading"
    FINDING_SET_EDITED = "finding_set_edited"
    FINDING_SET_NOT_EDITED = "finding_set_not_edited"
    FINDING_SAVED_FROM = "finding_saved_from"
    FINDING_ORIGINAL_UNKNOWN = "finding_original_unknown"
    FINDING_CODE_OF_TITLE = "finding_code_of_title"
    FINDING_CODE_OF = "finding_code_of"
    FINDING_NAMED_IN_TEXT = "finding_named_in_text"
    FINDING_NAMES_IT_IN_TEXT = "finding_names_it_in_text"
    FINDING_LISTED_CODE = "finding_listed_code"
    FINDING_NAMES = "finding_names"
    FINDING_NAMES_IT = "finding_names_it"
    FINDING_SAME_TITLE = "finding_same_title"
    FINDING_ARTICLE_NAMES_IT = "finding_article_names_it"

    # Any other text, shown as it is.
    OTHER = "other"


@dataclass(frozen=True, slots=True, init=False)
class Reason:
    """A code with its details (a status, a date, an error), and reasons added to it later (`not retried`).

    `str(reason)` is its English text. Line breaks in details become blanks, and `|` becomes `/` in all but the last.
    """

    code: ReasonCode
    details: tuple[str, ...]
    additions: tuple[Reason, ...]

    def __init__(self, code: ReasonCode, *details: str, additions: tuple[Reason, ...] = ()) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "details", _one_line_each(details) if details else ())
        object.__setattr__(self, "additions", additions)

    @classmethod
    def decoded(cls, text: str) -> Reason:
        """Return the reason that a text of `encoded` stands for; `other` for a code that this version does not know."""
        return _decoded(text)

    @property
    def encoded(self) -> str:
        """Return the form in the store: a line `code|detail|…` for the reason and for each addition."""
        return "\n".join("|".join((part.code.value, *part.details)) for part in (self, *self.additions))

    def plus(self, *additions: Reason) -> Reason:
        """Return the reason with additions, and with what was added to these."""
        parts = (part for each in additions for part in (Reason(each.code, *each.details), *each.additions))
        return Reason(self.code, *self.details, additions=(*self.additions, *parts))

    def has(self, code: ReasonCode) -> bool:
        """Return whether the reason or one of its additions has this code."""
        return any(part.code is code for part in (self, *self.additions))

    def text(self, language: Language) -> str:
        """Return the text for display in a language, additions included."""
        return _text(self, language)

    def __str__(self) -> str:
        """Return the English text."""
        return _text(self, "en")


def _one_line_each(details: Sequence[str]) -> tuple[str, ...]:
    lines = [" ".join(without_nul(detail).splitlines()) for detail in details]
    return (*(line.replace("|", "/") for line in lines[:-1]), *lines[-1:])


@dataclass(frozen=True, slots=True)
class ReasonTexts:
    """One row of the table: templates by language, the names of the details, and the texts stored before codes."""

    templates: dict[Language, str]
    names: tuple[str, ...]
    former: tuple[str, ...]


@cache
def reason_texts() -> dict[ReasonCode, ReasonTexts]:
    """Return the rows of `crawler/data/reasons.toml` by code."""
    table = tomllib.loads(files("crawler").joinpath("data/reasons.toml").read_text("utf-8"))
    return {
        ReasonCode(code): ReasonTexts(
            {"en": row["en"], "zh": row["zh"]}, tuple(PLACEHOLDER.findall(row["en"])), tuple(row.get("was", ()))
        )
        for code, row in table.items()
    }


PLACEHOLDER = re.compile(r"\{(\w+)\}")
_CODES = frozenset(ReasonCode)
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_WITH_COLON = frozenset({ReasonCode.NOT_SAVED, ReasonCode.FINDING_LAST_CHECK})
_SEMICOLON: dict[Language, str] = {"en": "; ", "zh": "；"}
_COLON: dict[Language, str] = {"en": ": ", "zh": "："}


@lru_cache(maxsize=10_000)
def _text(reason: Reason, language: Language) -> str:
    text = _fill_template(reason, language)
    for before, addition in pairwise((reason, *reason.additions)):
        separators = _COLON if before.code in _WITH_COLON else _SEMICOLON
        text += separators[language] + _fill_template(addition, language)
    return text


def _fill_template(reason: Reason, language: Language) -> str:
    """Return the template of a code with the details filled in; `[…]` parts without all their details are left out.

    An error that is itself one of the texts is shown in the language, too.
    """
    row = reason_texts()[reason.code]
    given = dict(zip(row.names, reason.details, strict=False))
    if (error := given.get("error")) is not None:
        given["error"] = _translations(language).get(error, error)
    needed = OPTIONAL.sub(
        lambda part: part[1] if all(map(given.__contains__, PLACEHOLDER.findall(part[1]))) else "",
        row.templates[language],
    )
    return PLACEHOLDER.sub(lambda name: given.get(name[1], ""), needed)


@cache
def _translations(language: Language) -> dict[str, str]:
    """Return the texts of codes without details in a language, by their English texts."""
    bare = [(OPTIONAL.sub("", row.templates["en"]), row.templates[language]) for row in reason_texts().values()]
    return {english: OPTIONAL.sub("", text) for english, text in bare if not PLACEHOLDER.search(english)}


@lru_cache(maxsize=10_000)
def _decoded(text: str) -> Reason:
    first, *additions = map(_decoded_line, text.split("\n"))
    return first.plus(*additions) if additions else first


def _decoded_line(line: str) -> Reason:
    name = line.partition("|")[0]
    if name not in _CODES:  # written by a newer version
        return Reason(ReasonCode.OTHER, line)
    code = ReasonCode(name)
    _, *details = line.split("|", maxsplit=len(reason_texts()[code].names))
    return Reason(code, *details)
