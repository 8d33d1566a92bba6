"""``mizumori public``: from a draft by hand to a correction, with sentences where something is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.settings import read_settings
from deploy.wiring.stores import open_stores
from tests.alerts.public_house import TOWN, directory
from tests.deploy.houses import CLOCK

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path)}
    stores = open_stores(read_settings(None, environment))
    stores.registry.apply(TOWN, CLOCK.now(), "test")
    stores.people.apply(directory().people, "test", CLOCK.now())
    stores.close()

    def call(*arguments: str) -> tuple[int, str]:
        code = main(["public", *arguments], environment)
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


DRAFT = ("draft", "--by", "当番", "--station", "fujii", "--gravity", "3", "--headline", "藤井川に近づかないでください")


def test_a_message_goes_from_draft_to_correction(run: Run) -> None:
    assert "draft" in run(*DRAFT)[1]
    assert run("publish", "1", "--by", "当番")[1].startswith("mizumori: it has 0 of 1 approvals")
    assert "approved" in run("approve", "1", "--by", "課長")[1]
    assert "3 deliveries wait for the service" in run("publish", "1", "--by", "当番")[1]
    code, said = run("correct", "1", "--by", "当番", "--why", "場所が違いました", "--headline", "栗原川です")
    assert code == 0
    assert "訂正: 栗原川です" in said
    assert "3 deliveries of what was told before were taken back" in said
    assert "mizumori public update 2" in said
    shown = run("show", "1")[1]
    assert "approved  課長" in shown
    assert "藤井川に近づかないでください" in run("preview", "1", "--short")[1]
    exported = json.loads(run("list", "--json")[1].splitlines()[0])
    assert (exported["step"], exported["hazard_of_gauge"]) == ("correction", None)


def test_a_correction_that_is_sent_again_goes_out_once(run: Run) -> None:
    for each in (DRAFT, ("approve", "1", "--by", "課長"), ("publish", "1", "--by", "当番")):
        assert run(*each)[0] == 0
    once = ("correct", "1", "--by", "当番", "--why", "場所が違いました", "--headline", "栗原川です")
    assert run(*once)[0] == 0
    code, said = run(*once)
    assert (code, "message 2 has put it right meanwhile" in said, "--last-seen 2" in said) == (1, True, True)
    assert len(run("list")[1].splitlines()) == 2
    assert run(*once, "--last-seen", "2")[0] == 0
    assert run(*once, "--last-seen", "2")[0] == 1


def test_an_issued_level_is_typed_with_its_place(run: Run) -> None:
    level = ("--issued-level", "3", "--issued-by", "市長", "--issued-at", "2026-07-01T20:00")
    code, said = run(*DRAFT, *level, "--issued-for", "どこか")
    assert (code, "write city, the Japanese name of an area" in said) == (1, True)
    for number, (place, told) in enumerate((("city", "町"), ("美ノ郷", "美ノ郷"), ("fujii", "藤井川")), 1):
        assert run(*DRAFT, *level, "--issued-for", place)[0] == 0
        assert f"発令されている警戒レベル: {told} 警戒レベル3" in run("preview", str(number))[1]


def test_a_correction_that_corrects_nothing_is_refused(run: Run) -> None:
    for each in (DRAFT, ("approve", "1", "--by", "課長"), ("publish", "1", "--by", "当番")):
        assert run(*each)[0] == 0
    code, said = run("correct", "1", "--by", "当番", "--why", "場所が違いました")
    assert code == 1
    assert "--headline" in said
    assert "mizumori public cancel 1" in said
    assert "correction" not in run("list")[1]


def test_an_update_says_what_of_it_is_still_what_was_said_before(run: Run) -> None:
    for each in (DRAFT, ("approve", "1", "--by", "課長"), ("publish", "1", "--by", "当番")):
        assert run(*each)[0] == 0
    said = run("update", "1", "--by", "当番", "--headline", "藤井川の水位が上がりました")[1]
    assert "(description, headline in English, description in English)" in said
    assert "mizumori public edit 2" in said
    headlines = ("--headline", "橋は通れません", "--headline-en", "The bridge is closed")
    descriptions = ("--description", "水位が上がりました", "--description-en", "The water rose")
    assert "public edit" not in run("update", "1", "--by", "当番", *headlines, *descriptions)[1]


def test_a_place_without_a_station_takes_a_circle_or_a_polygon(run: Run) -> None:
    place = ("draft", "--by", "当番", "--gravity", "2", "--place", "駅前")
    assert "--circle" in run(*place)[1]
    assert "34.42,133.19,0.5" in run(*place, "--circle", "34.4,133.2")[1]
    assert "open" in run(*place, "--polygon", "34.4,133.2 34.5,133.2 34.5,133.3 34.4,133.3")[1]
    assert run(*place, "--polygon", "34.4,133.2 34.5,133.2 34.5,133.3 34.4,133.2")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("approve", "7", "--by", "当番"), "there is no public message 7"),
        ((*DRAFT[:3], "--station", "nowhere", "--gravity", "3"), "there is no station nowhere"),
        ((*DRAFT[:3], "--station", "fujii"), "--gravity"),
        ((*DRAFT, "--issued-level", "4"), "--issued-by and --issued-at"),
        ((*DRAFT, "--issued-level", "4", "--issued-by", "市長", "--issued-at", "今"), "2026-07-01T20:00+09:00"),
        ((*DRAFT[:-1], "洪水警報です"), "Meteorological Agency"),
        (("draft", "--by", "rule", "--station", "fujii", "--gravity", "3"), "how rules sign"),
    ],
)
def test_what_is_refused_says_what_to_write_instead(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    code, said = run(*arguments)
    assert code == 1
    assert sentence in said


def test_an_empty_list_says_so(run: Run) -> None:
    assert run("list")[1] == "there is no message yet\n"
    assert run("list", "--waiting")[1] == "there is no message that waits\n"
