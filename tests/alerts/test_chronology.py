"""The chronology: in order, in two languages, and handed out so that nothing in it can act by itself."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine as Database

from alerts.chronology.export import BOM, FORMATS, Handed, as_csv, as_html, as_json, harmless
from alerts.chronology.words import LANGUAGES, catalogue, of_transition, said, text_of
from alerts.deliveries.told import outcome_entry
from alerts.records import Entry, Message, MessageKind, Outcome, Silence
from alerts.rules.findings import Cause
from alerts.rules.table import NAMES
from alerts.store.chronology import PAGE, SqlChronology, Wanted, enter
from alerts.store.deliveries import add
from alerts.store.record import add_transitions
from ingest.store.tables import writing
from tests.alerts.duty import WATCHED, Duty
from tests.alerts.night import DUSK, REGISTRY, at, transition
from tests.alerts.post_room import delivery
from tests.parts import CHROMIUM_ARGS, chromium

HANDED = Handed("ja", REGISTRY, at(600), at(0), at(600))


def entry(minute: float, text: str = "何か", **more: object) -> Entry:
    return replace(Entry(at(minute), "note", text, "当番", "fujii", 1), **more)  # type: ignore[arg-type]


def rows(entries: Sequence[Entry], handed: Handed = HANDED) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(as_csv(entries, handed)).removeprefix(BOM))))


def test_lines_are_read_in_the_order_in_which_they_were_written_and_page_by_page(database: Database) -> None:
    with writing(database) as connection:
        numbers = enter(connection, *(entry(-minute) for minute in range(PAGE + 50)))
    found = list(SqlChronology(database).whole())
    assert [each.seq for each in found] == numbers == sorted(numbers)
    assert SqlChronology(database).newest(limit=1)[0].seq == numbers[-1]


def test_lines_are_narrowed_by_time_incident_station_and_kind(database: Database) -> None:
    with writing(database) as connection:
        enter(connection, entry(0), entry(10, incident_id=2), entry(20, station_id="gakuen"), entry(30, kind="silence"))
    chronology = SqlChronology(database)

    def minutes(wanted: Wanted) -> list[float]:
        return [(each.at - at(0)) / timedelta(minutes=1) for each in chronology.whole(wanted)]

    assert minutes(Wanted(since=at(10), until=at(30))) == [10, 20]
    assert minutes(Wanted(incident_id=2)) == [10]
    assert minutes(Wanted(station_ids=["gakuen"])) == [20]
    assert minutes(Wanted(kinds=["silence", "answer"])) == [30]
    assert chronology.count(Wanted(station_ids=["fujii"])) == 3


def test_an_incident_has_the_messages_that_tell_of_several_and_what_became_of_them(database: Database) -> None:
    with writing(database) as connection:
        ours, other = add_transitions(connection, [replace(transition(), incident_id=each) for each in (1, 2)])
        for number, told in enumerate([(ours, other), (other,)]):
            message = Message(MessageKind.DIGEST, at(number), transition_ids=told)
            sent = replace(delivery("duty"), id=number + 1)
            message_id = add(connection, message, [sent])
            enter(connection, Entry(at(number), "message", f"通知{number}", ref_id=message_id))
            enter(connection, outcome_entry(replace(sent, outcome=Outcome.SENT), "", None))
    found = list(SqlChronology(database).whole(Wanted(incident_id=1)))
    assert [(each.kind, each.at) for each in found] == [("message", at(0)), ("delivery", DUSK)]
    assert len(list(SqlChronology(database).whole(Wanted(incident_id=2)))) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_and_cause_has_a_word(language: str) -> None:
    words = catalogue(language)
    assert {*NAMES} <= set(words["rules"])
    assert {*Cause} <= set(words["causes"])


def test_both_languages_say_the_same_lines_of_the_same_values() -> None:
    ja, en = (
        tomllib.loads(files("alerts").joinpath("chronology", f"{each}.toml").read_text("utf-8")) for each in LANGUAGES
    )
    assert ja.keys() == en.keys()
    for part in (name for name, value in ja.items() if isinstance(value, dict)):
        assert ja[part].keys() == en[part].keys()
    for name in ja["lines"]:
        fields = [set(re.findall(r"\{(\w+)", each["lines"][name])) for each in (ja, en)]
        assert fields[0] == fields[1], name


def test_a_transition_is_said_in_both_languages() -> None:
    made = of_transition(replace(transition(), unconfirmed=True, muted="silence 4"))
    assert made.text == "水位 fujii-01: 平常 → 危険度3（上昇） 水位 3.10 m（未確認）（通知なし: silence 4）"
    english = "Stage fujii-01: normal → hazard 3 (rise), stage 3.10 m (unconfirmed) (nobody was told: silence 4)"
    assert text_of(made, "en") == english
    assert text_of(entry(0, "手書き"), "en") == "手書き"


@pytest.mark.parametrize(("rule", "ja", "en"), [("rise", "重要度2", "weight 2"), ("pump_idle", "危険度2", "hazard 2")])
def test_only_what_tells_the_hazard_of_the_water_is_called_hazard(rule: str, ja: str, en: str) -> None:
    detail = {"rule": rule, "subject_id": "fujii-01", "from_level": 0, "to_level": 2, "cause": "rise"}
    assert f"平常 → {ja}（上昇）" in said("transition", detail, "ja")
    assert f"normal → {en} (rise)" in said("transition", detail, "en")


def test_a_line_of_an_older_program_is_still_said() -> None:
    assert said("silence_ended", {"line": "silence_ended"}, "en") == "silence ? ended"
    assert said("of_tomorrow", {}, "en") == "of_tomorrow"


def test_the_table_begins_with_the_mark_of_excel_and_says_times_with_their_offset() -> None:
    whole = "".join(as_csv([entry(0, seq=7)], HANDED))
    assert whole.encode().startswith(b"\xef\xbb\xbf")
    (row,) = rows([entry(0, seq=7, detail={"key": "値"})])
    assert row == {
        "番号": "7",
        "日時": "2026-07-01T18:00:00+09:00",
        "種別": "メモ",
        "地点": "藤井川",
        "事案": "1",
        "記録者": "当番",
        "内容": "何か",
        "kind_id": "note",
        "station_id": "fujii",
        "detail": '{"key": "値"}',
    }


@given(st.text(max_size=40))
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == text or cell == text


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", " =1+1", "\n@SUM(1)", "-2+3", "\t=1", "＝1"])
def test_what_looks_like_a_formula_is_kept_as_text(text: str) -> None:
    (row,) = rows([entry(0, text, actor=text)])
    assert row["内容"] == row["記録者"] == f"'{text}"


def test_json_is_a_list_of_all_lines_and_of_none() -> None:
    found = json.loads("".join(as_json([entry(0, seq=1), entry(5, seq=2)], HANDED)))
    assert [each["at"] for each in found] == ["2026-07-01T18:00:00+09:00", "2026-07-01T18:05:00+09:00"]
    assert json.loads("".join(as_json([], HANDED))) == []


def test_the_page_escapes_what_people_wrote_and_asks_for_nothing_from_elsewhere() -> None:
    html = "".join(as_html([entry(0, "<script>alert(1)</script>", actor="<b>当番")], HANDED))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"""(src|href)=|url\(|@import|https?://""", html)


def test_the_page_marks_a_drill_and_says_where_there_is_nothing() -> None:
    html = "".join(as_html([], replace(HANDED, drill=True, language="en")))
    assert "【Drill】" in html
    assert "There are no such entries." in html


@pytest.fixture(scope="module")
def long_night() -> list[Entry]:
    found = [entry(minute * 7, f"記録 {minute}", seq=minute + 1) for minute in range(150)]
    found[3] = replace(of_transition(replace(transition(), to_level=5, recorded_at=at(21))), seq=4)
    found[5] = replace(found[5], text="長い記録。" * 60)
    return found


def test_the_page_is_printed_on_a4_with_its_head_on_every_sheet(long_night: list[Entry], tmp_path: Path) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text("".join(as_html(long_night, HANDED)), "utf-8")
    command = [chromium(), *CHROMIUM_ARGS, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    subprocess.run([*command, f"--print-to-pdf={pdf}", page.as_uri()], check=True, capture_output=True, timeout=60)
    data = pdf.read_bytes()
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}
    assert len(re.findall(rb"/Type /Page\b", data)) >= 4


def test_the_record_of_a_night_holds_what_was_done_in_every_format(database: Database) -> None:
    duty = Duty(database)
    duty.serve(WATCHED)
    duty.water(10, 4.2)
    duty.desk.acknowledge(1, "当番")
    duty.mutes.begin_silence(Silence("当番", "対応中", at(10), at(60), ("fujii",), ("stage",)))
    duty.desk.note(1, "当番", "現地へ")
    duty.desk.close(1, "当番", "誤検知")
    kinds = [each.kind for each in duty.lines()]
    assert kinds == ["transition", "evidence", "acknowledged", "silence", "note", "transition", "closed", "evidence"]
    for name, give in FORMATS.items():
        for language in LANGUAGES:
            whole = "".join(give(duty.lines(), Handed(language, WATCHED, at(60))))
            assert whole.count("誤検知") >= 1, name
            assert ("危険度4" in whole) is (language == "ja")
