"""Signing in, the second factor, the first account and one's own account, as routes of the staff's server.

Only a POST with the hidden word of its page changes anything, and what it changed is shown by GET.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote

from fastapi import FastAPI
from markupsafe import Markup
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.accounts import second_factor
from dashboard.accounts.desk import Outcome, Refused, Taken
from dashboard.accounts.gate import WithAccounts
from dashboard.accounts.guard import STEPS, address
from dashboard.accounts.pages import draw, language_of, local, role_words, wait_words
from dashboard.accounts.sessions import Signed, Step, csrf_of
from dashboard.i18n import LANGUAGES, text

MOST_BYTES = 8192
BODY_WITHIN_S = 10.0
Form = Mapping[str, str]


def register(server: FastAPI, gate: WithAccounts, house: Callable[[], str]) -> None:
    """Add the routes; ``house`` names the city for the authenticator app."""
    routes = AccountRoutes(gate, house)
    for path, show, take in (
        ("/login", routes.login_page, routes.login),
        ("/login/code", routes.code_page, routes.code),
        ("/login/enrol", routes.enrol_page, routes.enrol),
        ("/login/password", routes.password_page, routes.password),
        ("/setup", routes.setup_page, routes.setup),
    ):
        server.add_route(path, show, methods=["GET"])
        server.add_route(path, take, methods=["POST"])
    server.add_route("/login/out", routes.sign_out, methods=["POST"])
    server.add_route("/account", routes.own_page, methods=["GET"])
    server.add_route("/account/{act}", routes.own, methods=["POST"])


class AccountRoutes:
    """The pages and what their forms do. Everything that hashes or asks the database runs in a thread."""

    def __init__(self, gate: WithAccounts, house: Callable[[], str]) -> None:
        self._desk = gate.desk
        self._setup = gate.setup
        self._cookies = gate.cookies
        self._house = house

    async def login_page(self, request: Request) -> Response:
        """Login name and password; one who is in goes on."""
        signed = _signed(request)
        if signed is not None:
            return _on(signed.step, _way(request), language_of(request))
        return await self._login_form(request)

    async def _login_form(
        self, request: Request, form: Form | None = None, said: str = "", status: int = 200
    ) -> Response:
        empty = not await asyncio.to_thread(self._desk.store.any_account)
        return _page(request, "login", status, form, login=(form or {}).get("login", ""), said=said, empty=empty)

    async def login(self, request: Request) -> Response:
        """The first step."""
        form = await _form(request)
        if form is None:
            return _odd(request)
        sign_in = partial(self._desk.sign_in, form.get("login", ""), form.get("password", ""), address(request))
        outcome = await asyncio.to_thread(sign_in)
        if isinstance(outcome, Taken):
            return self._in(request, outcome, form)
        return await self._login_form(request, form, _why(outcome, _language(request, form)), 401)

    async def code_page(self, request: Request) -> Response:
        """The code of the second factor."""
        signed = _signed(request)
        if signed is None or signed.step is not Step.CODE:
            return _elsewhere(request)
        return _page(request, "code")

    async def code(self, request: Request) -> Response:
        """The second step."""
        signed, form = _signed(request), await _form(request)
        if signed is None or form is None or signed.step is not Step.CODE:
            return _odd(request)
        give = partial(self._desk.give_code, signed, form.get("code", ""), address(request))
        return self._after(request, await asyncio.to_thread(give), form, "code")

    async def enrol_page(self, request: Request) -> Response:
        """A new second factor: the picture for the telephone."""
        signed = _signed(request)
        if signed is None or not _may_enrol(signed):
            return _elsewhere(request)
        return _page(request, "enrol", **self._enrolment(signed, second_factor.new_secret()))

    async def enrol(self, request: Request) -> Response:
        """Take it, when the telephone shows the right code."""
        signed, form = _signed(request), await _form(request)
        if signed is None or form is None or not _may_enrol(signed) or not _is_secret(form.get("secret", "")):
            return _odd(request)
        secret = form["secret"]
        enrol = partial(self._desk.enrol, signed, secret, form.get("code", ""), address(request))
        return self._after(request, await asyncio.to_thread(enrol), form, "enrol", **self._enrolment(signed, secret))

    def _enrolment(self, signed: Signed, secret: str) -> dict[str, Any]:
        shown = second_factor.picture(second_factor.address(secret, signed.actor.login, self._house()))
        spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        must = signed.step is Step.ENROL
        return {"secret": secret, "spaced": spaced, "picture": Markup(shown), "must": must}

    async def password_page(self, request: Request) -> Response:
        """A new password."""
        signed = _signed(request)
        if signed is None or signed.step not in (Step.PASSWORD, Step.IN):
            return _elsewhere(request)
        return _page(request, "password", must=signed.step is Step.PASSWORD, login=signed.actor.login)

    async def password(self, request: Request) -> Response:
        """Take it."""
        signed, form = _signed(request), await _form(request)
        if signed is None or form is None or signed.step not in (Step.PASSWORD, Step.IN):
            return _odd(request)
        shown = {"must": signed.step is Step.PASSWORD, "login": signed.actor.login}
        if form.get("new") != form.get("again"):
            return self._after(request, Refused("accounts.not_same"), form, "password", **shown)
        change = partial(self._desk.change_password, signed, form.get("old", ""), form.get("new", ""), address(request))
        return self._after(request, await asyncio.to_thread(change), form, "password", **shown)

    async def setup_page(self, request: Request) -> Response:
        """The first account; where there is one already, the page to sign in."""
        if await asyncio.to_thread(self._desk.store.any_account):
            return RedirectResponse("/login", 303)
        return _page(request, "setup", token=request.query_params.get("token", ""), login="", name="")

    async def setup(self, request: Request) -> Response:
        """Make it, for the one who has the token that the start printed."""
        form = await _form(request)
        if form is None:
            return _odd(request)
        shown = {name: form.get(name, "") for name in ("token", "login", "name")}
        if not self._setup.fits(shown["token"]):
            return self._after(request, Refused("accounts.setup_wrong"), form, "setup", **shown)
        if form.get("new") != form.get("again"):
            return self._after(request, Refused("accounts.not_same"), form, "setup", **shown)
        make = partial(self._desk.first_account, shown["login"], shown["name"], form.get("new", ""), address(request))
        return self._after(request, await asyncio.to_thread(make), form, "setup", **shown)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        signed, form = _signed(request), await _form(request)
        if signed is None or form is None:
            return _odd(request)
        await asyncio.to_thread(self._desk.sign_out, signed, address(request))
        answer = RedirectResponse(f"/login?lang={_language(request, form)}", 303)
        for name in (self._cookies.session, self._cookies.csrf):
            answer.delete_cookie(name, path="/")
        return answer

    async def own_page(self, request: Request) -> Response:
        """One's own account."""
        signed = _signed(request)
        if signed is None or signed.account is None:
            return _odd(request)
        account, language = signed.account, language_of(request)
        sessions = await asyncio.to_thread(self._desk.store.sessions, account.id)
        now = self._desk.now()
        return _page(
            request,
            "own",
            account=account,
            role=role_words(account.role, language),
            where=text(language, "accounts.and").join((*account.departments, *account.areas))
            or text(language, "accounts.everywhere"),
            sessions=[each for each in sessions if each.expires_at > now],
            present=signed.session.id if signed.session else 0,
            home=_home(language),
        )

    async def own(self, request: Request) -> Response:
        """End one session of one's own, or all."""
        signed, form = _signed(request), await _form(request)
        if signed is None or form is None or request.path_params["act"] != "end":
            return _odd(request)
        number = form.get("session", "")
        which = int(number) if number.isdecimal() else None
        await asyncio.to_thread(self._desk.end_session, signed, which, address(request))
        return RedirectResponse(f"/account?lang={_language(request, form)}", 303)

    def _after(self, request: Request, outcome: Outcome, form: Form, page: str, **shown: Any) -> Response:
        if isinstance(outcome, Taken):
            return self._in(request, outcome, form)
        return _page(request, page, 422, form=form, said=_why(outcome, _language(request, form)), **shown)

    def _in(self, request: Request, taken: Taken, form: Form) -> Response:
        """With the cookies of the session; what is still to do is asked by the guard."""
        answer = RedirectResponse(local(form.get("next")), 303)
        common: dict[str, Any] = {
            "max_age": taken.seconds,
            "path": "/",
            "samesite": "lax",
            "secure": request.url.scheme == "https",
        }
        answer.set_cookie(self._cookies.session, taken.token, httponly=True, **common)
        answer.set_cookie(self._cookies.csrf, csrf_of(taken.token), **common)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _signed(request: Request) -> Signed | None:
    found = request.state.signed
    return found if isinstance(found, Signed) else None


