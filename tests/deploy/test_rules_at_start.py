from __future__ import annotations

import logging
from pathlib import Path

import pytest

from alerts.people import GroupKind, People
from deploy.settings import Settings
from deploy.wiring.alerts import alert_services
from deploy.wiring.stores import open_stores
from tests.alerts.night import CITY, DUSK, REGISTRY, HandClock
from tests.alerts.town import contact, group, people, route


def test_numbers_for_a_station_that_nobody_knows_are_said_at_the_start_and_stop_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = {"fujii": {"level": 1}, "fuji": {"level": 1}}
    settings = Settings.model_validate({"data_folder": tmp_path, "alerts": {"rules": {"rise": {"stations": own}}}})
    stores = open_stores(settings)
    stores.registry.apply(REGISTRY, DUSK, "test")
    with caplog.at_level(logging.WARNING):
        assert alert_services(settings, stores, HandClock())
    stores.close()
    said = [each for each in caplog.messages if "alerts.rules" in each]
    assert len(said) == 1
    assert said[0].startswith("alerts.rules.rise.stations.fuji: no station of the registry is called so")


PUBLIC = people([contact("resident")], [group("residents", GroupKind.PUBLIC, ["resident"])], [route("residents")])
STANDING = {"id": "night", "approved_by": ["課長"], "min_level": 4, "valid_until": "2027-03-31T00:00:00+09:00"}


def said_of_public_messages(
    folder: Path, caplog: pytest.LogCaptureFixture, of_public: dict[str, object], named: People, code: str = ""
) -> list[str]:
    """What the start says of them."""
    settings = Settings.model_validate({"data_folder": folder, "alerts": {"public": of_public}})
    stores = open_stores(settings)
    city = CITY.model_copy(update={"municipal_code": code})
    stores.registry.apply(REGISTRY.model_copy(update={"city": city}), DUSK, "test")
    stores.people.apply(named, "test", DUSK)
    with caplog.at_level(logging.WARNING):
        alert_services(settings, stores, HandClock())
    stores.close()
    return [each for each in caplog.messages if each.startswith("public messages")]


@pytest.mark.parametrize(("of_public", "named"), [({}, PUBLIC), ({"standing": [STANDING]}, People())])
def test_what_public_messages_lack_is_said_where_they_are_wanted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, of_public: dict[str, object], named: People
) -> None:
    said = said_of_public_messages(tmp_path, caplog, of_public, named)
    assert len(said) == 3
    for sentence, word in zip(said, ("municipal_code", "alerts.public.sender", "alerts.public.desk"), strict=True):
        assert word in sentence


def test_where_public_messages_can_work_nothing_is_said_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    well: dict[str, object] = {"sender": "mizumori.city.example.jp", "desk": "residents"}
    assert said_of_public_messages(tmp_path, caplog, well, PUBLIC, "342050") == []


def test_a_desk_that_is_no_group_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (said,) = said_of_public_messages(tmp_path, caplog, {"sender": "a.example.jp", "desk": "desk"}, PUBLIC, "342050")
    assert "alerts.public.desk names group desk, and there is none" in said


def test_where_nobody_wants_public_messages_nothing_is_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert said_of_public_messages(tmp_path, caplog, {}, People()) == []
