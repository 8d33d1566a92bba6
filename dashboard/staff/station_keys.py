"""The keys of a station's page: shown by ``?``, pressed by ``assets/station_keys.js``. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff.addresses import RANGES_H
from dashboard.staff.pieces import with_data

KEYS = (
    (f"1–{len(RANGES_H)}", "ranges"),
    ("e", "event"),
    ("0", "no_event"),
    ("t", "table"),
    ("g", "graph"),
    ("i", "incidents"),
    ("s", "stills"),
    ("l", "strips"),
    ("c", "contacts"),
    ("?", "help"),
    ("Esc", "close"),
)
"""Every key with the name of its words below ``keys``."""


def help_button(language: str) -> Component:
    """What shows the keys to those who do not know of ``?`` yet."""
    button = html.Button(["? ", text(language, "keys.title")], type="button", className="keys-open")
    return with_data(button, keys="open")


def help_dialog(language: str) -> Component:
    """All keys with what they do."""
    rows = [
        html.Tr([html.Th(html.Kbd(key), scope="row"), html.Td(text(language, f"keys.{name}"))]) for key, name in KEYS
    ]
    close = with_data(html.Button(text(language, "keys.shut"), type="button", className="keys-close"), keys="close")
    parts = [html.H2(text(language, "keys.title")), html.Table(html.Tbody(rows)), close]
    return html.Dialog(parts, id="station-keys", className="keys")
