"""What is answered where something cannot be done: a sentence in the language of whoever asks, and a name for it.

The words stand in the catalogues below ``[api]``: ``api.problem.CODE``, ``api.desk.CODE`` for what a desk refuses,
``api.invalid.CODE`` for what cannot be understood.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from alerts.incidents.acts import DeskError
from dashboard.accounts.keeping import KeepingError
from dashboard.i18n import LANGUAGES, catalogue, text
from ingest.clock import JST

Responses: TypeAlias = dict[int | str, dict[str, Any]]
"""What a route may answer besides, for its description."""
NOT_THERE = frozenset({"no_incident", "no_silence", "no_maintenance"})
"""What a desk refuses because the thing does not exist."""
BELOW = "/api/v1/"
MOST_SAID = 5
TIME = "2026-07-01T21:00:00+09:00"
"""How a time is written."""


class Problem(BaseModel):
    """Why something was not done."""

    detail: str = Field(description="one sentence for people, in the language asked for by ?lang= or Accept-Language")
    code: str = Field(description="the same for programs")


class Refused(Exception):
    """Something that is not done; ``values`` fill the words of its code."""

    def __init__(self, status: int, code: str, /, headers: Mapping[str, str] | None = None, **values: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers
        self.values = values


def language_of(request: Request) -> str:
    """``?lang=``, else the first language of Accept-Language that there is, else Japanese."""
    asked = request.query_params.get("lang", "")
    accepted = [each.split(";")[0].strip().lower() for each in request.headers.get("accept-language", "").split(",")]
    known = [each.split("-")[0] for each in (asked, *accepted)]
    return next((each for each in known if each in LANGUAGES), LANGUAGES[0])


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer."""
    return JSONResponse(Problem(detail=detail, code=code).model_dump(), status, {**(headers or {}), **UNKEPT})


UNKEPT = {"Cache-Control": "no-store"}


def refused(request: Request, error: Exception) -> JSONResponse:
    """The answer to ``Refused``."""
    assert isinstance(error, Refused)
    language = language_of(request)
    said = text(language, f"api.problem.{error.code}", **worded(error.values, language))
    return problem(error.status, error.code, said, error.headers)


def refused_by_desk(request: Request, error: Exception) -> JSONResponse:
    """The answer to ``DeskError``; one without words of ours is said in its own, which are English."""
    assert isinstance(error, DeskError)
    language, key = language_of(request), f"api.desk.{error.code}"
    known = key in catalogue(language)
    said = text(language, key, **worded(error.values, language)) if known else str(error)
    return problem(404 if error.code in NOT_THERE else 409, error.code, said)


def not_kept(request: Request, error: Exception) -> JSONResponse:
    """The answer to ``KeepingError``: why an account or a token cannot be kept so."""
    assert isinstance(error, KeepingError)
    return problem(409, str(error).rpartition(".")[2], text(language_of(request), str(error)))


def not_understood(request: Request, error: Exception) -> JSONResponse:
    """The answer to input that is not what it should be: what is wrong with which field, and what to write instead."""
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    said = [_sentence(each, language) for each in error.errors()[:MOST_SAID]]
    return problem(422, "invalid", " ".join(dict.fromkeys(said)))


def not_read(request: Request, error: Exception) -> Response | Awaitable[Response]:
    """The answer to what the framework refuses by itself, such as a body in which no text can be read; for addresses
    of others it is the framework's own."""
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith(BELOW):
        return http_exception_handler(request, error)
    return problem(422, "invalid", text(language_of(request), "api.invalid.json_invalid"))


def worded(values: Mapping[str, object], language: str) -> dict[str, object]:
    """Times in JST, lengths of time in days or hours."""
    return {key: _worded(value, language) for key, value in values.items()}


def _worded(value: object, language: str) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(JST):%Y-%m-%d %H:%M} JST"
    if isinstance(value, timedelta):
        hours = value.total_seconds() / 3600
        unit, number = ("days", hours / 24) if hours >= 72 else ("hours", hours)
        return text(language, f"api.length.{unit}", number=f"{number:g}")
    return value


def _sentence(error: Mapping[str, Any], language: str) -> str:
    where = _field(error.get("loc", ()))
    kind = str(error.get("type", ""))
    values = {key: str(value) for key, value in (error.get("ctx") or {}).items()}
    key = f"api.invalid.{kind}"
    if key not in catalogue(language):
        key = "api.invalid.other"
    return text(language, key, field=where, example=TIME, **values)


def _field(place: Sequence[object]) -> str:
    """``body.ends_at`` is ``ends_at`` for whoever wrote it."""
    inner = [str(each) for each in place[1:]] or [str(each) for each in place]
    return ".".join(inner)
