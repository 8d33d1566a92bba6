"""A night of messages: every situation that people are told of, as transitions with their details."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.messages.runs import Run
from alerts.messages.told import Context
from alerts.records import Incident, Transition
from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind

DUSK = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
"""18:00 in Japan."""
CITY = City(id="onomichi", name={"ja": "尾道市", "en": "Onomichi"}, municipal_code="342050")
RIVER = Station(id="fujii", kind=StationKind.RIVER, name={"ja": "藤井川", "en": "Fujii river"}, lat=34.4, lon=133.2)
UNDER = Station(
    id="ekimae", kind=StationKind.UNDERPASS, name={"ja": "駅前アンダー", "en": "Ekimae underpass"}, lat=34.4, lon=133.2
)
PUMP = Station(
    id="minato", kind=StationKind.PUMP_STATION, name={"ja": "港ポンプ場", "en": "Minato pumps"}, lat=34.4, lon=133.2
)
GAUGE = Gauge(id="fujii-01", station_id="fujii")
UNDER_GAUGE = Gauge(id="ekimae-01", station_id="ekimae")
INNER = Gauge(id="minato-in", station_id="minato", name={"ja": "内水位", "en": "Inner stage"})
OUTER = Gauge(id="minato-out", station_id="minato", name={"ja": "外水位", "en": "Outer stage"})
CAMERA = Camera(id="fujii-cam", station_id="fujii", name={"ja": "橋の下流", "en": "Below the bridge"})
REGISTRY = Registry.of(CITY, [RIVER, UNDER, PUMP, GAUGE, UNDER_GAUGE, INNER, OUTER, CAMERA])
BASE_URL = "http://10.0.0.5:8050"


def at(minutes: float) -> datetime:
    """Minutes after 18:00 in Japan."""
    return DUSK + timedelta(minutes=minutes)


def iso(minutes: float) -> str:
    """The same as a detail has it."""
    return at(minutes).isoformat()


STAGE_DETAIL: dict[str, Any] = {
    "rise_m_per_h": 0.3,
    "previous_m": 4.18,
    "previous_at": iso(20),
    "threshold_m": 4.0,
    "release_m": 3.9,
    "next_level": 5,
    "next_m": 5.0,
    "hold_s": 1200.0,
    "since": iso(-80),
}


def transition(
    from_level: int = 1,
    to_level: int = 4,
    cause: str = "rise",
    detail: dict[str, Any] | None = None,
    minutes: float = 30,
    **more: Any,
) -> Transition:
    """One of the rule of the stage at the river, unless it is said otherwise."""
    values: dict[str, Any] = {
        "rule": "stage",
        "subject_id": "fujii-01",
        "station_id": "fujii",
        "stage_m": 4.23,
        "incident_id": 7,
        "id": 41,
    }
    return Transition(
        **{**values, **more},
        from_level=from_level,
        to_level=to_level,
        cause=cause,
        observed_at=at(minutes),
        recorded_at=at(minutes),
        detail=STAGE_DETAIL if detail is None else detail,
    )


def run(*transitions: Transition, **more: Any) -> Run:
    """One run; of one transition made of ``more`` where none is given."""
    return Run(transitions or (transition(**more),))


def context(
    minutes: float = 31, registry: Registry = REGISTRY, base_url: str = BASE_URL, *, drill: bool = False
) -> Context:
    """What is known at the time of sending."""
    return Context(registry, at(minutes), base_url, drill)


def incident(**more: Any) -> Incident:
    """The incident of the river's stage, opened at 18:10."""
    values: dict[str, Any] = {"station_id": "fujii", "rule": "stage", "opened_at": at(10), "level": 4, "peak_level": 4}
    return Incident(**{**values, "id": 7, **more})


