"""Reasons: codes are compared and stored, texts are for display, and what was stored as a text is still understood."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links.targets.redirect_targets import TargetFault
from crawler.models.reasons.former_reasons import displayed_reason, former_reason
from crawler.models.reasons.reason import PLACEHOLDER, Reason, ReasonCode, reason_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
SOURCES = sorted(path for package in ("crawler", "pipelines") for path in (ROOT / package).rglob("*.py"))
DATA = ROOT / "crawler/data"

words = st.text(st.characters(exclude_characters="|\0", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=9)
lines = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=9)


@st.composite
def reasons(draw: st.DrawFn) -> Reason:
    """Return any reason with all its details."""
    code = draw(st.sampled_from(ReasonCode))
    names = reason_texts()[code].names
    details = [draw(lines if name is names[-1] else words) for name in names]
    return Reason(code, *details)


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_code_has_a_row_and_every_row_a_code() -> None:
    table = tomllib.loads((DATA / "reasons.toml").read_text("utf-8"))
    assert list(table) == [code.value for code in ReasonCode]


def test_every_code_has_a_text_in_both_languages() -> None:
    for code in ReasonCode:
        row = reason_texts()[code]
        assert all(text.strip() == text != "" for text in row.templates.values()), code
        assert set(PLACEHOLDER.findall(row.templates["zh"])) == set(row.names), code
        assert code is ReasonCode.OTHER or re.search("[\u4e00-\u9fff]", row.templates["zh"]), code
        assert len(row.templates["en"]) <= len("x" * 60), code


def test_no_text_names_a_class_of_exceptions() -> None:
    texts = [text for code in ReasonCode for text in reason_texts()[code].templates.values()]
    assert [text for text in texts if re.search(r"\w(?:Error|Exception)\b", text)] == []


def test_every_code_is_used() -> None:
    used = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ReasonCode"
    }
    used_codes = {ReasonCode[name] for name in used} | {reason.code for _, reason in in_tables()}
    assert used_codes | {ReasonCode(fault.value) for fault in TargetFault} == set(ReasonCode)


def in_tables() -> Iterator[tuple[str, Reason]]:
    """Yield the reasons that other data files name."""
    for name, table in (
        ("soft_errors.toml", "soft_error"),
        ("page_notices.toml", "soft_error"),
        ("site_notices.toml", "soft_error"),
        ("wechat_notices.toml", "notice"),
    ):
        data: dict[str, Any] = tomllib.loads((DATA / name).read_text("utf-8"))
        for row in (*data[table], *([data["login"]] if "login" in data else [])):
            yield row["reason"], Reason.decoded(row["reason"])


def test_other_tables_name_codes() -> None:
    for text, reason in in_tables():
        assert reason.code is not ReasonCode.OTHER, text
        assert len(reason.details) <= len(reason_texts()[reason.code].names)


def test_no_text_is_compared() -> None:
    """Only codes are: no line of the program has a reason on one side and a text on the other, or takes one apart."""
    taken_apart = {"startswith", "endswith", "partition", "split", "removeprefix", "removesuffix", "find"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                texts = [each for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)]
                compared = any(map(is_reason, sides)) and any(isinstance(text.value, str) for text in texts)
                assert not compared, f"{path}:{node.lineno}"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                apart = node.func.attr in taken_apart and is_reason(node.func.value)
                assert not apart, f"{path}:{node.lineno}"


def is_reason(node: ast.expr) -> bool:
    """Return whether an expression names a reason, or its text."""
    names = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in ast.walk(node)}
    return "reason" in names


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "english", "chinese"),
    [
        (Reason(ReasonCode.NOT_FOUND), "not found (404)", "页面不存在（404）"),
        (Reason(ReasonCode.BOT_WALL, "Cloudflare"), "bot protection (Cloudflare)", "反爬验证（Cloudflare）"),
        (Reason(ReasonCode.BOT_WALL), "bot protection", "反爬验证"),
        (
            Reason(ReasonCode.SIGNED_URL_EXPIRED, "2022-03-01", "wxv_1"),
            "signed URL expired 2022-03-01 (vid wxv_1)",
            "签名链接已于 2022-03-01 过期（vid wxv_1）",
        ),
        (
            Reason(ReasonCode.REACHABLE).plus(Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.SVG_UNSAFE, "<script>")),
            "reachable; not saved: unsafe SVG (<script>)",
            "可访问；未保存：不安全的 SVG（<script>）",
        ),
        (
            Reason(ReasonCode.TIMEOUT).plus(Reason(ReasonCode.NOT_RETRIED)),
            "timed out; not retried this run",
            "超时；本次未重试",
        ),
        (Reason(ReasonCode.OTHER, "{code} [x]"), "{code} [x]", "{code} [x]"),
        (Reason(ReasonCode.OTHER, "timed out"), "timed out", "timed out"),
        (
            Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv", "malformed response"),
            "arXiv unavailable: malformed response",
            "arXiv 无响应：响应格式错误",
        ),
    ],
)
def test_text(reason: Reason, english: str, chinese: str) -> None:
    assert (str(reason), reason.text("zh")) == (english, chinese)
    assert f"{reason}" == english


# --- what is stored ---------------------------------------------------------------------------------------------------


@given(reasons(), st.lists(reasons(), max_size=3))
def test_what_is_stored_is_read_back(first: Reason, additions: list[Reason]) -> None:
    reason = first.plus(*additions)
    assert Reason.decoded(reason.encoded) == reason
    assert all(reason.has(each.code) for each in (first, *additions))


def test_a_row_can_be_read_by_a_person() -> None:
    reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, "arXiv's API", "HTTP 503").plus(Reason(ReasonCode.NOT_RETRIED))
    assert reason.encoded == "service_unavailable|arXiv's API|HTTP 503\nnot_retried"


@given(st.text(), st.text())
def test_details_are_single_lines(first: str, last: str) -> None:
    reason = Reason(ReasonCode.SERVICE_UNAVAILABLE, first, last)
    assert Reason.decoded(reason.encoded) == reason
    assert len(reason.encoded.splitlines()) == 1
    assert "\0" not in reason.encoded


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_a_code_of_a_newer_program_is_shown_as_it_is(text: str) -> None:
    assert Reason.decoded(f"no such code|{text}") == Reason(ReasonCode.OTHER, f"no such code|{text}")


# --- texts of before --------------------------------------------------------------------------------------------------

FORMER = [
    (former, code) for code, row in reason_texts().items() for former in row.former if not former.startswith("; ")
]


def _filled(former: str) -> tuple[str, list[str]]:
    """Return a text with details in its places, and the details."""
    details = {name: f"<{name} 1>" for name in PLACEHOLDER.findall(former)}
    return PLACEHOLDER.sub(lambda name: details[name[1]], former), list(details.values())


def test_a_text_of_before_has_its_code() -> None:
    for former, code in FORMER:
        text, details = _filled(former)
        reason = Reason(code, *details)
        assert former_reason(text) == reason
        assert former_reason(f"{text}; not tried again tonight") == reason.plus(Reason(ReasonCode.NOT_RETRIED))


def test_what_was_added_before_is_an_addition() -> None:
    not_found = Reason(ReasonCode.NOT_FOUND)
    assert former_reason("not found; kept from the article; not tried again tonight") == not_found.plus(
        Reason(ReasonCode.SAVED_FROM_ARTICLE), Reason(ReasonCode.NOT_RETRIED)
    )
    assert former_reason("not found; kept from the Wayback Machine") == not_found.plus(
        Reason(ReasonCode.SAVED_FROM_ARCHIVE)
    )
    assert former_reason("answers; not kept: picture of too many pixels") == Reason(ReasonCode.REACHABLE).plus(
        Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.IMAGE_TOO_MANY_PIXELS)
    )
    assert former_reason("answers; not kept: /x: No space left") == Reason(ReasonCode.REACHABLE).plus(
        Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.OTHER, "/x: No space left")
    )


@given(st.text())
def test_any_text_is_some_reason(text: str) -> None:
    assert Reason.decoded(former_reason(text).encoded) == former_reason(text)


def test_a_text_that_nobody_knows_stays() -> None:
    assert former_reason("what nobody foresaw") == Reason(ReasonCode.OTHER, "what nobody foresaw")


def test_a_reason_is_known_by_its_english_text() -> None:
    for code in set(ReasonCode) - {ReasonCode.OTHER}:
        reason = Reason(code, *reason_texts()[code].names)
        assert displayed_reason(str(reason)).text("zh") == reason.text("zh")


def test_additions_are_known_by_their_english_texts() -> None:
    reason = Reason(ReasonCode.PERMANENT_REDIRECT, "301").plus(Reason(ReasonCode.NOT_RETRIED))
    assert displayed_reason(str(reason)).text("zh") == reason.text("zh")
    assert displayed_reason("something else; and more").text("zh") == "something else; and more"


def test_a_text_that_is_longer_than_any_reason_is_kept() -> None:
    for count in ("1" * 10, "1" * 1_000):
        text = f"2 of {count} candidates saved; none edited"
        assert displayed_reason(text).code is (
            ReasonCode.OTHER if len(text) > 1_000 else ReasonCode.FINDING_SET_NOT_EDITED
        )
        assert str(displayed_reason(text)) == text
