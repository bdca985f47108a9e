"""Texts of strangers, as they are shown."""

from __future__ import annotations

import json
from xml.etree.ElementTree import fromstring

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli.terminal import printable
from crawler.links.secrets import masked_json, masked_xml
from crawler.text import describe_error, visible

HIDING = "\u202e\u2066\u200b\u2060\ufeff\u00ad\u200f"


@pytest.mark.parametrize("hidden", HIDING)
def test_what_hides_or_turns_text_is_shown(hidden: str) -> None:
    shown = f"a\\u{ord(hidden):04x}b"
    for show in (visible, printable, masked_xml):
        assert show(f"a{hidden}b") == shown


def test_scripts_and_emoji_keep_their_joiners() -> None:
    for text in ("👩\u200d🔬", "می\u200cخواهم", "日本語", "plain"):
        assert visible(text) == text


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(HIDING)))
def test_json_says_the_same(text: str) -> None:
    written = masked_json({"title": text})
    assert json.loads(written) == {"title": text}
    assert visible(written) == written


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(HIDING), max_size=20))
def test_xml_can_be_read(text: str) -> None:
    assert fromstring(f'<a b="{masked_xml(text).replace("&", "").replace("<", "").replace(chr(34), "")}"/>') is not None


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (requests.ConnectTimeout("HTTPSConnectionPool(host='a', port=443)"), "timed out"),
        (requests.exceptions.SSLError("x"), "TLS error"),
        (requests.exceptions.JSONDecodeError("Expecting value", "", 0), "malformed response"),
        (TimeoutError(), "timed out"),
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (KeyError("entries"), "'entries'"),
        (RuntimeError(), "unexpected error"),
        (RuntimeError("a.b.OtherError: [SSLCertVerificationError: (1, 'x')]\n y"), "[(1, 'x')] y"),
    ],
)
def test_an_error_is_described_without_the_names_of_classes(error: Exception, described: str) -> None:
    assert describe_error(error) == described