_FALLING = {**STAGE_DETAIL, "rise_m_per_h": -0.5, "previous_m": 2.58, "next_level": 3, "next_m": 3.0}
_LOST: dict[str, Any] = {"since": iso(-80), "last_at": iso(30), "last_m": 4.23, "threshold_m": 4.0}
_RISE: dict[str, Any] = {
    "rise_m_per_h": 2.4,
    "window_s": 600.0,
    "rise_10min_m_per_h": 2.4,
    "rise_30min_m_per_h": 1.1,
    "limit_m_per_h": 1.5,
    "next_level": 2,
    "next_m": 2.0,
    "since": iso(30),
}
_SLOWER = {**_RISE, "rise_10min_m_per_h": 0.2, "rise_30min_m_per_h": 0.4}
_SILENT: dict[str, Any] = {
    "last_at": iso(-31),
    "heard_at": iso(-31),
    "expected_s": 600,
    "mode": "flood",
    "problem": "silent",
    "last_m": 4.23,
    "station_level": 4,
}
_NONE: dict[str, Any] = {"stage_m": None}
OF_UNDERPASS: dict[str, Any] = {"subject_id": "ekimae-01", "station_id": "ekimae"}

SITUATIONS: dict[str, Run] = {
    "a straight rise to 4": run(),
    "a first rise to 1": run(
        from_level=0,
        to_level=1,
        stage_m=1.02,
        detail={
            **STAGE_DETAIL,
            "threshold_m": 1.0,
            "next_level": 2,
            "next_m": 2.0,
            "previous_m": 0.97,
            "since": iso(30),
        },
    ),
    "a rise to the top": run(
        from_level=4, to_level=5, stage_m=5.1, detail={"threshold_m": 5.0, "hold_s": 1200.0, "rise_m_per_h": 0.4}
    ),
    "an underpass fills": run(
        from_level=0,
        to_level=4,
        stage_m=0.16,
        detail={**STAGE_DETAIL, "threshold_m": 0.15, "next_m": 0.3, "rise_m_per_h": 0.9, "previous_m": 0.03},
        **OF_UNDERPASS,
    ),
    "one of two gauges of a pump station": run(
        to_level=3, subject_id="minato-in", station_id="minato", stage_m=2.9, detail={"threshold_m": 2.8}
    ),
    "a suspect high value": run(unconfirmed=True, detail={**STAGE_DETAIL, "reasons": ["rate_of_change"]}),
    "a value confirmed": run(from_level=4, to_level=4, cause="confirmed"),
    "a fall": run(from_level=4, to_level=2, cause="fall", stage_m=2.5, detail=_FALLING),
    "the end": run(
        from_level=1,
        to_level=0,
        cause="fall",
        stage_m=0.5,
        detail={**_FALLING, "threshold_m": 1.0, "release_m": 0.9, "next_level": 1, "next_m": 1.0, "previous_m": 0.58},
    ),
    "a threshold taken out of use": run(from_level=4, to_level=2, cause="fall", detail={"hold_s": 1200.0}),
    "flapping": run(
        from_level=1,
        to_level=2,
        cause="flapping",
        stage_m=2.01,
        detail={**STAGE_DETAIL, "threshold_m": 2.0, "previous_m": 1.98, "next_level": 3, "next_m": 3.0},
    ),
    "still": run(
        from_level=0,
        to_level=3,
        cause="still",
        stage_m=3.2,
        detail={**STAGE_DETAIL, "threshold_m": 3.0, "previous_m": 3.15, "next_level": 4, "next_m": 4.0},
    ),
    "last known": run(from_level=4, to_level=4, cause="unverified", unverified=True, minutes=60, detail=_LOST, **_NONE),
    "last known, nothing more known": run(
        from_level=4, to_level=4, cause="unverified", unverified=True, minutes=60, detail={}, **_NONE
    ),
    "closed by a person": run(
        from_level=4,
        to_level=0,
        cause="closed",
        minutes=90,
        detail={**_LOST, "by": "当番職員", "reason": "現地で水位低下を確認"},
        **_NONE,
    ),
    "work on the gauge": run(detail={**STAGE_DETAIL, "maintenance": True, "maintenance_until": iso(180)}),
    "a fast rise": run(rule="rise", from_level=0, to_level=2, stage_m=1.6, detail=_RISE),
    "a fast rise is over": run(rule="rise", from_level=2, to_level=0, cause="fall", stage_m=2.4, detail=_SLOWER),
    "a rise whose gauge fell silent": run(
        rule="rise", from_level=2, to_level=2, cause="unverified", unverified=True, detail=_LOST, **_NONE
    ),
    "an outlook": run(
        rule="outlook",
        from_level=0,
        to_level=2,
        stage_m=3.4,
        detail={
            **_RISE,
            "rise_10min_m_per_h": 1.2,
            "rise_30min_m_per_h": 1.1,
            "rise_m_per_h": 1.2,
            "next_level": 4,
            "next_m": 4.0,
        }
        | {"reaches_in_s": 1800, "reaches_at": iso(60), "previous_m": 3.2, "previous_at": iso(20)},
    ),
    "an outlook is over": run(rule="outlook", from_level=2, to_level=0, cause="fall", stage_m=3.4, detail=_SLOWER),
    "a gauge is silent": run(rule="silence", from_level=0, to_level=2, detail=_SILENT, **_NONE),
    "a gauge was never heard": run(
        rule="silence", from_level=0, to_level=2, detail={"problem": "never_heard"}, **_NONE
    ),
    "a gauge speaks again": run(rule="silence", from_level=2, to_level=0, cause="fall", detail={}, **_NONE),
    "a camera is offline": run(
        rule="camera",
        subject_id="fujii-cam",
        from_level=0,
        to_level=1,
        detail={"state": "offline", "reason": "no_heartbeat", "heard_at": iso(-90)},
        **_NONE,
    ),
    "a picture is frozen beside rising water": run(
        rule="picture",
        subject_id="fujii-cam",
        from_level=0,
        to_level=2,
        detail={"picture": "frozen", "picture_also": ["covered"], "still_at": iso(28), "station_level": 3},
        **_NONE,
    ),
    "a frozen picture after the flood": run(
        rule="picture", subject_id="fujii-cam", from_level=2, to_level=1, cause="fall", detail={"picture": "frozen"}
    ),
    "a picture is well again": run(
        rule="picture", subject_id="fujii-cam", from_level=2, to_level=0, cause="fall", detail={}, **_NONE
    ),
    "a battery is low": run(
        rule="battery",
        from_level=0,
        to_level=1,
        detail={"problem": "battery_low", "battery_pct": 18, "battery_v": 3.31, "battery_days": 21},
        **_NONE,
    ),
    "a gateway is out": run(
        rule="gateway",
        subject_id="gw-1",
        station_id="",
        from_level=0,
        to_level=2,
        detail={"heard_at": iso(-10), "gauges": 3, "silenced": ["fujii-01", "minato-in", "minato-out"]},
        **_NONE,
    ),
    "a gateway hears again": run(
        rule="gateway", subject_id="gw-1", station_id="", from_level=2, to_level=0, cause="fall", detail={}, **_NONE
    ),
    "a rule that nobody described": run(rule="weeds", from_level=0, to_level=3, detail={"patches": 2}),
}
"""What happened → the run that tells it."""


def storm(count: int = 45) -> list[Run]:
    """One digest's worth of a storm: many stations up, some down, some without data."""
    runs = []
    for number in range(count):
        level = 1 + number % 3
        more: dict[str, Any] = {
            "id": 100 + number,
            "stage_m": level + 0.02,
            "detail": {**STAGE_DETAIL, "threshold_m": level},
        }
        where = (("fujii", "fujii-01"), ("ekimae", "ekimae-01"), ("minato", "minato-in"))[number // 3 % 3]
        more |= {"station_id": where[0], "subject_id": where[1]}
        if number % 9 == 4:
            more |= {"rule": "silence", "stage_m": None, "detail": _SILENT}
        if number % 9 == 7:
            runs.append(run(from_level=level + 1, to_level=level, cause="fall", **more))
        else:
            runs.append(run(from_level=0, to_level=level, **more))
    return runs
