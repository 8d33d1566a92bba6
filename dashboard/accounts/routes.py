"""Signing in and the first account, as routes of the staff's server.

Only a POST with the hidden word of its page changes anything, and what it changed is shown by GET.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.accounts import own_routes, plain, recovery
from dashboard.accounts.desk import Outcome, Refused, Taken
from dashboard.accounts.gate import WithAccounts, place_of
from dashboard.accounts.hosts import address_of
from dashboard.accounts.pages import language_of
from dashboard.accounts.plain import Form
from dashboard.accounts.sessions import Step
from dashboard.accounts.turns import BUSY_S, NoTurn
from dashboard.i18n import text


def register(server: FastAPI, gate: WithAccounts, house: Callable[[], str]) -> None:
    """Add the routes; ``house`` names the city for the authenticator app."""
    routes = SignInRoutes(gate)
    for path, show, take in (
        ("/login", routes.login_page, routes.login),
        ("/login/code", routes.code_page, routes.code),
        ("/setup", routes.setup_page, routes.setup),
    ):
        server.add_route(path, show, methods=["GET"])
        server.add_route(path, take, methods=["POST"])
    server.add_route("/login/out", routes.sign_out, methods=["POST"])
    own_routes.register(server, gate, house)
    server.add_exception_handler(NoTurn, plain.busy)


class SignInRoutes:
    """The pages and what their forms do. Everything that hashes or asks the database runs in a thread."""

    def __init__(self, gate: WithAccounts) -> None:
        self._desk = gate.desk
        self._setup = gate.setup
        self._cookies = gate.cookies
        self._gate = gate

    async def login_page(self, request: Request) -> Response:
        """Login name and password; one who is in goes on."""
        signed = plain.signed_of(request)
        if signed is not None:
            return plain.on(signed.step, plain.way(request), language_of(request))
        return await self._login_form(request)

    async def _login_form(
        self, request: Request, form: Form | None = None, said: str = "", status: int = 200
    ) -> Response:
        empty = not await self._any_account()
        return plain.page(request, "login", status, form, login=(form or {}).get("login", ""), said=said, empty=empty)

    async def _any_account(self) -> bool:
        return self._desk.has_accounts or await asyncio.to_thread(self._desk.any_account)

    async def login(self, request: Request) -> Response:
        """The first step."""
        form = await plain.form_of(request)
        if form is None:
            return plain.odd(request)
        try:
            outcome = await self._signed_in(request, form)
        except NoTurn:
            words = text(plain.language(request, form), "accounts.busy")
            answer = await self._login_form(request, form, words, 503)
            answer.headers["Retry-After"] = str(BUSY_S)
            return answer
        if isinstance(outcome, Taken):
            return plain.let_in(request, outcome, form, self._cookies)
        return await self._login_form(request, form, plain.why(outcome, plain.language(request, form)), 401)

    async def _signed_in(self, request: Request, form: Form) -> Outcome:
        login, address, place = form.get("login", ""), address_of(request), place_of(request)
        device, turns = self._gate.device_of(request), self._gate.turns
        known = await turns.looking.take(partial(self._desk.known_from, login, address, device), place)
        before = plain.signed_of(request)
        sign_in = partial(self._desk.sign_in, login, form.get("password", ""), address, device, before)
        return await (turns.known if known else turns.strangers).take(sign_in, place)

    async def code_page(self, request: Request) -> Response:
        """The code of the second factor."""
        signed = plain.signed_of(request)
        if signed is None or signed.step is not Step.CODE:
            return plain.elsewhere(request)
        return plain.page(request, "code", lost=False)

    async def code(self, request: Request) -> Response:
        """The second step."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        if signed is None or form is None or signed.step is not Step.CODE:
            return plain.odd(request)
        lost = recovery.looks_like_one(form.get("code", ""))
        device = self._gate.device_of(request)
        give = partial(self._desk.give_code, signed, form.get("code", ""), address_of(request), device)
        return plain.after(request, await self._gate.done(request, give), form, self._cookies, "code", lost=lost)

    async def setup_page(self, request: Request) -> Response:
        """The first account; where there is one already, the page to sign in."""
        if await self._any_account():
            return RedirectResponse("/login", 303)
        return plain.page(request, "setup", token=request.query_params.get("token", ""), login="", name="")

    async def setup(self, request: Request) -> Response:
        """Make it, for the one who has the token that the start printed."""
        form = await plain.form_of(request)
        if form is None:
            return plain.odd(request)
        shown = {name: form.get(name, "") for name in ("token", "login", "name")}
        if not self._setup.fits(shown["token"]):
            return plain.after(request, Refused("accounts.setup_wrong"), form, self._cookies, "setup", **shown)
        if form.get("new") != form.get("again"):
            return plain.after(request, Refused("accounts.not_same"), form, self._cookies, "setup", **shown)
        make = partial(
            self._desk.first_account, shown["login"], shown["name"], form.get("new", ""), address_of(request)
        )
        return plain.after(request, await self._gate.done(request, make), form, self._cookies, "setup", **shown)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        if signed is None or form is None:
            return plain.odd(request)
        await self._gate.done(request, partial(self._desk.sign_out, signed, address_of(request)))
        answer = RedirectResponse(f"/login?lang={plain.language(request, form)}", 303)
        for name in (self._cookies.session, self._cookies.csrf):
            answer.delete_cookie(name, path="/")
        return answer
