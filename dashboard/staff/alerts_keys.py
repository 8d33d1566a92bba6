"""The keys of the pages of the alerts: shown by ``?``, pressed by ``assets/alerts.js``. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff.pieces import with_data

OF_LIST = (("j", "next"), ("k", "previous"), ("a", "acknowledge"), ("d", "unfold"), ("Enter", "open"))
OF_CASE = (
    ("a", "acknowledge_it"),
    ("n", "note"),
    ("t", "assign"),
    ("e", "escalate"),
    ("s", "silence"),
    ("w", "work"),
    ("c", "close"),
    ("b", "back"),
)
"""Every key with the name of its words below ``alerts_keys``."""


def help_button(language: str) -> Component:
    """What shows the keys to those who do not know of ``?`` yet."""
    button = html.Button(["? ", text(language, "keys.title")], type="button", className="keys-open")
    return with_data(button, keys="open")


def help_dialog(language: str, keys: Sequence[tuple[str, str]]) -> Component:
    """All keys with what they do."""
    said = [(key, text(language, f"alerts_keys.{name}")) for key, name in keys]
    said += [("?", text(language, "keys.help")), ("Esc", text(language, "keys.close"))]
    rows = [html.Tr([html.Th(html.Kbd(key), scope="row"), html.Td(does)]) for key, does in said]
    close = with_data(html.Button(text(language, "keys.shut"), type="button", className="keys-close"), keys="close")
    parts = [html.H2(text(language, "keys.title")), html.Table(html.Tbody(rows)), close]
    return html.Dialog(parts, id="alerts-keys", className="keys")


def said_place() -> Component:
    """Where it is told what came of an acknowledgement."""
    return html.Div(id="alerts-said", className="alerts-said", role="status")
