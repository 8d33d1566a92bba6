"""The pages of signing in and of one's own account: plain forms, drawn on the server."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection

from dashboard.accounts.actor import Role
from dashboard.accounts.verdict import Code, Refusal
from dashboard.i18n import LANGUAGES, text
from ingest.clock import JST


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["jst"] = lambda at: f"{at.astimezone(JST):%Y-%m-%d %H:%M}"
    return made


def draw(page: str, language: str, **values: object) -> str:
    """A page of this folder in a language."""
    title = text(language, f"accounts.title_{page}")
    shown = {"said": "", "good": "", "csrf": "", "next": "/", **values}
    other = LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
    return (
        _templates()
        .get_template(f"{page}.html")
        .render(
            **shown,
            page=page,
            language=language,
            other=other,
            title=title,
            t=lambda key, **named: text(language, key, **named),
        )
    )


def language_of(connection: HTTPConnection) -> str:
    """``?lang=`` first, then the page that is asked for, then what a program says it reads; Japanese else."""
    query = connection.query_params
    asked = query.get("lang", "")
    if asked in LANGUAGES:
        return asked
    way = query.get("next") or connection.scope["path"]
    for each in LANGUAGES[1:]:
        if way == f"/{each}" or way.startswith(f"/{each}/"):
            return each
    if connection.scope["path"].startswith("/api/"):
        read = connection.headers.get("accept-language", "")[:2]
        return read if read in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


def local(way: str | None) -> str:
    """An address of this server, whatever was asked for: nobody is sent elsewhere after signing in."""
    plain = way and way.startswith("/") and not way.startswith(("//", "/\\", "/login", "/setup"))
    return way if plain and way and way.isprintable() and "\\" not in way else "/"


def role_words(role: Role, language: str) -> str:
    """A role as people call it."""
    return text(language, f"accounts.role_{role}")


def refused_words(refusal: Refusal, language: str) -> str:
    """Why a page is not shown."""
    key = "app.no_page" if refusal.code is Code.NOTHING else f"api.problem.{refusal.word}"
    return text(language, key)


def refused_page(words: str, language: str) -> str:
    """A whole page that says it."""
    home = "/" if language == LANGUAGES[0] else f"/{language}/"
    return draw("refused", language, said=words, home=home)


def wait_words(seconds: float, language: str) -> str:
    """How long to wait, in words."""
    whole = max(1, round(seconds))
    if whole < 90:
        return text(language, "accounts.wait_s", count=whole)
    return text(language, "accounts.wait_min", count=-(-whole // 60))
