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
from dashboard.accounts.actor import Role
from dashboard.accounts.desk import Refused, Taken
from dashboard.accounts.gate import WithAccounts
from dashboard.accounts.hosts import address_of
from dashboard.accounts.pages import role_words
from dashboard.accounts.plain import Form
from dashboard.accounts.records import Account
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
        self._gate = gate
        self._cookies = gate.cookies
        self._house = house

    def _origin(self, request: Request) -> tuple[str, str]:
        return address_of(request), self._gate.device_of(request)

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
        asked = form.get("code", ""), *self._origin(request), form.get("password", "")
        enrol = partial(self._desk.enrol, signed, secret, *asked)
        outcome = await self._gate.done(request, enrol)
        if isinstance(outcome, Taken):
            shown = _codes_page(request, form, outcome.codes, plain.way(request, form))
            return plain.with_session(request, shown, outcome, self._cookies)
        return plain.after(request, outcome, form, self._cookies, "enrol", **self._enrolment(signed, secret))

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
        asked = form.get("old", ""), form.get("new", "")
        change = partial(self._desk.change_password, signed, *asked, *self._origin(request))
        return plain.after(request, await self._gate.done(request, change), form, self._cookies, "password", **shown)

    async def own_page(self, request: Request) -> Response:
        """One's own account."""
        signed = plain.signed_of(request)
        if signed is None or signed.account is None:
            return plain.odd(request)
        return await self._own(request, signed, signed.account)

    async def _own(
        self, request: Request, signed: Signed, account: Account, form: Form | None = None, said: str = ""
    ) -> Response:
        sessions = await asyncio.to_thread(self._desk.store.sessions, account.id)
        left = await asyncio.to_thread(self._desk.second.left, account)
        now, language, present = self._desk.now(), plain.language(request, form or {}), signed.session
        return plain.page(
            request,
            "own",
            422 if said else 200,
            form,
            said=said,
            left=left,
            account=account,
            role=role_words(account.role, language),
            where=text(language, "accounts.and").join((*account.departments, *account.areas))
            or text(language, "accounts.everywhere"),
            sessions=[each for each in sessions if each.expires_at > now],
            present=present.id if present else 0,
            home=plain.home(language),
            keeps=account.role is Role.ADMINISTRATOR,
            keeping=f"{plain.home(language)}accounts",
        )

    async def own(self, request: Request) -> Response:
        """What the forms of the page do."""
        signed, form = plain.signed_of(request), await plain.form_of(request)
        act = {"end": self._end, "codes": self._new_codes}.get(request.path_params["act"])
        if signed is None or signed.account is None or form is None or act is None:
            return plain.odd(request)
        return await act(request, signed, signed.account, form)

    async def _end(self, request: Request, signed: Signed, _: Account, form: Form) -> Response:
        """End one session, or all where none is named."""
        number = form.get("session", "")
        if number and not _is_number(number):
            return plain.odd(request)
        which = int(number) if number else None
        await self._gate.done(request, partial(self._desk.end_session, signed, which, address_of(request)))
        return RedirectResponse(f"/account?lang={plain.language(request, form)}", 303)

    async def _new_codes(self, request: Request, signed: Signed, account: Account, form: Form) -> Response:
        """New recovery codes, shown in the answer and never again."""
        make = partial(self._desk.new_codes, signed, form.get("password", ""), *self._origin(request))
        made = await self._gate.done(request, make)
        language = plain.language(request, form)
        if isinstance(made, Refused):
            return await self._own(request, signed, account, form, plain.why(made, language))
        return _codes_page(request, form, made, f"/account?lang={language}")


def _codes_page(request: Request, form: Form, codes: tuple[str, ...], onward: str) -> Response:
    return plain.page(request, "codes", 200, form, codes=codes, onward=onward)


def _may_enrol(signed: Signed) -> bool:
    """One who must and has none, or who is in and has none: never one who still owes the code of another."""
    has_none = signed.account is not None and not signed.account.totp_secret
    return has_none and signed.step in (Step.ENROL, Step.IN)


def _is_number(said: str) -> bool:
    """Whether it may be that of a session; the database knows no larger ones."""
    return said.isascii() and said.isdecimal() and len(said) < 19


def _is_secret(said: str) -> bool:
    return len(said) == 32 and set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
