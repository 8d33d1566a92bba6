"""``data/latest.csv``: a row a gauge, the worst first, with the columns of Japan's municipal open data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.public.data.model import GaugeTold, Latest, StationTold
from dashboard.public.spots import State
from dashboard.public.tables import BOM, END, line, provisional
from dashboard.public.words import catalogue
from ingest.stations import City

COLUMNS = (
    *(
        "全国地方公共団体コード",
        "地方公共団体名",
        "地点ID",
        "地点名",
        "地点名_英語",
        "種別コード",
        "種別",
        "地域",
        "水系等",
    ),
    *("緯度", "経度", "水位計ID", "水位計名", "観測日時", "水位_m", "値の区分", "状態コード", "状態", "受信途絶"),
    *("段階", "段階名", "地点の段階", "排水ポンプ", "傾向コード", "傾向"),
    *(f"基準水位{hazard}_m" for hazard in range(1, 6)),
    *("零点標高_m", "作成日時"),
)

STATES = {
    State.LEVEL: "観測中",
    State.LAST_KNOWN: "最後に届いた値",
    State.BEING_CHECKED: "確認中",
    State.MAINTENANCE: "点検中",
    State.UNJUDGED: "水位のみ",
    State.NO_DATA: "データなし",
}
PUMPS = {None: "", "stopped": "停止", "unknown": "不明"}
TRENDS = {"rising": "上昇", "falling": "下降", "steady": "横ばい", "unknown": ""}
"""Words of the file, whatever the pages say: who reads it compares with them."""


def whole(head: Latest, rows: Iterable[str]) -> bytes:
    """The file. The time of publication stands in every row, where it is the last cell."""
    lines = [",".join(COLUMNS), *(each + head.published_at for each in rows)]
    return BOM + b"".join(each.encode() + END for each in lines)


def rows(head: Latest, station: StationTold, city: City) -> tuple[str, ...]:
    """The rows of a station, without the time of publication."""
    return tuple(line((*_row(head, station, each, provisional(city)), "")) for each in station.gauges)


def _row(head: Latest, station: StationTold, gauge: GaugeTold, mark: str) -> Sequence[object]:
    said = catalogue("ja")
    levels = {each.hazard: each.stage_m for each in gauge.thresholds}
    return (
        *(head.city.municipal_code, head.city.name["ja"], station.id, station.name["ja"], station.name.get("en")),
        *(station.kind, said[f"kind.{station.kind}"], _ja(station.area), _ja(station.water)),
        *(station.lat, station.lon, gauge.id, _ja(gauge.name), gauge.observed_at, _metres(gauge.stage_m), mark),
        *(gauge.state, STATES[gauge.state], int(gauge.silent)),
        *(gauge.hazard, _ja(gauge.hazard_label), station.hazard, PUMPS[station.pumps]),
        *(gauge.trend, TRENDS[gauge.trend]),
        *(_metres(levels.get(hazard)) for hazard in range(1, 6)),
        _metres(gauge.datum_m),
    )


def _ja(names: dict[str, str] | None) -> str | None:
    return names["ja"] if names else None


def _metres(value: float | None) -> str | None:
    """To the centimetre, and to the millimetre where somebody set it."""
    if value is None:
        return None
    return f"{value:.2f}" if round(value, 2) == round(value, 3) else f"{value:.3f}"
