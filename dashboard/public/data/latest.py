"""What the public is told now, as values for programs: JSON with its schema, CSV and GeoJSON. Nothing but what the
pages say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.public.data import geo, latest_table
from dashboard.public.data.licences import attribution, licence_of
from dashboard.public.data.model import CityTold, GaugeTold, Latest, StationTold, ThresholdTold, schema
from dashboard.public.data.written import as_json
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet
from dashboard.public.spots import PublicGauge, Spot
from dashboard.public.words import iso_jst
from ingest import labels
from ingest.hazard import Levels
from ingest.stations import Registry, StationKind

LABELLED = ("ja", "en")
"""Languages of the hazards' names; the pages say them in others too."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a station: its spot, and of each of its gauges the thresholds of the day, which may change though
    nothing else does."""

    spot: Spot
    levels: tuple[Levels, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A station in each of the three forms."""

    document: str
    rows: tuple[str, ...]
    features: str


def _pieces(edition: Edition) -> Sequence[Piece]:
    """The pieces of the stations, in their order. Where one of a thousand changed, the others are not made again."""
    head, told = edition.once(_head), _Told(edition.board.registry)
    return [
        edition.memo.of(("latest", each.spot.station.id), each, partial(_piece, head, told, each, edition))
        for each in edition.once(facts_of)
    ]


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The values in three forms, and the schema of the first."""
    lasts_s, facts = edition.every_minute.lasts_s, edition.once(facts_of)
    yield Sheet("data/latest.schema.json", None, lambda: as_json(schema()))
    yield Sheet("data/latest.json", facts, partial(document, edition), lasts_s)
    yield Sheet("data/latest.csv", facts, partial(_table, edition), lasts_s)
    yield Sheet("data/latest.geojson", facts, partial(_points, edition), lasts_s)


def facts_of(edition: Edition) -> tuple[Facts, ...]:
    """Every spot, worst first."""
    levels = edition.days.levels
    return tuple(Facts(spot, tuple(levels[told.gauge.id] for told in spot.gauges)) for spot in edition.spots)


def document(edition: Edition) -> bytes:
    """``data/latest.json``."""
    head = edition.once(_head)
    stations = ",".join(each.document for each in edition.once(_pieces))
    return f"{head.model_dump_json(by_alias=True).removesuffix(']}')}{stations}]}}\n".encode()


def _table(edition: Edition) -> bytes:
    head = edition.once(_head)
    return latest_table.whole(head, (row for each in edition.once(_pieces) for row in each.rows))


def _points(edition: Edition) -> bytes:
    head = edition.once(_head)
    return geo.whole(head, (each.features for each in edition.once(_pieces)))


def _head(edition: Edition) -> Latest:
    """The document without its stations."""
    board, city = edition.board, edition.board.registry.city
    return Latest(
        published_at=iso_jst(board.at),
        city=CityTold(id=city.id, municipal_code=city.municipal_code, name=city.name),
        demonstration=city.demonstration,
        drill=city.drill,
        provisional=True,
        licence=licence_of(edition.settings.data).url,
        attribution=attribution(edition.settings.data, city),
        stations=(),
    )


def _piece(head: Latest, told: _Told, facts: Facts, edition: Edition) -> Piece:
    station = told.station(facts)
    return Piece(
        station.model_dump_json(),
        latest_table.rows(head, station, edition.board.registry.city),
        geo.features(head, station),
    )


class _Told:
    """Makes the parts of the document; what a hazard is called is looked up once a kind."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._labels: dict[tuple[StationKind, int], dict[str, str]] = {}

    def station(self, facts: Facts) -> StationTold:
        spot, station = facts.spot, facts.spot.station
        gauges = zip(spot.gauges, facts.levels, strict=True)
        return StationTold.model_construct(
            id=station.id,
            kind=station.kind,
            name=station.name,
            area=station.area,
            water=station.water,
            lat=station.lat,
            lon=station.lon,
            hazard=spot.hazard,
            pumps=None if spot.pumps is None else "stopped" if spot.pumps.stopped else "unknown",
            gauges=tuple(self._gauge(station.kind, gauge, levels) for gauge, levels in gauges),
        )

    def _gauge(self, kind: StationKind, told: PublicGauge, levels: Levels) -> GaugeTold:
        return GaugeTold.model_construct(
            id=told.gauge.id,
            name=told.gauge.name,
            state=told.state,
            silent=told.silent,
            hazard=told.hazard,
            hazard_label=None if told.hazard is None else self._label(kind, told.hazard),
            stage_m=told.stage_m,
            observed_at=iso_jst(told.observed_at) if told.observed_at else None,
            trend=told.trend,
            provisional=True,
            datum_m=told.gauge.datum_m,
            thresholds=tuple(
                ThresholdTold.model_construct(hazard=hazard, label=self._label(kind, hazard), stage_m=stage_m)
                for hazard, stage_m in sorted(levels.items())
            ),
        )

    def _label(self, kind: StationKind, hazard: int) -> dict[str, str]:
        known = self._labels.get((kind, hazard))
        if known is None:
            known = {each: labels.label(self._registry, kind, hazard, each) for each in LABELLED}
            self._labels[(kind, hazard)] = known
        return known
