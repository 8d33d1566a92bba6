"""The page on which administrators keep accounts and tokens. What there is is fetched by ``assets/keeping.js`` from
the API, which asks who may read it. Pure."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from dashboard.accounts.actor import Role
from dashboard.accounts.tokens import ROLES
from dashboard.i18n import text
from dashboard.staff import forms
from dashboard.staff.addresses import Page
from dashboard.staff.pieces import link, panel, with_data

ACCOUNTS, TOKENS = "/api/v1/accounts", "/api/v1/tokens"
WORDS = (
    *("lost", "none", "no_tokens", "everywhere", "second_on", "second_off", "codes_left", "wall", "disabled", "must"),
    *("never", "signed_in", "sessions", "from_address", "seen", "role", "departments", "areas", "change", "changed"),
    *("disable", "disable_ask", "enable", "reset_both", "reset_password", "reset_second", "reset_ask", "done", "me"),
    *("reset_second_ask", "end_sessions", "end_ask", "once_password", "once_token", "once_note", "once_token_note"),
    *("copy", "copied", "close", "until", "over", "revoked", "made_by", "used", "unused", "revoke", "revoke_ask"),
)
"""What the script says, below ``keeping``."""


def skeleton(page: Page) -> Component:
    """The page with its forms; what there is comes afterwards."""
    language = page.language
    words = {name: text(language, f"keeping.{name}") for name in WORDS}
    words |= {f"role_{role}": text(language, f"accounts.role_{role}") for role in Role}
    top = [
        html.H1(text(language, "keeping.title")),
        html.Span(text(language, "keeping.why"), className="note"),
        html.Div(link(text(language, "audit.title"), page.at("audit").path(), "kind-link"), className="ways-back"),
    ]
    once = html.Section(id="once", className="once", role="status", hidden=True)
    tokens = text(language, "keeping.tokens"), html.Div(id="kept-tokens"), text(language, "keeping.tokens_why")
    main = [
        html.Section([html.Div(top, className="keeping-top"), once, html.Div(id="kept-accounts")], className="panel"),
        panel("tokens", *tokens),
    ]
    beside = [
        panel("add", text(language, "keeping.add"), html.Div(_adding(language), className="keeping-form")),
        panel("token", text(language, "keeping.add_token"), html.Div(_tokening(language), className="keeping-form")),
    ]
    inner = [html.Div(main, className="keeping-main"), html.Div(beside, className="beside")]
    said = json.dumps(words, ensure_ascii=False)
    filled = html.Div(inner, id="keeping", className="keeping")
    return with_data(filled, accounts=ACCOUNTS, tokens=TOKENS, language=language, words=said)


def _adding(language: str) -> Component:
    fields = [
        forms.field(
            text(language, "accounts.login"), "login", required=True, maxlength=64, autocomplete="off",
            autocapitalize="none", spellcheck="false", hint=text(language, "accounts.login_hint"),
        ),
        forms.field(
            text(language, "accounts.name"), "name", required=True, maxlength=100, autocomplete="off",
            hint=text(language, "keeping.name_hint"),
        ),
        forms.choice(text(language, "accounts.role"), "role", _roles(language, tuple(Role))),
        _places(),
        forms.field(text(language, "keeping.wall_hint"), "wall", "checkbox"),
    ]  # fmt: skip
    done = text(language, "keeping.done")
    return forms.form(ACCOUNTS, fields, text(language, "keeping.add_it"), done=done, needs=Role.ADMINISTRATOR)


def _tokening(language: str) -> Component:
    fields = [
        forms.field(
            text(language, "keeping.token_name"), "name", required=True, maxlength=60, autocomplete="off",
            hint=text(language, "keeping.token_name_hint"),
        ),
        forms.choice(text(language, "accounts.role"), "role", _roles(language, ROLES)),
        forms.field(
            text(language, "keeping.last_day"), "last_day", "date", required=True,
            hint=text(language, "keeping.last_day_hint"),
        ),
        _places(),
    ]  # fmt: skip
    done = text(language, "keeping.done")
    return forms.form(TOKENS, fields, text(language, "keeping.make_it"), done=done, needs=Role.ADMINISTRATOR)


def _roles(language: str, roles: tuple[Role, ...]) -> list[tuple[str, str]]:
    return [(role, text(language, f"accounts.role_{role}")) for role in roles]


def _places() -> Component:
    """The departments and areas of the registry come with the accounts."""
    return with_data(html.Div(className="keeping-places"), places="yes")
