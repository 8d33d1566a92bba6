"""A made-up city of 24 danger spots, and the stage of each through a storm."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.readings import Quality, Reading
from ingest.stations import Camera, City, Gauge, Registry, Station, StationKind, ThresholdSet

STEP = timedelta(minutes=10)

_TABLE = """\
id,kind,ja,en,lat,lon,levels,stage_m,peak_in_h,base_m,water,camera
hongo-bridge,river,本郷橋,Hongo Bridge,34.6218,133.5702,1:1.6 2:2.2 3:2.8 4:3.3 5:4.1,3.46,1.5,0.4,森川,yes
mori-weir,river,森川堰,Mori Weir,34.6442,133.5561,1:1.2 2:1.8 3:2.4 4:2.9 5:3.5,2.51,0.5,0.4,森川,
kawaguchi,river,川口,Kawaguchi,34.5836,133.5893,1:1.5 2:2.0 3:2.6 4:3.0 5:3.8,2.24,2.0,0.4,森川,yes
asahi-bridge,river,旭橋,Asahi Bridge,34.611,133.6121,1:1.0 2:1.5 3:2.0 4:2.4 5:3.0,2.12,-0.5,0.4,水江川,yes
mizue,river,水江,Mizue,34.6391,133.6364,1:1.0 2:1.4 3:1.9 4:2.3 5:2.8,1.18,-1.5,0.4,水江川,
tani-upper,river,谷上流,Tani Upper,34.661,133.5838,1:0.8 2:1.2 3:1.6 4:1.9 5:2.4,0.86,-2.0,0.4,森川,
nishi-fuji,river,西藤,Nishi-Fuji,34.6023,133.5319,1:0.9 2:1.3 3:1.7 4:2.1 5:2.6,1.02,1.0,0.4,藤井川,yes
fuji-mouth,river,藤井川河口,Fujii Mouth,34.5808,133.5478,1:1.1 2:1.6 3:2.1 4:2.5 5:3.1,0.74,0.5,0.4,藤井川,
ekimae-under,underpass,駅前アンダーパス,Station Underpass,34.5965,133.576,2:0.05 4:0.15 5:0.3,0.34,0.5,0.0,,yes
sakae-under,underpass,栄町アンダーパス,Sakaemachi Underpass,34.5921,133.601,2:0.05 4:0.15 5:0.3,0.17,1.0,0.0,,yes
minato-under,underpass,港町アンダーパス,Minatomachi Underpass,34.5778,133.6105,2:0.05 4:0.15 5:0.3,0.07,0.8,0.0,,
kita-under,underpass,北条地下道,Kitajo Subway,34.627,133.5962,2:0.05 4:0.15 5:0.3,0.0,0.0,0.0,,
higashi-under,underpass,東口地下道,East Gate Subway,34.6005,133.6301,2:0.05 4:0.15 5:0.3,0.01,0.0,0.0,,
senba-canal,waterway,千波水路,Senba Canal,34.589,133.5657,2:0.72 3:0.96 4:1.05 5:1.2,1.07,1.2,0.2,,yes
naka-ditch,waterway,中新田用水,Nakashinden Ditch,34.6075,133.556,2:0.6 3:0.8 5:1.0,0.63,0.5,0.2,,
hama-drain,waterway,浜排水路,Hama Drain,34.5747,133.577,2:0.9 3:1.2 5:1.5,0.52,0.3,0.2,,
ueda-ditch,waterway,上田用水,Ueda Ditch,34.6358,133.612,2:0.6 3:0.8 5:1.0,0.31,-1.0,0.2,,
hama-pump,pump_station,浜ポンプ場,Hama Pump Station,34.5712,133.5916,2:1.2 3:1.6 4:1.8 5:2.0,1.66,1.0,0.5,,yes
minato-pump,pump_station,港排水機場,Minato Pump Station,34.57,133.6173,2:1.5 3:2.0 5:2.5,1.31,0.4,0.5,,
nishi-pump,pump_station,西部ポンプ場,West Pump Station,34.5895,133.53,2:1.2 3:1.6 5:2.0,0.72,-0.5,0.5,,
asahi-pump,pump_station,旭ポンプ場,Asahi Pump Station,34.608,133.625,2:1.3 3:1.7 5:2.1,0.64,0.0,0.5,,
oike-pond,retention_pond,大池調整池,Oike Pond,34.63,133.5439,2:2.1 3:2.7 4:3.0 5:3.3,2.31,2.0,1.0,,yes
matsu-pond,retention_pond,松原調整池,Matsubara Pond,34.6165,133.6408,2:1.8 3:2.4 4:2.7 5:3.0,1.12,1.0,0.6,,
shin-pond,retention_pond,新町遊水池,Shinmachi Pond,34.6505,133.613,2:1.6 3:2.1 4:2.4 5:2.6,0.94,0.5,0.6,,
"""


@dataclass(frozen=True)
class Spot:
    """One row of the fake city: where it is, what its thresholds are and how it stands now."""

    id: str
    kind: StationKind
    ja: str
    en: str
    lat: float
    lon: float
    levels: dict[int, float]
    stage_m: float
    peak_in_h: float
    base_m: float = 0.4
    water: str = ""
    camera: bool = False


def _spot(row: dict[str, str]) -> Spot:
    levels = {int(key): float(value) for key, value in (pair.split(":") for pair in row["levels"].split())}
    return Spot(
        id=row["id"],
        kind=StationKind(row["kind"]),
        ja=row["ja"],
        en=row["en"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        levels=levels,
        stage_m=float(row["stage_m"]),
        peak_in_h=float(row["peak_in_h"]),
        base_m=float(row["base_m"]),
        water=row["water"],
        camera=bool(row["camera"]),
    )


SPOTS = tuple(_spot(row) for row in csv.DictReader(_TABLE.splitlines()))

_OUTLINE = (
    (133.508, 34.606), (133.516, 34.628), (133.527, 34.650), (133.548, 34.668), (133.580, 34.676), (133.607, 34.671),
    (133.632, 34.660), (133.652, 34.642), (133.661, 34.619), (133.652, 34.596), (133.634, 34.577), (133.618, 34.563),
    (133.596, 34.566), (133.580, 34.569), (133.561, 34.573), (133.541, 34.574), (133.520, 34.583), (133.508, 34.606),
)  # fmt: skip
_RIVERS = (
    ((133.592, 34.675), (133.5838, 34.661), (133.568, 34.652), (133.5561, 34.6442), (133.560, 34.632),
     (133.5702, 34.6218), (133.581, 34.606), (133.584, 34.594), (133.5893, 34.5836), (133.591, 34.567)),
    ((133.655, 34.640), (133.6364, 34.6391), (133.625, 34.627), (133.6121, 34.611), (133.605, 34.598),
     (133.598, 34.588), (133.5893, 34.5836)),
    ((133.513, 34.620), (133.524, 34.611), (133.5319, 34.6023), (133.539, 34.592), (133.5478, 34.5808),
     (133.551, 34.573)),
)  # fmt: skip


def city() -> City:
    """The fake city's outline and rivers."""
    return City(
        id="mizumori",
        name={"ja": "水守市", "en": "Mizumori City"},
        demonstration=True,
        outlines=(_OUTLINE,),
        rivers=_RIVERS,
    )


