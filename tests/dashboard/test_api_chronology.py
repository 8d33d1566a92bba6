"""The chronology over the API: read page by page, taken away whole, written into."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.chronology.words import line
from alerts.store.chronology import enter
from ingest.store.tables import writing
from tests.alerts.night import at
from tests.dashboard.api_house import ApiHouse, api_house

BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    folder: Path = tmp_path_factory.mktemp("api")
    with api_house(folder) as made:
        yield made


@pytest.mark.parametrize("path", ["/chronology", "/chronology/export", "/chronology/export?format=html"])
def test_nobody_reads_it_before_signing_in(house: ApiHouse, path: str) -> None:
    assert house.get(path, who="nobody").status_code == 401


@pytest.mark.parametrize(
    ("path", "said"),
    [("/chronology", {"text": "x"}), ("/handovers", {"to": "夜勤", "since": at(0).isoformat()})],
)
def test_a_viewer_writes_nothing(house: ApiHouse, path: str, said: dict[str, str]) -> None:
    answer = house.post(path, said, who="viewer")
    assert (answer.status_code, answer.json()["code"]) == (403, "needs_operator")


def test_what_is_written_bears_the_name_of_who_is_signed_in_and_says_when_it_happened(house: ApiHouse) -> None:
    before = house.duty.clock.now()
    said = {"text": "橋に流木", "station_id": "fujii", "happened_at": at(2).isoformat()}
    assert house.post("/chronology", said).status_code == 201
    assert house.post("/chronology", said).status_code == 201  # a double click
    (found,) = house.get("/chronology?q=流木").json()["lines"]
    assert (found["actor"], found["station_id"], found["kind"]) == ("当番 二郎", "fujii", "note")
    assert found["detail"]["happened_at"] == at(2).isoformat()
    assert found["at"] == before.isoformat().replace("+00:00", "Z")
    assert "18:02のこと" in found["text"]
    assert "happened 2026-07-01 18:02" in house.get("/chronology?q=流木&lang=en").json()["lines"][0]["text"]


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"text": "x", "station_id": "none"}, 404, "地点「none」はありません"),
        ({"text": "x", "happened_at": at(10**5).isoformat()}, 409, "まだ起きていない時刻"),
        ({"text": "x", "by": "somebody else"}, 422, "by"),
        ({"text": ""}, 422, "text"),
        ({"text": "x", "happened_at": "2026-07-01T18:00"}, 422, "happened_at"),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(
    house: ApiHouse, said: dict[str, str], status: int, words: str
) -> None:
    answer = house.post("/chronology", said)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_who_acts_for_one_department_writes_about_its_stations_and_the_city_alone(house: ApiHouse) -> None:
    assert house.post("/chronology", {"text": "巡回した", "station_id": "fujii"}, who="rivers").status_code == 201
    assert house.post("/chronology", {"text": "電話が多い"}, who="rivers").status_code == 201
    answer = house.post("/chronology", {"text": "巡回した", "station_id": "gakuen"}, who="rivers")
    assert (answer.status_code, answer.json()["code"]) == (403, "elsewhere")


def test_going_through_all_pages_meets_each_line_once_though_others_write(house: ApiHouse) -> None:
    for number in range(7):
        house.post("/chronology", {"text": f"頁{number}"})
    page = house.get("/chronology?q=頁&limit=3").json()
    seen = [each["text"] for each in page["lines"]]
    while page["older"]:
        house.post("/chronology", {"text": f"後から頁{page['older']}"})
        page = house.get(f"/chronology?q=頁&limit=3&before={page['older']}").json()
        seen += [each["text"] for each in page["lines"]]
    assert seen == [f"頁{number}" for number in reversed(range(7))]


def test_exactly_what_is_asked_for_is_taken_away_and_excel_reads_it(house: ApiHouse) -> None:
    house.post("/chronology", {"text": "=HYPERLINK(1)", "station_id": "fujii"})
    house.post("/chronology", {"text": "別の地点のこと", "station_id": "gakuen"})
    answer = house.get("/chronology/export?format=csv&station=fujii&kind=acts&person=当番 二郎")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="chronology-20260701-')
    assert answer.content.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(answer.content.removeprefix(BOM).decode())))
    assert {each["記録者"] for each in rows} == {"当番 二郎"}
    assert {each["station_id"] for each in rows} == {"fujii"}
    assert "'=HYPERLINK(1)" in [each["内容"] for each in rows]
    taken = house.get("/chronology/export?format=json&station=fujii&kind=acts&person=当番 二郎").json()
    assert [str(each["seq"]) for each in taken] == [each["番号"] for each in rows]


def test_what_is_printed_says_what_it_leaves_out_and_holds_no_markup_of_people(house: ApiHouse) -> None:
    house.post("/chronology", {"text": "<script>alert(1)</script>"})
    answer = house.get("/chronology/export?format=html&kind=acts&from=2026-07-01T18:00&lang=en")
    assert answer.headers["content-disposition"].startswith("inline")
    assert "Only: what people did" in answer.text
    assert "From 2026-07-01 18:00" in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script" not in answer.text


def test_a_long_chronology_is_taken_away_whole(house: ApiHouse) -> None:
    with writing(house.duty.database) as connection:
        made = [
            line(at(10), "delivery", "delivery_sent", {"recipient": "水防団", "channel": "sms"}) for _ in range(3000)
        ]
        enter(connection, *made)
    taken = house.get("/chronology/export?format=json&kind=delivery").json()
    assert len(taken) == 3000


@pytest.mark.parametrize(
    "asked", ["from=yesterday", "kind=strange", "before=x", "format=xlsx", "incident=9999999999999999999"]
)
def test_what_cannot_be_understood_is_refused_with_what_to_write(house: ApiHouse, asked: str) -> None:
    answer = house.get(f"/chronology/export?{asked}")
    name, written = asked.split("=")
    assert answer.status_code == 422
    assert f"{name} の値「{written}」" in answer.json()["detail"]


def test_a_handover_says_what_stands_by_the_house_and_not_by_whoever_sends_it(house: ApiHouse) -> None:
    said = {"to": "日勤", "remarks": "藤井川を見ること", "since": at(0).isoformat()}
    assert house.post("/handovers", said).status_code == 201
    (found,) = house.get("/chronology?kind=handover").json()["lines"]
    assert found["actor"] == "当番 二郎"
    assert found["detail"]["standing"] == found["detail"]["waiting"] == 1
    assert found["text"].endswith("\n藤井川を見ること")
    assert house.post("/handovers", {**said, "counts": {"standing": 0}}).status_code == 422