def _may_enrol(signed: Signed) -> bool:
    """One who must and has none, or who is in and has none: never one who still owes the code of another."""
    has_none = signed.account is not None and not signed.account.totp_secret
    return has_none and signed.step in (Step.ENROL, Step.IN)


def _is_secret(said: str) -> bool:
    return len(said) == 32 and set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def _page(request: Request, page: str, status: int = 200, form: Form | None = None, **values: Any) -> Response:
    signed = _signed(request)
    shown = draw(
        page,
        _language(request, form or {}),
        csrf=signed.csrf if signed else "",
        next=_way(request, form),
        **values,
    )
    return HTMLResponse(shown, status, headers={"Cache-Control": "no-store"})


def _language(request: Request, form: Form) -> str:
    return form["lang"] if form.get("lang") in LANGUAGES else language_of(request)


def _way(request: Request, form: Form | None = None) -> str:
    return local((form or {}).get("next") or request.query_params.get("next"))


def _home(language: str) -> str:
    return "/" if language == LANGUAGES[0] else f"/{language}/"


def _on(step: Step, way: str, language: str) -> Response:
    return RedirectResponse(way if step is Step.IN else f"{STEPS[step]}?next={quote(way)}&lang={language}", 303)


def _elsewhere(request: Request) -> Response:
    """The page is not this person's turn."""
    signed = _signed(request)
    return _on(signed.step, _way(request), language_of(request)) if signed else RedirectResponse("/login", 303)


def _odd(request: Request) -> Response:
    """A form that no page of ours sent, or sent too late: begin anew."""
    return RedirectResponse(f"/login?next={quote(_way(request))}", 303, headers={"Cache-Control": "no-store"})


def _why(refused: Refused, language: str) -> str:
    if refused.wait:
        return text(language, refused.key, wait=wait_words(refused.wait.total_seconds(), language))
    return text(language, refused.key)


async def _form(request: Request) -> Form | None:
    """The fields of a form, each once; None for anything else, and where the word of the session is missing."""
    try:
        form = await asyncio.wait_for(_fields(request), BODY_WITHIN_S)
    except (ValueError, TimeoutError, ClientDisconnect):
        return None
    signed = _signed(request)
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
