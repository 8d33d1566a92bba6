"""Every text that a rule can write is sayable: no official names, no issued levels, both languages."""

from __future__ import annotations

import pytest

from alerts.cap.wording import issued_levels_named, official_names, speaks_of_orders
from alerts.public.words import LANGUAGES, Seen, catalogue, danger, over
from ingest.stations import Registry, Station, StationKind
from tests.alerts.night import at
from tests.alerts.town import CITY


@pytest.mark.parametrize("kind", StationKind)
@pytest.mark.parametrize("hazard", range(1, 6))
def test_what_a_rule_drafts_names_no_warning_and_no_issued_level(kind: StationKind, hazard: int) -> None:
    station = Station(id="spot", kind=kind, name={"ja": "地点"}, area={"ja": "地区"}, lat=34.4, lon=133.2)
    seen = Seen(hazard, 1.234, at(0), at(-30), 0.4)
    for texts in (danger(Registry.of(CITY, [station]), station, seen), over(station, seen)):
        for language in LANGUAGES:
            text = "\n".join((texts[language].headline, texts[language].description, texts[language].instruction))
            assert issued_levels_named(text) == []
            assert not speaks_of_orders(text)
            assert official_names(text) == []
            assert len(texts[language].headline) <= 160


def test_both_languages_have_the_same_words() -> None:
    assert catalogue("ja").keys() == catalogue("en").keys()
    assert catalogue("ja")["kinds"].keys() == catalogue("en")["kinds"].keys() == set(StationKind)


def test_the_speed_and_the_beginning_are_told_where_they_are_known() -> None:
    station = Station(id="spot", kind=StationKind.RIVER, name={"ja": "地点"}, lat=34.4, lon=133.2)
    town = Registry.of(CITY, [station])
    known = danger(town, station, Seen(4, 3.456, at(0), at(-30), 0.4))["ja"].description
    assert "3.45 m" in known
    assert "1時間あたり約0.40 mの速さで上がっています。" in known
    assert "から続いています" in known
    assert "この高さは" not in known  # it began lower: the time is that of the first danger
    unknown = danger(town, station, Seen(4, 3.456, at(0)))["ja"].description
    assert "1時間" not in unknown
    assert "から続いています" not in unknown
