"""``mizumori dead-letters`` beside an ingest that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.__main__ import main
from ingest.stations import Registry
from tests.deploy.houses import CLOCK, eventually
from tests.deploy.ingests import running_ingest
from tests.ingest.cities import small_city

NEW = "mizumori/v1/under/gauge/under-01/reading"


def test_messages_of_a_gauge_that_is_registered_later_are_kept_by_a_retry_beside_the_running_ingest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_ingest(tmp_path, without("under-01")) as ingest:
        for number in range(20):
            ingest.publish(number / 100, number, NEW)
        ingest.device.send(NEW, b'{"stage_m": "deep"}')
        log = ingest.stores.log
        assert eventually(lambda: log.dead_letters().counts == {"unknown_device": 21})
        ingest.stores.registry.apply(small_city(), CLOCK.now(), "test")
        ingest.publish(9.9, 0)
        capsys.readouterr()
        ended = main(["dead-letters", "retry", "--reason", "unknown_device"], ingest.environment)
        said = capsys.readouterr().out
        ingest.publish(9.8, 1)
        assert eventually(lambda: log.marks().reading_seq == 22)
        readings = [each for each in log.readings_after(0) if each.gauge_id == "under-01"]
    assert [each.stage_m for each in readings] == [number / 100 for number in range(20)]
    assert ended == 1
    assert "21 tried again, 20 kept now, 1 still refused" in said
    assert said.count("kept: 1 reading\n") == 20
    assert "still refused: malformed:" in said


def test_the_list_shows_what_was_refused_and_show_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_ingest(tmp_path) as ingest:
        ingest.device.send("mizumori/v1/fujii/gauge/fujii-01/reading", '{"水位": 3}'.encode())
        ingest.device.send("mizumori/v1/fujii/gauge/nowhere/reading", bytes(range(40)))
        assert eventually(lambda: sum(ingest.stores.log.dead_letters().counts.values()) == 2)
        environment = ingest.environment
    capsys.readouterr()
    assert main(["dead-letters", "list"], environment) == 0
    listed = capsys.readouterr().out
    assert "unknown_device: 1 refused, 1 kept, 0 only counted, 0 kept after a retry" in listed
    assert main(["dead-letters", "list", "--reason", "unknown_device", "--since", "1h", "--json"], environment) == 0
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (record["payload_hex"], record["whole"]) == (bytes(range(40)).hex(), True)
    assert main(["dead-letters", "show", str(record["id"])], environment) == 0
    assert "00010203 04050607" in capsys.readouterr().out
    assert main(["dead-letters", "show", str(3 - record["id"])], environment) == 0
    assert '{"水位": 3}' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["retry"], "name the letters to be tried again: their numbers, --reason, --topic or --all"),
        (["show", "77"], "there is no dead letter 77"),
        (["list", "--since", "yesterday"], "write a number with min, h or d, for example 90min"),
        (["list", "--limit", "0"], "--limit 0: write a number from 1"),
    ],
)
def test_a_command_that_names_nothing_says_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["dead-letters", *arguments], {"MIZUMORI_DATA_FOLDER": str(tmp_path)}) == 1
    assert sentence in capsys.readouterr().err


def without(gauge_id: str) -> Registry:
    """The small city before a gauge of it was registered."""
    city = small_city()
    return city.model_copy(update={"gauges": {name: each for name, each in city.gauges.items() if name != gauge_id}})
