"""The people file: every mistake with its line and what to write instead, and what an import changes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from alerts.people import People, PeopleMistakes, changes, load, remarks, shortened, to_toml
from ingest.stations import Registry
from tests.alerts.town import CITY, KNOWN, contact, group, people, route

WHOLE = """
    holidays = [2026-05-04, 2026-05-05]

    [[contacts]]
    id = "duty-desk"
    name = { ja = "当番", en = "Duty desk" }
    role = "災害対策の当番"
    department = "危機管理課"
    addresses = [
      { channel = "email", address = "duty@town.example" },
      { channel = "sms", address = "+810000000000", min_level = 4 },
    ]

    [[contacts]]
    id = "crew"
    name = { ja = "水防団" }
    language = "en"
    away_until = 2026-08-17T08:30:00+09:00

    [[contacts.addresses]]
    channel = "logfile"
    address = "crew.log"
    form = "short"

    [[groups]]
    id = "duty"
    name = { ja = "当番" }
    kind = "staff"
    members = ["duty-desk"]

    [[groups]]
    id = "crews"
    name = { ja = "水防団" }
    kind = "crew"
    members = ["crew"]

    [[routes]]
    id = "everything"
    groups = ["duty"]
    min_level = 1

    [[routes]]
    id = "crews-by-night"
    groups = ["crews"]
    rules = ["stage"]
    areas = ["美ノ郷"]
    kinds = ["river"]
    min_level = 3
    hours = [{ days = ["fri", "holiday"], begins = "17:15", ends = "24:00" }, { begins = 20:00:00, ends = "6:30" }]
    channels = ["logfile"]
