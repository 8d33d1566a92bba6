"""The head's right end: who is signed in, and the way out."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.accounts.sessions import Signed
from dashboard.i18n import text
from dashboard.staff.addresses import page_at
from dashboard.staff.pieces import with_data


def bar(signed: Signed | None) -> Component:
    """Name, linked to the account's page, and the button that signs out; empty where nobody signs in."""
    if signed is None or signed.account is None:
        return html.Div(id="account", className="account-bar")
    hidden = [dcc.Input(type="hidden", name="csrf", value=signed.csrf), html.Div(id="sign-out")]
    made = html.Div(
        [
            html.A(signed.actor.name, id="account-name", href="/account", className="account-name"),
            html.Form(hidden, action="/login/out", method="POST"),
        ],
        id="account",
        className="account-bar",
    )
    # Whose page it is: what they type is kept for them alone (kept.js) and goes out under no other name (acts.js).
    return with_data(made, login=signed.actor.login)


def way_out(pathname: str | None) -> Component:
    """The button, in the language of the page."""
    return html.Button(text(page_at(pathname).language, "accounts.sign_out"), type="submit")


def own_page(pathname: str | None) -> str:
    """The address of the account's page in the language of the page."""
    return f"/account?lang={page_at(pathname).language}"
