"""How the plain pages, which need no script, read a form and answer it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.accounts.desk import Outcome, Refused, Taken
from dashboard.accounts.devices import DAYS
from dashboard.accounts.gate import Cookies
from dashboard.accounts.guard import STEPS
from dashboard.accounts.pages import draw, language_of, local, refused_page, wait_words
from dashboard.accounts.sessions import Signed, Step, csrf_of
from dashboard.accounts.turns import BUSY_S
from dashboard.i18n import LANGUAGES, text

MOST_BYTES = 8192
BODY_WITHIN_S = 10.0
Form = Mapping[str, str]


def signed_of(request: Request) -> Signed | None:
    """Whoever the guard found behind a request."""
    found = request.state.signed
    return found if isinstance(found, Signed) else None


def page(request: Request, template: str, /, status: int = 200, form: Form | None = None, **values: Any) -> Response:
    """A page of the templates, kept by nobody."""
    signed = signed_of(request)
    shown = draw(
        template,
        language(request, form or {}),
        csrf=signed.csrf if signed else "",
        next=way(request, form),
        **values,
    )
    return HTMLResponse(shown, status, headers={"Cache-Control": "no-store"})


def language(request: Request, form: Form) -> str:
    """The language of a form, else of the address."""
    return form["lang"] if form.get("lang") in LANGUAGES else language_of(request)


def way(request: Request, form: Form | None = None) -> str:
    """Where one goes on afterwards."""
    return local((form or {}).get("next") or request.query_params.get("next"))


def home(language: str) -> str:
    """The overview in a language."""
    return "/" if language == LANGUAGES[0] else f"/{language}/"


def on(step: Step, way: str, language: str) -> Response:
    """To what is still to do, or on to where one wanted."""
    return RedirectResponse(way if step is Step.IN else f"{STEPS[step]}?next={quote(way)}&lang={language}", 303)


def elsewhere(request: Request) -> Response:
    """The page is not this person's turn."""
    signed = signed_of(request)
    return on(signed.step, way(request), language_of(request)) if signed else RedirectResponse("/login", 303)


def odd(request: Request) -> Response:
    """A form that no page of ours sent, or sent too late: begin anew."""
    return RedirectResponse(f"/login?next={quote(way(request))}", 303, headers={"Cache-Control": "no-store"})


def why(refused: Refused, language: str) -> str:
    """Why a step did not go on, in words."""
    if refused.wait:
        return text(language, refused.key, wait=wait_words(refused.wait.total_seconds(), language))
    return text(language, refused.key)


def after(request: Request, outcome: Outcome, form: Form, cookies: Cookies, template: str, /, **shown: Any) -> Response:
    """In, or the page again with the reason why not."""
    if isinstance(outcome, Taken):
        return let_in(request, outcome, form, cookies)
    return page(request, template, 422, form=form, said=why(outcome, language(request, form)), **shown)


def let_in(request: Request, taken: Taken, form: Form, cookies: Cookies) -> Response:
    """On, with the cookies of the session; what is still to do is asked by the guard."""
    return with_session(request, RedirectResponse(local(form.get("next")), 303), taken, cookies)


def with_session(request: Request, answer: Response, taken: Taken, cookies: Cookies) -> Response:
    """An answer with the cookies of a session."""
    common: dict[str, Any] = {
        "max_age": taken.seconds,
        "path": "/",
        "samesite": "lax",
        "secure": request.url.scheme == "https",
    }
    answer.set_cookie(cookies.session, taken.token, httponly=True, **common)
    answer.set_cookie(cookies.csrf, csrf_of(taken.token), **common)
    if taken.device:
        known = {**common, "max_age": DAYS * 24 * 60 * 60}
        answer.set_cookie(cookies.device, taken.device, httponly=True, **known)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def busy(request: Request, _: Exception) -> Response:
    """Too many wait: nothing was done."""
    spoken = language(request, {})
    headers = {"Cache-Control": "no-store", "Retry-After": str(BUSY_S)}
    return HTMLResponse(refused_page(text(spoken, "accounts.busy"), spoken), 503, headers=headers)


async def form_of(request: Request) -> Form | None:
    """The fields of a form, each once; None for anything else, and where the word of the session is missing."""
    try:
        form = await asyncio.wait_for(_fields(request), BODY_WITHIN_S)
    except (ValueError, TimeoutError, ClientDisconnect):
        return None
    signed = signed_of(request)
    if signed is not None and not hmac.compare_digest(form.get("csrf", "").encode(), signed.csrf.encode()):
        return None
    return form


async def _fields(request: Request) -> Form:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise ValueError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError
    fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=12, errors="strict")
    return {name: values[0] for name, values in fields.items()}
