"""What somebody wrote on the command line for the public: texts, a place, an issued level."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime

from alerts.cap.flood import Issued, IssuedFor, Place
from alerts.public.records import Given, Where
from deploy.commands.context import UsageError
from ingest.clock import JST
from ingest.stations import Registry

PARTS = ("headline", "description", "instruction")


def given(options: argparse.Namespace, registry: Registry) -> Given:
    """What was entered."""
    texts = {
        language: {part: text for part in PARTS if (text := getattr(options, f"{part}{ending}"))}
        for language, ending in (("ja", ""), ("en", "_en"))
    }
    return Given(
        texts=texts,
        station_ids=tuple(getattr(options, "station", ())),
        where=_where(options),
        gravity=options.gravity,
        issued=_issued(options, registry),
        no_issued=options.no_issued_level,
    )


def _issued(options: argparse.Namespace, registry: Registry) -> Issued | None:
    parts = (options.issued_level, options.issued_by, options.issued_at)
    if not any((*parts, options.issued_for)):
        return None
    if not all(parts):
        raise UsageError("an issued level needs --issued-level, --issued-by and --issued-at")
    try:
        at = datetime.fromisoformat(options.issued_at)
    except ValueError as error:
        raise UsageError(f"--issued-at {options.issued_at}: write a time as 2026-07-01T20:00+09:00") from error
    where = None if options.issued_for is None else _issued_for(options.issued_for, registry)
    return Issued(options.issued_level, options.issued_by, at if at.tzinfo else at.replace(tzinfo=JST), where)


def _issued_for(place: str, registry: Registry) -> IssuedFor:
    if place == "city":
        return IssuedFor()
    if place in registry.stations:
        return IssuedFor(station_id=place)
    if place in registry.areas:
        return IssuedFor(area=place)
    raise UsageError(
        f"--issued-for {place}: write city, the Japanese name of an area of the registry or a station's id"
    )


def _where(options: argparse.Namespace) -> tuple[Where, ...]:
    place = getattr(options, "place", None)
    if not place:
        return ()
    if bool(options.circle) == bool(options.polygon):
        raise UsageError("a place needs --circle LAT,LON,KM or --polygon, one of them")
    names = {"ja": place, **({"en": options.place_en} if options.place_en else {})}
    if options.circle:
        lat, lon, radius_km = _numbers(options.circle, 3)
        return (Where(names, Place(circles=((lat, lon, radius_km),))),)
    points = tuple((lat, lon) for lat, lon in (_numbers(each, 2) for each in options.polygon.split()))
    return (Where(names, Place(polygons=(points,))),)


def _numbers(text: str, count: int) -> list[float]:
    try:
        found = [float(each) for each in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        wanted = "34.42,133.19" if count == 2 else "34.42,133.19,0.5"
        raise UsageError(f"{text}: write numbers with commas, for example {wanted}")
    return found


def why(options: argparse.Namespace) -> Mapping[str, str]:
    """What was wrong and why, by language."""
    return {"ja": options.why, **({"en": options.why_en} if options.why_en else {})}