"""


def file_of(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "people.toml"
    file.write_text(dedent(text).lstrip(), encoding="utf-8")
    return file


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(PeopleMistakes) as caught:
        load(file_of(tmp_path, text), KNOWN)
    return [str(each) for each in caught.value.mistakes]


def test_a_whole_file_is_read_and_written_and_read_again_as_the_same(tmp_path: Path) -> None:
    read = load(file_of(tmp_path, WHOLE), KNOWN)
    assert [each.id for each in read.contacts] == ["duty-desk", "crew"]
    night = read.routes[1].hours
    assert [(f"{each.begins:%H:%M}", f"{each.ends:%H:%M}") for each in night] == [
        ("17:15", "00:00"),
        ("20:00", "06:30"),
    ]
    again = tmp_path / "again.toml"
    again.write_text(to_toml(read), encoding="utf-8")
    assert load(again, KNOWN) == read
    assert changes(read, load(again, KNOWN)) == []


def test_the_file_of_the_documentation_is_as_good_as_it_says(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
    read = load(file_of(tmp_path, text.partition("```toml\n")[2].partition("```")[0]), KNOWN)
    assert [each.id for each in read.routes] == ["everything", "underpasses-by-night"]


def test_the_database_gives_back_what_was_imported(tmp_path: Path) -> None:
    read = load(file_of(tmp_path, WHOLE), KNOWN)
    assert People.model_validate(read.model_dump(mode="json", exclude_defaults=True)) == read


@pytest.mark.parametrize(
    ("wrong", "right", "line", "said"),
    [
        ('"email", address = "duty@town.example"', '"email", address = "duty"', 9, "is not one address like name@"),
        (
            'channel = "sms"',
            'channel = "smd"',
            10,
            "`channel` names channel `smd`, and there is none: did you mean `sms`?",
        ),
        ('language = "en"', 'language = "xx"', 16, '`language` cannot be "xx": write one of ja, en'),
        ("+09:00\n", "\n", 17, "away_until = 2026-08-17T08:30:00+09:00"),
        ('form = "short"', 'form = "tiny"', 22, "write one of long, short"),
        ('kind = "staff"', 'kind = "boss"', 27, "write one of staff, crew, department, public"),
        ('members = ["duty-desk"]', 'members = ["duty-dask"]', 28, "did you mean `duty-desk`?"),
        ('groups = ["duty"]', 'groups = ["dutty"]', 38, "`groups` names group `dutty`, and there is none"),
        ("min_level = 1\n", "min_level = true\n", 39, "write a number from 1 to 5"),
        ("min_level = 1\n", "min_level = 6\n", 39, "`min_level` cannot be 6: write for example min_level = 2"),
        ('groups = ["crews"]', "groups = []", 43, '`groups` cannot be a list: write for example groups = ["duty"]'),
        ('rules = ["stage"]', 'rules = ["stages"]', 44, "did you mean `stage`?"),
        ('areas = ["美ノ郷"]', 'areas = ["Minogo"]', 45, "there is none: write one of 栗原, 美ノ郷"),
        ('kinds = ["river"]', 'kinds = ["sea"]', 46, "write one of river, waterway"),
        ('"fri", "holiday"', '"Friday"', 48, "write one of mon, tue"),
        ('begins = "17:15"', "begins = 17", 48, 'hours and minutes: "17:15"'),
        ('channels = ["logfile"]', 'stations = ["fuji"]', 49, "did you mean `fujii`?"),
        ('channels = ["logfile"]', 'chanels = ["logfile"]', 49, "`chanels` is not known; did you mean `channels`?"),
        ("2026-05-04, ", "5, ", 1, "`holidays` are dates: write holidays = [2026-05-03"),
        ('id = "crew"', 'id = "duty-desk"', 14, "contact duty-desk: this id is there 2 times"),
        (
            'name = { ja = "水防団" }\nlanguage',
            'name = { en = "Crew" }\nlanguage',
            15,
            "a name needs at least Japanese",
        ),
        ("[[groups]]", "[[group]]", 24, "did you mean `groups`?"),
    ],
)
def test_each_mistake_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, wrong: str, right: str, line: int, said: str
) -> None:
    text = dedent(WHOLE)
    assert wrong in text
    found = mistakes(tmp_path, text.replace(wrong, right, 1))
    assert any(each.startswith(f"people.toml:{line}: ") and said in each for each in found), found


def test_away_for_good_and_until_a_time_contradict_each_other(tmp_path: Path) -> None:
    text = dedent(WHOLE).replace("away_until", "away = true\naway_until")
    assert "not both" in mistakes(tmp_path, text)[0]


def test_a_contact_without_an_address_cannot_be_told(tmp_path: Path) -> None:
    text = dedent(WHOLE).replace("[[contacts.addresses]]", "[[contact.addresses]]")
    assert any("contact crew: `addresses` is missing: add addresses = [" in each for each in mistakes(tmp_path, text))


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, "[[contacts]]\nid = duty\n")
    assert found.startswith("people.toml:2: this is not valid TOML")


def test_what_a_retired_station_leaves_behind_is_a_remark_and_no_refusal() -> None:
    kept = people([contact("a")], [group("a")], [route("a", stations=["fujii"])])
    assert list(remarks(kept, KNOWN)) == []
    emptied = KNOWN.__class__(Registry.of(CITY, []), KNOWN.rules, KNOWN.channels, KNOWN.check_address)
    (remark,) = remarks(kept, emptied)
    assert str(remark) == "route a: `stations` names station `fujii`, and there is none: there is no station at all yet"


def test_changes_are_said_without_whole_addresses() -> None:
    old = people([contact("a", "email"), contact("b")], [group("duty", members=["a", "b"])], [route("r", "duty")])
    moved = contact("a", "email")
    moved["addresses"] = [{"channel": "email", "address": "someone.new@town.example"}]
    new = people(
        [moved, contact("c")],
        [group("duty", members=["a", "c"])],
        [route("r", "duty", min_level=4, stations=["fujii"])],
    )
    assert changes(old, new) == [
        "contact a: addresses +channel=email address=so…@town.example −channel=email address=a…@town.example",
        "contact c added",
        "contact b taken out",
        "group duty: members +c −b",
        "route r: stations +fujii; min_level – → 4",
    ]


@pytest.mark.parametrize("address", ["duty@town.example", "+819000000000", "https://hooks.example/secret/abcdef", "x"])
def test_a_shortened_address_cannot_be_used(address: str) -> None:
    assert address not in shortened(address)
