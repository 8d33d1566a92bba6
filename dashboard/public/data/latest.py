"""What the public is told now, as values for programs: JSON with its schema, CSV and GeoJSON. Nothing but what the
pages say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from dashboard.public.data import geo, latest_table
from dashboard.public.data.licences import attribution, licence_of
from dashboard.public.data.model import CityTold, GaugeTold, Latest, StationTold, ThresholdTold, schema
from dashboard.public.data.written import as_json
from dashboard.public.edition import Edition
from dashboard.public.sheets import Sheet
from dashboard.public.spots import PublicGauge, Spot
from dashboard.public.words import iso_jst
from ingest import labels
from ingest.hazard import Levels, levels_at
from ingest.stations import StationKind

LABELLED = ("ja", "en")
"""Languages of the hazards' names; the pages say them in others too."""


class Now:
    """The values of an edition, made when the first of the files needs them."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    @cached_property
    def latest(self) -> Latest:
        """The document."""
        return latest(self._edition)


def sheets(edition: Edition) -> Iterator[Sheet]:
    """The values in three forms, and the schema of the first."""
    now, lasts_s = Now(edition), edition.every_minute.lasts_s
    facts = (edition.spots, thresholds(edition))
    yield Sheet("data/latest.schema.json", None, partial(as_json, schema()))
    yield Sheet("data/latest.json", facts, lambda: document(now.latest), lasts_s)
    yield Sheet(
        "data/latest.csv", facts, lambda: latest_table.rendered(now.latest, edition.board.registry.city), lasts_s
    )
    yield Sheet("data/latest.geojson", facts, lambda: geo.rendered(now.latest), lasts_s)


def document(found: Latest) -> bytes:
    """``data/latest.json``."""
    return found.model_dump_json(by_alias=True).encode() + b"\n"


def thresholds(edition: Edition) -> dict[str, Levels]:
    """By gauge id those of the day: they may change though nothing else does."""
    return {
        told.gauge.id: levels_at(spot.station.kind, told.gauge, edition.board.at)
        for spot in edition.spots
        for told in spot.gauges
    }


def latest(edition: Edition) -> Latest:
    """Every spot, worst first."""
    board, city = edition.board, edition.board.registry.city
    told = _Told(edition)
    return Latest(
        published_at=iso_jst(board.at),
        city=CityTold(id=city.id, municipal_code=city.municipal_code, name=city.name),
        demonstration=city.demonstration,
        drill=city.drill,
        provisional=True,
        licence=licence_of(edition.settings.data).url,
        attribution=attribution(edition.settings.data, city),
        stations=tuple(told.station(spot) for spot in edition.spots),
    )


class _Told:
    """Makes the parts; what a hazard is called is looked up once a kind."""

    def __init__(self, edition: Edition) -> None:
        self._levels = thresholds(edition)
        self._registry = edition.board.registry
        self._labels: dict[tuple[StationKind, int], dict[str, str]] = {}

    def station(self, spot: Spot) -> StationTold:
        station = spot.station
        return StationTold.model_construct(
            id=station.id,
            kind=station.kind,
            name=station.name,
            area=station.area,
            water=station.water,
            lat=station.lat,
            lon=station.lon,
            gauges=tuple(self._gauge(station.kind, gauge) for gauge in spot.gauges),
        )

    def _gauge(self, kind: StationKind, told: PublicGauge) -> GaugeTold:
        levels = sorted(self._levels[told.gauge.id].items())
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
                for hazard, stage_m in levels
            ),
        )

    def _label(self, kind: StationKind, hazard: int) -> dict[str, str]:
        known = self._labels.get((kind, hazard))
        if known is None:
            known = {each: labels.label(self._registry, kind, hazard, each) for each in LABELLED}
            self._labels[(kind, hazard)] = known
        return known
