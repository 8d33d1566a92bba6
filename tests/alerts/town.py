"""A town with a few stations and the people who look after it; nobody of them exists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.people import Directory, GroupKind, Known, Matter, People
from alerts.records import STAGE
from ingest.clock import JST
from ingest.stations import City, Registry, Station, StationKind

CITY = City(id="town", name={"ja": "町", "en": "Town"})
RIVER = Station(
    id="fujii",
    kind=StationKind.RIVER,
    name={"ja": "藤井川"},
    area={"ja": "美ノ郷", "en": "Minogo"},
    lat=34.4,
    lon=133.2,
)
DITCH = Station(id="ditch", kind=StationKind.WATERWAY, name={"ja": "水路"}, area={"ja": "美ノ郷"}, lat=34.4, lon=133.2)
UNDERPASS = Station(
    id="under", kind=StationKind.UNDERPASS, name={"ja": "地下道"}, area={"ja": "栗原"}, lat=34.4, lon=133.1
)
TOWN = Registry.of(CITY, [RIVER, DITCH, UNDERPASS])
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=JST)
"""A Wednesday."""


def only_mail(channel: str, address: str) -> None:
    """A check of addresses that knows what a mail address has."""
    if channel == "email" and "@" not in address:
        raise ValueError(f"{address!r} is not one address like name@example.jp")


KNOWN = Known(TOWN, ("stage", "outlook", "gateway"), ("email", "sms", "logfile"), only_mail)


def contact(name: str, *channels: str, **more: Any) -> dict[str, Any]:
    """A contact with an address on each channel (mail where none is named)."""
    addresses = [{"channel": each, "address": f"{name}@town.example"} for each in channels or ("email",)]
    return {"id": name, "name": {"ja": name}, "addresses": addresses, **more}


def group(name: str, kind: GroupKind = GroupKind.STAFF, members: Sequence[str] = ()) -> dict[str, Any]:
    """A group; without members the contact of its own name."""
    return {"id": name, "name": {"ja": name}, "kind": kind, "members": list(members or [name])}


def route(name: str, *groups: str, **more: Any) -> dict[str, Any]:
    """A route to groups; without any, to the group of its own name."""
    return {"id": name, "groups": list(groups or [name]), **more}


def people(
    contacts: Sequence[dict[str, Any]], groups: Sequence[dict[str, Any]], routes: Sequence[dict[str, Any]], **more: Any
) -> People:
    """The whole document."""
    return People.model_validate({"contacts": contacts, "groups": groups, "routes": routes, **more})


def one_route(kind: GroupKind = GroupKind.STAFF, channels: Sequence[str] = ("email",), **more: Any) -> Directory:
    """One contact ``duty`` in one group, with one route."""
    return Directory(people([contact("duty", *channels)], [group("duty", kind)], [route("duty", **more)]))


def matter(station: Station | None = RIVER, level: int = 3, rule: str = STAGE, *, unconfirmed: bool = False) -> Matter:
    """Something to tell of at a station; of none where it is about a gateway."""
    area = station.area["ja"] if station is not None and station.area else ""
    return Matter(rule, station.id if station else "", area, station.kind if station else None, level, unconfirmed)


def who(directory: Directory, *matters: Matter, at: datetime = NOON) -> dict[str, tuple[int, ...]]:
    """Which contacts hear of which matters."""
    return {receiver.contact_id: indices for receiver, indices in directory.told(matters, at).items()}
