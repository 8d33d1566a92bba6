"""The page of the open data: which files there are, what their columns hold, how they may be used, what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.public.data.licences import attribution, licence_of
from dashboard.public.edition import Edition
from dashboard.public.pages.frame import render
from dashboard.public.sheets import Sheet
from dashboard.public.words.languages import Language

PAGE = "data.html"


@dataclass(frozen=True, slots=True)
class Explained:
    """Columns of the CSV files, what their values are called in JSON, and the key of the text that explains them."""

    columns: Sequence[str]
    json: str
    key: str


OF_LATEST = (
    Explained(("全国地方公共団体コード",), "city.municipal_code", "municipal_code"),
    Explained(("地方公共団体名",), "city.name", "city"),
    Explained(("地点ID",), "id", "station_id"),
    Explained(("地点名",), "name.ja", "station_name"),
    Explained(("地点名_英語",), "name.en", "station_name_en"),
    Explained(("種別コード", "種別"), "kind", "kind"),
    Explained(("地域",), "area", "area"),
    Explained(("水系等",), "water", "water"),
    Explained(("緯度", "経度"), "lat, lon", "position"),
    Explained(("水位計ID", "水位計名"), "gauges[].id, name", "gauge"),
    Explained(("観測日時",), "observed_at", "observed_at"),
    Explained(("水位_m",), "stage_m", "stage_now"),
    Explained(("値の区分",), "provisional", "provisional"),
    Explained(("状態コード", "状態"), "state", "state"),
    Explained(("受信途絶",), "silent", "silent"),
    Explained(("段階", "段階名"), "hazard, hazard_label", "hazard"),
    Explained(("地点の段階",), "stations[].hazard", "station_hazard"),
    Explained(("排水ポンプ",), "stations[].pumps", "pumps"),
    Explained(("傾向コード", "傾向"), "trend", "trend"),
    Explained(tuple(f"基準水位{hazard}_m" for hazard in range(1, 6)), "thresholds[]", "threshold"),
    Explained(("零点標高_m",), "datum_m", "datum"),
    Explained(("作成日時",), "published_at", "published_at"),
)
OF_ARCHIVE = (
    Explained(("全国地方公共団体コード",), "", "municipal_code"),
    Explained(("地点ID",), "", "station_id"),
    Explained(("地点名",), "", "station_name"),
    Explained(("水位計ID",), "", "gauge"),
    Explained(("観測日時",), "", "observed_at"),
    Explained(("水位_m",), "", "stage"),
    Explained(("値の区分",), "", "provisional"),
)


def sheets(edition: Edition, language: Language) -> Iterator[Sheet]:
    """The page in a language; it changes with the registry, and with the day because of the file of today."""
    lasts_s = edition.quiet.lasts_s
    yield Sheet(language.folder + PAGE, edition.day, partial(page, edition, language), lasts_s)


def page(edition: Edition, language: Language) -> bytes:
    """The page in a language."""
    settings, city = edition.settings.data, edition.board.registry.city
    licence = licence_of(settings)
    return render(
        "data.html",
        edition,
        language,
        PAGE,
        edition.quiet,
        archive=settings.archive,
        licence=licence.url,
        licence_name=licence.name,
        attribution=attribution(settings, city),
        of_latest=OF_LATEST,
        of_archive=OF_ARCHIVE,
        areas=edition.areas,
    )