def registry(at: datetime) -> Registry:
    """24 stations with one gauge each (the bridge has two), ten of them with a camera."""
    items: list[Station | Gauge | Camera] = []
    for spot in SPOTS:
        items += _items_of(spot, at)
    items.append(_gauge("hongo-bridge", "hongo-bridge-right", {1: 1.6, 2: 2.2, 3: 2.8, 4: 3.3, 5: 4.1}, at, "右岸"))
    return Registry.of(city(), items)


def _items_of(spot: Spot, at: datetime) -> list[Station | Gauge | Camera]:
    station = Station(
        id=spot.id,
        kind=spot.kind,
        name={"ja": spot.ja, "en": spot.en},
        lat=spot.lat,
        lon=spot.lon,
        water={"ja": spot.water, "en": spot.water} if spot.water else None,
    )
    gauge = _gauge(spot.id, f"{spot.id}-01", spot.levels, at, None)
    cameras = [Camera(id=f"{spot.id}-cam", station_id=spot.id)] if spot.camera else []
    return [station, gauge, *cameras]


def _gauge(station_id: str, gauge_id: str, levels: dict[int, float], at: datetime, name: str | None) -> Gauge:
    return Gauge(
        id=gauge_id,
        station_id=station_id,
        name={"ja": name, "en": "Right bank"} if name else None,
        datum_m=2.15,
        thresholds=(ThresholdSet(valid_from=at - timedelta(days=400), levels=levels),),
    )


def curve(spot: Spot, hours: float) -> float:
    """Stage of a spot ``hours`` from now: a peak that passes ``stage_m`` at 0, and an older one."""
    now = math.exp(-((0 - spot.peak_in_h) ** 2) / 8)
    storm = math.exp(-((hours - spot.peak_in_h) ** 2) / 8) / now
    older = 0.35 * math.exp(-((hours + 40) ** 2) / 60)
    ripple = 0.004 * math.sin(hours * 7) if spot.base_m else 0.0
    return round(max(0.0, spot.base_m + (spot.stage_m - spot.base_m) * (storm + older) + ripple), 3)


def history(spot: Spot, now: datetime, until_h: float = 0.0, gauge_id: str | None = None) -> Iterable[Reading]:
    """72 hours of good readings up to ``until_h`` hours from now."""
    end = now + timedelta(hours=until_h)
    for step in range(int(timedelta(hours=72 + until_h) / STEP), -1, -1):
        at = end - step * STEP
        yield reading(gauge_id or f"{spot.id}-01", curve(spot, (at - now).total_seconds() / 3600), at)


def reading(gauge_id: str, stage_m: float, at: datetime, quality: Quality = Quality.GOOD) -> Reading:
    """One reading that is received when it is observed."""
    return Reading(gauge_id, stage_m, at, at, f"{gauge_id}-{at.isoformat()}-{quality}", quality=quality)
