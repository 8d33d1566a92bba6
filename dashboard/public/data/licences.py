"""Under which licence the data are, and whom to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.public.settings import DataSettings
from ingest.stations import City


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its name by language and the address of its text."""

    name: Mapping[str, str]
    url: str


LICENCES: Mapping[str, Licence] = {
    "cc-by-4.0": Licence(
        {
            "ja": "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）",
            "en": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        },
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "pdl-1.0": Licence(
        {"ja": "公共データ利用規約（第1.0版）（PDL1.0）", "en": "Public Data License (Version 1.0) (PDL1.0)"},
        "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
}


def licence_of(settings: DataSettings) -> Licence:
    """The one that the city chose."""
    return LICENCES[settings.licence]


def attribution(settings: DataSettings, city: City) -> dict[str, str]:
    """Whom to name as the source, by language."""
    if settings.attribution:
        return dict(settings.attribution)
    names = {"ja": f"{city.name['ja']} 水位オープンデータ"}
    if "en" in city.name:
        names["en"] = f"{city.name['en']}, open data of water levels"
    return names
