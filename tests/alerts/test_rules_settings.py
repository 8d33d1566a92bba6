from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from alerts.pictures.settings import PictureMessages
from alerts.rules.place import places
from alerts.rules.settings.rules import RulesSettings, check_stations
from alerts.rules.table import NAMES
from ingest.stations import StationKind
from tests.alerts.night import REGISTRY


def rules(**given: object) -> RulesSettings:
    return RulesSettings.model_validate(given)


def refused(**given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        rules(**given)
    return str(caught.value)


def test_every_rule_of_the_table_has_settings_and_every_settings_a_rule() -> None:
    assert set(NAMES) == set(RulesSettings.model_fields)


def test_a_station_has_its_own_numbers_before_those_of_its_kind_before_the_general_ones() -> None:
    found = rules(
        rise={
            "level": 1,
            "hold_s": 60,
            "kinds": {"river": {"level": 2, "hold_s": 120}},
            "stations": {"fujii": {"level": 3}},
        }
    )
    at_fujii, at_river = (found.at(StationKind.RIVER, each).rise for each in ("fujii", "other"))
    assert (at_fujii.level, at_fujii.hold_s) == (3, 120)
    assert (at_river.level, at_river.hold_s) == (2, 120)
    assert found.at(StationKind.WATERWAY, "else").rise.level == 1


def test_the_places_of_a_registry_have_the_numbers_of_their_stations() -> None:
    found = places(REGISTRY, rules(stage={"stations": {"fujii": {"hold_s": 60}}}))
    assert {gauge_id: each.rules.stage.hold_s for gauge_id, each in found.items()} == {
        "fujii-01": 60,
        "gakuen-01": 1200,
    }


def test_what_is_set_for_one_kind_leaves_the_defaults_of_the_others_and_its_own_other_numbers() -> None:
    found = rules(rise={"kinds": {"underpass": {"level": 4}}}, stage={"kinds": {"river": {"hysteresis_m": 0.2}}})
    underpass, river = (found.at(kind, "") for kind in (StationKind.UNDERPASS, StationKind.RIVER))
    assert (underpass.rise.level, underpass.rise.least_rise_m) == (4, 0.03)
    assert (underpass.stage.hysteresis_m, river.stage.hysteresis_m) == (0.02, 0.2)
    assert found.at(StationKind.WATERWAY, "").rise.rise10_m_per_h == 1.2


def test_the_general_number_of_a_kind_that_has_one_of_its_own_changes_nothing_there() -> None:
    found = rules(stage={"hysteresis_m": 0.3})
    assert found.at(StationKind.UNDERPASS, "").stage.hysteresis_m == 0.02
    assert found.at(StationKind.RIVER, "").stage.hysteresis_m == 0.3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rise": {"kinds": {"river": {"speed": 1}}}}, "kinds.river knows no speed: write one of duration_s, enabled"),
        ({"rise": {"stations": {"fujii": {"level": 9}}}}, "stations.fujii.level: Input should be less than or equal"),
        ({"stage": {"kinds": {"river": {"kinds": 1}}}}, "kinds.river cannot hold kinds again"),
        ({"gateway": {"stations": {"fujii": {"level": 1}}}}, "a gateway belongs to no station"),
        ({"outlook": {"from_level": 1}}, "greater than or equal to 2"),
        ({"rise": {"rise10_m_per_h": 0}}, "greater than 0"),
        ({"stage": {"kinds": {"lake": {"hold_s": 1}}}}, "river"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_write_instead(given: dict[str, object], said: str) -> None:
    assert said in refused(**given)


def test_a_station_that_nobody_knows_is_named_at_the_start() -> None:
    found = check_stations(
        rules(stage={"stations": {"fujii": {"hold_s": 1}}}, rise={"stations": {"fuji": {"level": 1}}}), REGISTRY
    )
    assert len(found) == 1
    assert found[0].startswith("alerts.rules.rise.stations.fuji: no station of the registry is called so; write one of")
    assert check_stations(rules(), REGISTRY) == []


def test_a_still_is_tied_to_the_changes_of_rules_that_there_are() -> None:
    assert PictureMessages(rules=("stage",)).rules == ("stage",)
    with pytest.raises(ValidationError, match="there is no rule stages: write some of stage, rise, outlook"):
        PictureMessages(rules=("stages",))


def test_the_timing_of_a_rule_is_what_is_set() -> None:
    timing = rules(silence={"samples": 2, "duration_s": 5, "flap_turns": 0}).silence.timing
    assert (timing.samples, timing.duration, timing.hold, timing.flap_turns) == (
        2,
        timedelta(seconds=5),
        timedelta(seconds=600),
        0,
    )


def test_staff_are_reminded_of_what_does_not_work_and_of_nothing_else() -> None:
    reminded = {name: own.remind_s for name, own in rules().by_name.items() if own.remind_s}
    assert reminded == {
        "silence": 21600,
        "camera": 86400,
        "picture": 86400,
        "gateway": 21600,
        "sign": 900,
        "pump_idle": 3600,
        "pump_silence": 86400,
    }
