"""Registries made up by hypothesis, for the laws of files and database."""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, radians, sin
from typing import Any, TypeVar

from hypothesis import strategies as st

from ingest.decoders import MODELS
from ingest.devices import Box, Live, Pull
from ingest.registry_files.texts import fault_of
from ingest.sensors import MOUNTED, Reads, Sensor
from ingest.stations import (
    Camera,
    City,
    Device,
    Gate,
    Gauge,
    Pump,
    QualityLimits,
    Registry,
    Station,
    StationKind,
    ThresholdSet,
)
from ingest.units import METRES_PER, PASCALS_PER

Version = TypeVar("Version", ThresholdSet, Sensor)

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and not fault_of(text)
)
identifiers = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)
numbers = st.floats(-1e6, 1e6)
measured = st.floats(-10, 50).map(lambda stage_m: round(stage_m, 3))
"""Stages in the range of a gauge that names none, to the millimetre."""
positive = st.floats(0.1, 1e6)
names = st.fixed_dictionaries({"ja": texts}, optional={"en": texts, "vi": texts})
moments = st.integers(631_152_000, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
points = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
lines = st.lists(st.lists(points, min_size=1, max_size=4).map(tuple), max_size=2).map(tuple)
rings = st.lists(st.lists(points, min_size=3, max_size=4).map(lambda ring: (*ring, ring[0])), max_size=2).map(tuple)
cities = st.builds(
    City,
    id=identifiers,
    name=names,
    municipal_code=st.sampled_from(["", "342050"]),
    demonstration=st.booleans(),
    outlines=lines,
    rivers=lines,
    boundary=rings,
)
labels = st.dictionaries(
    st.sampled_from(["ja", "en", "vi"]),
    st.dictionaries(
        st.sampled_from([str(kind) for kind in StationKind]),
        st.dictionaries(st.integers(0, 5), texts, min_size=1),
        min_size=1,
    ),
)


@st.composite
def threshold_sets(draw: st.DrawFn) -> ThresholdSet:
    hazards = sorted(draw(st.sets(st.integers(1, 5), min_size=1)))
    stages = sorted(draw(st.lists(measured, min_size=len(hazards), max_size=len(hazards))))
    return ThresholdSet(valid_from=draw(moments), levels=dict(zip(hazards, stages, strict=True)))


@st.composite
def sensors(draw: st.DrawFn, device: str) -> Sensor:
    """A sensor of any kind; devices of one name begin with it, so that those of two gauges never meet."""
    reads = draw(st.sampled_from(list(Reads)))
    units = PASCALS_PER if reads is Reads.PRESSURE else METRES_PER
    model = draw(st.sampled_from(["", *(name for name, each in MODELS.items() if each.reads is reads)]))
    return Sensor(
        valid_from=draw(moments),
        model=model,
        device=draw(st.sampled_from(["", device, f"{device}-2"])),
        channel=draw(st.sampled_from(["", *MODELS[model].water] if model else ["", "level", "数値 1"])),
        reads=reads,
        unit=draw(st.sampled_from(["", *units])),
        height_m=draw(numbers if reads in MOUNTED else st.none() | numbers),
        offset_m=draw(st.just(0.0) | numbers),
        offset_pa=draw(st.just(0.0) | numbers),
        density_kg_per_m3=draw(st.floats(900, 1300)),
    )


def _ordered(versions: list[Version]) -> tuple[Version, ...]:
    return tuple(sorted(versions, key=lambda each: each.valid_from))


def gauges(gauge_id: str, station_id: str) -> st.SearchStrategy[Gauge]:
    optional: dict[str, Any] = {
        "name": names,
        "reports": st.sampled_from(["stage", "below_crown"]),
        "quality": st.builds(QualityLimits, spike_m=positive, rise_m_per_h=st.none() | positive),
        "sensors": st.lists(sensors(gauge_id), max_size=3, unique_by=lambda each: each.valid_from).map(_ordered),
        "bank_m": positive,
        "inner_flood_m": positive,
        "stage_volume": st.just(((0.0, 0.0), (1.5, 1200.0))),
        "min_m": st.floats(-100, -10),
        "interval_s": positive,
        "dry_interval_s": positive,
        "hysteresis_m": positive,
    }
    return st.fixed_dictionaries(
        {
            "id": st.just(gauge_id),
            "station_id": st.just(station_id),
            "crown_m": numbers,
            "datum_m": numbers,
            "thresholds": st.lists(
                threshold_sets(), min_size=1, max_size=3, unique_by=lambda each: each.valid_from
            ).map(_ordered),
        },
        optional=optional,
    ).map(Gauge.model_validate)


def _rim(turn: float) -> tuple[float, float]:
    return round(0.5 + cos(turn) / 2, 4), round(0.5 + sin(turn) / 2, 4)


def cameras(camera_id: str, station_id: str) -> st.SearchStrategy[Camera]:
    # Corners in the order of their directions from the middle: no side crosses another.
    turns = st.lists(st.integers(0, 359), min_size=3, max_size=5, unique=True).map(sorted)
    polygon = turns.map(lambda each: tuple(_rim(radians(turn)) for turn in each))
    box = st.builds(Box, left=st.just(0.0), top=st.just(0.1), right=st.floats(0.1, 1), bottom=st.floats(0.2, 1))
    url = st.just("http://192.0.2.7:8080/snapshot.jpg?channel=1")
    optional: dict[str, Any] = {
        "name": names,
        "interval_s": positive,
        "heartbeat_s": positive,
        "public": st.booleans(),
        "lit": st.booleans(),
        "masks": st.lists(polygon, max_size=2).map(tuple),
        "clock_area": box,
        "pull": st.builds(Pull, url=url) | st.builds(Pull, url=url, auth=st.just("digest"), credential=st.just("dam")),
        "live": st.builds(Live, kind=st.sampled_from(["hls", "mjpeg", "page"]), url=url),
    }
    ids = {"id": st.just(camera_id), "station_id": st.just(station_id)}
    return st.fixed_dictionaries(ids, optional=optional).map(Camera.model_validate)


def starts(gauge: Gauge) -> st.SearchStrategy[float | None]:
    """From which stage of a gauge a pump may have to run: none that lies above all of its thresholds."""
    lowest_m = min((stage_m for each in gauge.thresholds for stage_m in each.levels.values()), default=None)
    return st.none() if lowest_m is None else st.none() | st.just(lowest_m)


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    """Registries that a file can hold: every station is watched, every gauge knows its thresholds."""
    items: list[Station | Device] = []
    chosen = draw(st.lists(identifiers, min_size=1, max_size=3, unique=True))
    for index, name in enumerate(chosen):
        station = st.builds(
            Station,
            id=st.just(name),
            kind=st.sampled_from(list(StationKind)),
            name=names,
            lat=st.floats(-90, 90),
            lon=st.floats(-180, 180),
            area=st.none() | names,
            department=st.none() | names,
            water=st.none() | names,
            upstream=st.sets(st.sampled_from(chosen[:index])).map(sorted).map(tuple) if index else st.just(()),
        )
        gauge = draw(gauges(f"{name}-g", name))
        items += [draw(station), gauge]
        if draw(st.booleans()):
            items.append(draw(cameras(f"{name}-c", name)))
        if draw(st.booleans()):
            items.append(Pump(id=f"{name}-p", station_id=name, interval_s=draw(positive), start_m=draw(starts(gauge))))
            items.append(Gate(id=f"{name}-q", station_id=name, interval_s=draw(positive)))
    return Registry.of(draw(cities), items, draw(labels))
