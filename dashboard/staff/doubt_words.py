"""A stage that no picture confirms, in words: both sides are named, and which one is wrong is left open. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n import text
from dashboard.staff import cameras_words, words
from ingest.sight.doubt import Doubt
from ingest.stations import Registry


def doubt_notice(doubt: Doubt | None, registry: Registry, language: str) -> list[Component]:
    """What is doubtful, why for each camera, and what to do; nothing where there is no doubt."""
    if doubt is None:
        return []
    stage = text(language, "doubt.stage", n=doubt.level)
    if doubt.rise is not None:
        risen = text(language, "doubt.risen", rise=f"{doubt.rise.rise_m:.2f}", since=words.clock_time(doubt.rise.since))
        stage = words.joined(stage, risen)
    pictures = [
        html.Li(words.joined(_name(camera_id, registry, language), text(language, f"doubt.{reason}")))
        for camera_id, reason in doubt.cameras.items()
    ]
    said = [
        html.B(text(language, f"doubt.title_{doubt.reason}")),
        html.Ul([html.Li(stage), *pictures]),
        html.Span(text(language, "doubt.check")),
    ]
    return [html.Div(said, className="doubt", role="alert")]


def _name(camera_id: str, registry: Registry, language: str) -> str:
    known = registry.cameras.get(camera_id)
    return cameras_words.name(camera_id, registry, language) if known else text(language, "camera.name")
