"""The strips for looking back: small pictures of each camera of a station, spread over the hours chosen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import cameras_words, words
from dashboard.staff.addresses import still_path
from dashboard.staff.pieces import late_image, sentence, with_data
from ingest.stations import Registry
from ingest.store.protocol import Copy, Pictured

MOST = 24
"""Pictures of a strip: more than anybody looks through, few enough for a thin line."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The pictures of a camera over the hours chosen, earliest first."""

    camera_id: str
    pictures: Sequence[Pictured]


def strips(found: Sequence[Strip], registry: Registry, language: str, now: datetime) -> list[Component]:
    """One strip a camera; its name is written where there are several."""
    return [_strip(each, registry, language, now, alone=len(found) == 1) for each in found]


def _strip(strip: Strip, registry: Registry, language: str, now: datetime, alone: bool) -> Component:
    name = "" if alone else cameras_words.name(strip.camera_id, registry, language)
    count = text(language, "strip.count", n=len(strip.pictures)) if len(strip.pictures) == MOST else ""
    head = [html.Div([html.B(name), html.Small(count)], className="strip-head")] if name or count else []
    if not strip.pictures:
        return html.Div([*head, sentence(text(language, "strip.none"))], className="strip")
    # The newest comes first, and the row runs from right to left: so it begins where one looks first.
    thumbs = [_thumb(each, language, now) for each in reversed(strip.pictures)]
    return html.Div([*head, html.Div(thumbs, className="thumbs")], className="strip")


def _thumb(pictured: Pictured, language: str, now: datetime) -> Component:
    still, bad = pictured.still, cameras_words.wrong(pictured.look, language)
    at = words.near_time(still.taken_at, now)
    shown: list[Component] = [
        late_image(still_path(still.file, Copy.THUMB), ""),
        html.Span(at, className="thumb-time"),
    ]
    if bad:
        shown.append(html.Span(bad, className="thumb-bad"))
    button = html.Button(
        shown,
        type="button",
        className="thumb thumb-is-bad" if bad else "thumb",
        title=words.joined(text(language, "strip.show", at=at), bad),
    )
    return with_data(button, still=still.camera_id, at=still.taken_at.isoformat())
