"""Which pages are a login in place of the page asked for, and which only look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.fetch.early_stop import HEAD_OF_PAGE
from tests.crawler.checks.test_soft404 import BLOCKED, LONG, OK, PASSWORD, RESTRICTED, shown

if TYPE_CHECKING:
    from crawler.models.check import Outcome


@pytest.mark.parametrize(
    ("url", "title", "body", "outcome"),
    [
        ("https://e.example/login?next=%2Fa", "Sign in", PASSWORD, RESTRICTED),
        ("https://e.example/login?next=%2Fa", "小站", PASSWORD, RESTRICTED),
        ("https://e.example/users/sign_in", "Sign in to Example · Example", "", RESTRICTED),
        ("https://passport.e.example/index", "账号登录", "", RESTRICTED),
        ("https://accounts.e.example/v3/x", "Log in to continue", "", RESTRICTED),
        ("https://sso.e.example/cas", "统一身份认证", PASSWORD, RESTRICTED),
        ("https://e.example/member.php?mod=logging&action=login", "提示信息", PASSWORD, RESTRICTED),
        ("https://e.example/a/b/c", "用户登录 - 小站", PASSWORD, RESTRICTED),
        ("https://www.overleaf.com/login", "Overleaf, Online LaTeX Editor", "", RESTRICTED),
        ("https://www.kaggle.com/account/login?returnUrl=%2Fx", "Kaggle: Your Home", "", RESTRICTED),
        ("https://e.example/x/y/z/login?next=%2Fa%2Fb", "The App", "", RESTRICTED),
        ("https://e.example/x/y/z/login?next=%252Fa%252Fb%252F", "The App", "", RESTRICTED),
        ("https://e.example/x/y/z/oauth2/start?rd=https://e.example/a/b", "The App", "", RESTRICTED),
        ("https://e.example/x/y/z/login?next=%2Fc&lang=", "The App", "", OK),
        ("https://e.example/x/y/z/login?next=http://[bad", "The App", "", OK),
        ("https://e.example/x/y/z/login", "Log in - The App", "", RESTRICTED),
        ("https://e.example/docs/authenticate/login", "Add login to your app - Docs", "", OK),
        ("https://e.example/docs/authenticate/login", "Add login to your app - Docs", f"<p>{LONG}</p>", OK),
        ("https://e.example/docs/sso", "Single Sign-On - Docs", f"<p>{LONG}</p>{PASSWORD[:-20]}", OK),
        ("https://e.example/login", "The log in a fire", f"<p>{LONG}</p>", OK),
        ("https://e.example/blog/oauth2/explained", "OAuth 2.0 explained", "", OK),
        ("https://e.example/topics/auth/passport/", "Authentication", "", OK),
        ("https://e.example/passport", "Passport.js", PASSWORD, OK),
        ("https://e.example/login-free-tools", "Tools without an account", "", OK),
        ("https://e.example/passport-photos", "Passport photos", "", OK),
        ("https://e.example/blog/index", "The blog index", PASSWORD, OK),
        ("https://e.example/a?from=/login", "The article", PASSWORD, OK),
        ("https://professors.e.example/", "Lessons", PASSWORD, OK),
    ],
)
def test_redirects_to_a_login(url: str, title: str, body: str, outcome: Outcome) -> None:
    assert shown(title, body, url=url) is outcome


@pytest.mark.parametrize(
    ("title", "body", "outcome"),
    [
        ("Sign in", PASSWORD, RESTRICTED),
        ("Log in | Example", PASSWORD, RESTRICTED),
        ("登录 - 小站", PASSWORD, RESTRICTED),
        ("用户登录", PASSWORD + LONG, RESTRICTED),
        ("登录", "", OK),
        ("The article", PASSWORD, OK),
        ("How to log in", PASSWORD, OK),
        ("登录功能的实现 - 小站", PASSWORD, OK),
        ("Log in: a history of the password in forty chapters", PASSWORD, OK),
    ],
)
def test_logins_in_place(title: str, body: str, outcome: Outcome) -> None:
    assert shown(title, body) is outcome
    assert shown(title, body, asked="https://e.example/login", url="https://e.example/login") is OK
    assert shown(title, body, texts=(title,)) is OK


def test_a_login_under_the_name_of_the_site() -> None:
    assert shown("小站", f"<h1>请先登录</h1>{PASSWORD}") is RESTRICTED
    assert shown("小站", f"<h1>请先登录</h1>{PASSWORD}", texts=("小站",)) is RESTRICTED


def test_a_link_that_asked_for_the_login() -> None:
    asked = "https://e.example/user/login"
    assert shown("Sign in", PASSWORD, asked=asked, url="https://www.e.example/login") is OK


def test_a_login_that_is_filled_by_a_script() -> None:
    script = f"<script>{'x' * HEAD_OF_PAGE}</script>"
    assert shown("The App", script, url="https://e.example/login", cut=True) is RESTRICTED
    assert shown("The App", script, url="https://e.example/docs/login?next=%2Fa%2Fb", cut=True) is RESTRICTED
    assert shown("Login | The App", script, url="https://e.example/docs/x/login", cut=True) is OK


@pytest.mark.parametrize("asked", ["https://gitlab.e.example/", "https://gitlab.e.example"])
def test_who_asks_for_a_front_page_asks_for_its_login(asked: str) -> None:
    for url in (asked, "https://gitlab.e.example/users/sign_in", "https://accounts.google.com/v3/signin"):
        assert shown("Sign in · GitLab", PASSWORD, asked=asked, url=url) is OK
        assert shown("Sign in · GitLab", PASSWORD, asked=f"{asked.rstrip('/')}/?p=1", url=url) is RESTRICTED
    assert shown(url="https://www.google.com/sorry/index", asked=asked) is BLOCKED


@pytest.mark.parametrize("title", ["Login required · Issue #3", "Login - Wikipedia", "登录_百度百科"])
def test_what_is_written_on_logins(title: str) -> None:
    assert shown(title, PASSWORD) is OK
