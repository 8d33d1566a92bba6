"""One's own account as routes of the staff's server: its second factor, its password, its sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.accounts import plain, second_factor
from dashboard.accounts.desk import Refused
from dashboard.accounts.gate import WithAccounts
from dashboard.accounts.guard import address
from dashboard.accounts.pages import language_of, role_words
from dashboard.accounts.sessions import Signed, Step
from dashboard.i18n import text


def register(server: FastAPI, gate: WithAccounts, house: Callable[[], str]) -> None:
    """Add the routes; ``house`` names the city for the authenticator app."""
    routes = OwnRoutes(gate, house)
    for path, show, take in (
        ("/login/enrol", routes.enrol_page, routes.enrol),
        ("/login/password", routes.password_page, routes.password),
    ):
        server.add_route(path, show, methods=["GET"])
        server.add_route(path, take, methods=["POST"])
    server.add_route("/account", routes.own_page, methods=["GET"])
    server.add_route("/account/{act}", routes.own, methods=["POST"])


class OwnRoutes:
    """The pages and what their forms do. Everything that hashes or asks the database runs in a thread."""

    def __init__(self, gate: WithAccounts, house: Callable[[], str]) -> None:
        self._desk = gate.desk
        self._cookies = gate.cookies
        self._house = house

    async def enrol_page(self, request: Request) -> Response:
        """A new second factor: the picture for the telephone."""
        signed = plain.signed_of(request)
        if signed is None or not _may_enrol(signed):
            return plain.elsewhere(request)
        return plain.page(request, "enrol", **self._enrolment(signed, second_factor.new_secret()))

    async def enrol(self, request: Request) -> Response:
        """Take it, when the telephone shows the right code."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        if signed is None or form is None or not _may_enrol(signed) or not _is_secret(form.get("secret", "")):
            return plain.odd(request)
        secret = form["secret"]
        enrol = partial(self._desk.enrol, signed, secret, form.get("code", ""), address(request))
        return plain.after(
            request, await asyncio.to_thread(enrol), form, self._cookies, "enrol", **self._enrolment(signed, secret)
        )

    def _enrolment(self, signed: Signed, secret: str) -> dict[str, Any]:
        shown = second_factor.picture(second_factor.address(secret, signed.actor.login, self._house()))
        spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        must = signed.step is Step.ENROL
        return {"secret": secret, "spaced": spaced, "picture": Markup(shown), "must": must}

    async def password_page(self, request: Request) -> Response:
        """A new password."""
        signed = plain.signed_of(request)
        if signed is None or signed.step not in (Step.PASSWORD, Step.IN):
            return plain.elsewhere(request)
        return plain.page(request, "password", must=signed.step is Step.PASSWORD, login=signed.actor.login)

    async def password(self, request: Request) -> Response:
        """Take it."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        if signed is None or form is None or signed.step not in (Step.PASSWORD, Step.IN):
            return plain.odd(request)
        shown = {"must": signed.step is Step.PASSWORD, "login": signed.actor.login}
        if form.get("new") != form.get("again"):
            return plain.after(request, Refused("accounts.not_same"), form, self._cookies, "password", **shown)
        change = partial(self._desk.change_password, signed, form.get("old", ""), form.get("new", ""), address(request))
        return plain.after(request, await asyncio.to_thread(change), form, self._cookies, "password", **shown)

    async def own_page(self, request: Request) -> Response:
        """One's own account."""
        signed = plain.signed_of(request)
        if signed is None or signed.account is None:
            return plain.odd(request)
        account, language = signed.account, language_of(request)
        sessions = await asyncio.to_thread(self._desk.store.sessions, account.id)
        now = self._desk.now()
        return plain.page(
            request,
            "own",
            account=account,
            role=role_words(account.role, language),
            where=text(language, "accounts.and").join((*account.departments, *account.areas))
            or text(language, "accounts.everywhere"),
            sessions=[each for each in sessions if each.expires_at > now],
            present=signed.session.id if signed.session else 0,
            home=plain.home(language),
        )

    async def own(self, request: Request) -> Response:
        """End one session of one's own, or all."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        if signed is None or form is None or request.path_params["act"] != "end":
            return plain.odd(request)
        number = form.get("session", "")
        which = int(number) if number.isdecimal() else None
        await asyncio.to_thread(self._desk.end_session, signed, which, address(request))
        return RedirectResponse(f"/account?lang={plain.language(request, form)}", 303)


def _may_enrol(signed: Signed) -> bool:
    """One who must and has none, or who is in and has none: never one who still owes the code of another."""
    has_none = signed.account is not None and not signed.account.totp_secret
    return has_none and signed.step in (Step.ENROL, Step.IN)


def _is_secret(said: str) -> bool:
    return len(said) == 32 and set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
