"""Secrets in URLs: what is masked, and what is not."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cli.masked_log import MaskedRecord
from crawler.links.secrets import masked, masked_json, masked_values

LONG = "AbCdEf0123456789"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:令牌@x.y/a", "https://***@x.y/a"),
        ("https://user:%E4%BB%A4%E7%89%8C@x.y:80/a?b#c", "https://***@x.y:80/a?b#c"),
        ("https://token@x.y", "https://***@x.y"),
        ("https://a:b@c@x.y/", "https://***@x.y/"),
        ('https://a:b"c@x.y/', "https://***@x.y/"),
        ("HTTPS:\\\\a:b@x.y", "HTTPS:\\\\***@x.y"),
        ("//a:b@x.y/c", "//***@x.y/c"),
        ("ftp://a:b@x.y (see https://c:d@x.z)", "ftp://***@x.y (see https://***@x.z)"),
        ("https://web.archive.org/web/2020/https://a:b@x.y/", "https://web.archive.org/web/2020/https://***@x.y/"),
        (
            "https://link.x.y/?target=https%3A%2F%2Fa%3Ab%40x.y%2F",
            "https://link.x.y/?target=https%3A%2F%2F***%40x.y%2F",
        ),
        (f"https://x.y/?a=1&token={LONG}&b=2", "https://x.y/?a=1&token=***&b=2"),
        (f"https://x.y/?X-Amz-Signature={LONG}{LONG}", "https://x.y/?X-Amz-Signature=***"),
        (f"https://x.y/?api_key={LONG}。", "https://x.y/?api_key=***"),
        ("https://x.y/?token=1234&page=2", "https://x.y/?token=***&page=2"),
        (f"https://x.y/?a=1&SIG={LONG}#b", "https://x.y/?a=1&SIG=***#b"),
        ("https://x.y/?X-Amz-Signature=f&access_key=k", "https://x.y/?X-Amz-Signature=***&access_key=***"),
        (
            f"https://x.y/?Policy={LONG}&Signature=a'b&Key-Pair-Id=K1",
            "https://x.y/?Policy=***&Signature=***&Key-Pair-Id=K1",
        ),
        ("https://x.y/?sv=2022&se=2030&sr=b&sp=r&sig=a%2Fb%3D", "https://x.y/?sv=2022&se=2030&sr=b&sp=r&sig=***"),
        (
            "https://x.y/?X-Goog-Credential=me&X-Goog-Signature=f",
            "https://x.y/?X-Goog-Credential=me&X-Goog-Signature=***",
        ),
        (
            f"https://x.y/?wsSecret={LONG}&sign={LONG}&my_api-key={LONG}",
            "https://x.y/?wsSecret=***&sign=***&my_api-key=***",
        ),
        (
            "https://x.y/?hdnea=exp=1~acl=/*~hmac=f&xsec_token=t",
            "https://x.y/?hdnea=exp=1~acl=/*~hmac=***&xsec_token=***",
        ),
        ("https://x.y/?to%6ben=t&a=1&%74%6F%6B%65%6E=t", "https://x.y/?to%6ben=***&a=1&%74%6F%6B%65%6E=***"),
        ("https://x.y/?to%256ben=t&api%5F%6Bey=k", "https://x.y/?to%256ben=***&api%5F%6Bey=***"),
        (
            "https://x.y/r/?u=https%3A%2F%2Fa.b%2F%3Fto%6ben%3Dt",
            "https://x.y/r/?u=https%3A%2F%2Fa.b%2F%3Fto%6ben%3D***",
        ),
        ("https://x.y/?mon%6bey=passw0rd&p%61ge=2&%=3", "https://x.y/?mon%6bey=passw0rd&p%61ge=2&%=3"),
        ("https://x.y/?accessToken=t&api%2Dkey=k", "https://x.y/?accessToken=***&api%2Dkey=***"),
        ("https://x.y/?access_token[]=t#/a?id_token=t", "https://x.y/?access_token[]=***#/a?id_token=***"),
        ("https://x.y/?key=passw0rd&monkey=passw0rd", "https://x.y/?key=***&monkey=passw0rd"),
        ("https://x.y/r/https%3A%2F%2Fa.b%2F%3Ftoken%3Dt", "https://x.y/r/https%3A%2F%2Fa.b%2F%3Ftoken%3D***"),
        (
            "https://x.y/?u=https%253A%252F%252Fa%253Ab%2540x.y%252F%253Ftoken%253Dt",
            "https://x.y/?u=https%253A%252F%252F***%2540x.y%252F%253Ftoken%253D***",
        ),
        (
            "https://x.y/?u=https%3A%2F%2Fa%3Ab%40c%40d.e%2F&v=https%3A%2F%2Fa%40f.g",
            "https://x.y/?u=https%3A%2F%2F***%40d.e%2F&v=https%3A%2F%2F***%40f.g",
        ),
        ("https://x.y/a;jsessionid=0A1B", "https://x.y/a;jsessionid=***"),
        ("https://maker.ifttt.com/trigger/a/json/with/key/b", "https://maker.ifttt.com/trigger/a/json/with/key/***"),
        (f"https://hooks.slack.com/services/T0/B0/{LONG}", "https://hooks.slack.com/services/T0/B0/***"),
        (f"https://discord.com/api/webhooks/12/{LONG}", "https://discord.com/api/webhooks/12/***"),
        ("https://x.sharepoint.com/x?e=4:a&tempauth=a.b", "https://x.sharepoint.com/x?e=4:a&tempauth=***"),
        ("https://x.y/?SAMLResponse=a%3D&pwd=hunter22&b=1", "https://x.y/?SAMLResponse=***&pwd=***&b=1"),
        (
            "https://a.webhook.office.com/webhookb2/1@2/IncomingWebhook/3f/4",
            "https://a.webhook.office.com/webhookb2/1@2/IncomingWebhook/***/4",
        ),
        (
            "https://maker.ifttt.com/trigger/a/with/key/b?value1=c",
            "https://maker.ifttt.com/trigger/a/with/key/***?value1=c",
        ),
        ("https://hooks.zapier.com/hooks/catch/12/a1b2/", "https://hooks.zapier.com/hooks/catch/12/***/"),
        ("https://sctapi.ftqq.com/SCT1ab.send?title=b", "https://sctapi.ftqq.com/***?title=b"),
        (f"https://api.telegram.org/bot12:{LONG}/getMe", "https://api.telegram.org/bot12:***/getMe"),
        ('<img src="//a:b@x.y/c.png">', '<img src="//***@x.y/c.png">'),
        ("https://x.y/?u=https%3A%2F%2Fa.b%2F%3Ftoken%3D12", "https://x.y/?u=https%3A%2F%2Fa.b%2F%3Ftoken%3D***"),
        (f"https://x.y/?key={LONG}", "https://x.y/?key=***"),
        (f"https://x.y/?a&amp;sig={LONG}#b", "https://x.y/?a&amp;sig=***#b"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown
    assert masked_values({"a": [text, 1, None]}) == {"a": [shown, 1, None]}
    assert json.loads(masked_json([{"a": (text, 1, None)}])) == [{"a": [shown, 1, None]}]
    assert json.loads(masked_json({"a": text}, compact=True)) == {"a": shown}
    record = MaskedRecord("x", logging.INFO, "", 0, "%s - %d", (text, 1), None)
    assert record.getMessage() == f"{shown} - 1"


@pytest.mark.parametrize(
    "text",
    [
        "https://x.y/@user",
        "https://x.y/?mail=a@b.c",
        "https://x.y/#a@b",
        "me@x.y",
        "https://x.y, write to me@x.y",
        "https://x.y/?key=word&token=&id=1234",
        "https://pan.baidu.com/s/1abc?pwd=a1b2",
        "https://x.y/?page_token=1234&token_id=1234&tokens=12&signature_id=1&access_key_id=AKIA&secret_santa=1",
        "https://x.y/token=1234 and sig=12",
        f"https://x.y/?monkey={LONG}",
        "git@github.com:a/b",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@given(st.text(st.characters(blacklist_characters="/\\?#<>", blacklist_categories=["Z", "Cc", "Cs"]), min_size=1))
def test_whatever_is_before_the_host_is_masked(secret: str) -> None:
    assert masked(f"https://user:{secret}@x.y/a") == "https://***@x.y/a"


def test_tracebacks_and_settings_are_masked() -> None:
    error = ValueError(f"https://a:b@x.y/?token={LONG}")
    raised = (type(error), error, None)
    record = MaskedRecord("x", logging.INFO, "", 0, "%s", ("{'FTP_PASSWORD': 'one',\n 'BOT_NAME': 'two'}",), raised)
    shown = logging.Formatter().format(record)
    assert shown.startswith("{'FTP_PASSWORD': ***,\n 'BOT_NAME': 'two'}")
    assert shown.endswith("ValueError: https://***@x.y/?token=***")


def test_settings_are_masked_in_a_warning() -> None:
    warning = MaskedRecord("x", logging.WARNING, "", 0, "%s", ("{'FTP_PASSWORD': 'one',\n 'BOT_NAME': 'two'}",), None)
    assert warning.getMessage() == "{'FTP_PASSWORD': ***,  'BOT_NAME': 'two'}"


def test_names_of_files_do_not_command_a_terminal_or_a_runner() -> None:
    name = "a\x1b]0;x\x07\r\n::error::x\u202e\x9b.md"
    warning = MaskedRecord("x", logging.WARNING, "", 0, "%s: not a note", (name,), None)
    assert warning.getMessage() == "a ]0;x ::error::x\\u202e .md: not a note"
    error = MaskedRecord("x", logging.ERROR, "", 0, "one\n\ttwo %s", (name,), (OSError, OSError(name), None))
    assert error.getMessage() == "one\n\ttwo a\\x1b]0;x\\x07\\x0d\n::error::x\\u202e\\x9b.md"
    assert not set(logging.Formatter().format(error)) & set("\x1b\x07\x9b\u202e")
