"""What a message says of the picture beside it, and to whom."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from alerts.dispatch.dispatch import Dispatch, NoLinks, Surroundings
from alerts.drills import marked
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form, Text
from alerts.people import Directory, GroupKind
from alerts.pictures.photo import CARRIERS
from alerts.pictures.tied import Tied
from alerts.records import Delivery, Transition
from alerts.store.deliveries import delivery_of
from alerts.store.tables import deliveries
from alerts.store.ties import SqlTies
from ingest.sight.look import PictureFault
from ingest.stations import Camera, Registry
from tests.alerts.duty import WATCHED
from tests.alerts.eyes import Watched
from tests.alerts.night import CITY, GAUGE, RIVER, at, transition
from tests.alerts.town import contact, group, people, route

EYE = Camera(id="fujii-cam", station_id="fujii", name={"ja": "橋の下流", "en": "Below the bridge"})
REGISTRY = Registry.of(CITY, [RIVER, GAUGE, EYE])
URL = "https://mizumori.test"


def change(number: int = 1, minute: float = 30, **more: object) -> Transition:
    return replace(transition(), id=number, observed_at=at(minute), recorded_at=at(minute), **more)  # type: ignore[arg-type]


def still(minute: float, *faults: str) -> Tied:
    return Tied(7, "fujii-cam", at(minute), "fujii-cam/20260701/x.jpg", 90_000, faults)


def told(
    tied: Mapping[int, Tied], *changes: Transition, language: str = "ja", form: Form = Form.LONG, **more: object
) -> Text:
    context = Context(REGISTRY, at(31), URL, pictures=tied, **more)  # type: ignore[arg-type]
    return compose([Run(changes or (change(),))], context, language, form)


def lines(text: Text, word: str) -> list[str]:
    return [each for each in text.body.splitlines() if word in each]


@pytest.mark.parametrize(
    ("minute", "said"),
    [
        (18, "変化の12分前"),
        (29.5, "変化とほぼ同時"),
        (30.9, "変化とほぼ同時"),
        (34, "変化の4分後"),
    ],
)
def test_the_text_says_which_camera_when_and_how_far_from_the_change(minute: float, said: str) -> None:
    clock = f"18:{int(minute):02d}"
    assert lines(told({1: still(minute)}), "画像: ") == [f"画像: 橋の下流 7月1日 {clock}撮影（{said}）"]


def test_in_english_too() -> None:
    (line,) = lines(told({1: still(18)}, language="en"), "Picture: ")
    assert line == "Picture: Below the bridge, taken 2026-07-01 18:18 (12 min before the change)"


@pytest.mark.parametrize(("language", "sentence"), [("ja", "信用しないでください"), ("en", "Do not trust")])
@pytest.mark.parametrize("fault", PictureFault)
def test_a_picture_that_cannot_be_trusted_goes_only_with_that_said(
    fault: PictureFault, language: str, sentence: str
) -> None:
    assert not lines(told({1: still(18)}, language=language), sentence)
    (line,) = lines(told({1: still(18, fault)}, language=language), sentence)
    assert "{" not in line
    assert language == "en" or fault not in line


def test_without_a_picture_nothing_is_said_of_one() -> None:
    text = told({})
    assert "画像" not in text.body
    assert "picture" not in text.data


def test_where_the_channel_takes_no_picture_the_text_says_where_it_is() -> None:
    assert lines(told({1: still(18)}), "画面で見られます")
    assert not lines(told({1: still(18)}, attached=True), "画面で見られます")
    crew = told({1: still(18)}).with_link(f"{URL}/a/x")  # a crew's link opens no dashboard
    assert not lines(crew, "画面で見られます")
    assert lines(crew, "画像: ")


def test_a_text_message_has_no_room_for_it() -> None:
    assert told({1: still(18)}, form=Form.SHORT).body == told({}, form=Form.SHORT).body


def test_the_picture_of_a_run_is_that_of_its_newest_change_that_has_one() -> None:
    first, second, third = change(1, 10), change(2, 20), change(3, 30)
    (line,) = lines(told({1: still(9), 2: still(18)}, first, second, third), "画像: ")
    assert line.endswith("18:18撮影（変化の2分前）")


def test_the_document_says_the_same_for_machines() -> None:
    data = told({1: still(18, "frozen")}).data["picture"]
    assert data == {
        "camera": {"id": "fujii-cam", "name": {"ja": "橋の下流", "en": "Below the bridge"}},
        "taken_at": "2026-07-01T18:18:00+09:00",
        "seconds_from_change": -720,
        "faults": ["frozen"],
        "file": "fujii-cam/20260701/x.jpg",
        "size_bytes": 90_000,
    }


def test_the_picture_of_a_camera_that_was_retired_is_still_described() -> None:
    context = Context(Registry.of(CITY, [RIVER, GAUGE]), at(31), URL, pictures={1: still(18)})
    text = compose([Run((change(),))], context, "ja", Form.LONG)
    assert "画像: カメラ 7月1日 18:18撮影" in text.body
    assert text.data["picture"]["camera"] == {"id": "fujii-cam", "name": None}


def test_a_digest_has_no_picture() -> None:
    context = Context(REGISTRY, at(31), URL, pictures={1: still(18), 2: still(18)})
    two = [Run((change(1),)), Run((change(2),))]
    assert "picture" not in compose(two, context, "ja", Form.LONG).data


# Doubts


@pytest.mark.parametrize("doubt", ["unchanged", "untrusted", "missing"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_doubt_is_told_to_staff_and_to_nobody_else(doubt: str, language: str) -> None:
    doubted = change(detail={"doubt": doubt})
    word = "現地で確かめてください" if language == "ja" else "heck on site"
    plain = told({}, language=language, staff=True).body
    assert told({}, doubted, language=language).body == plain
    (line,) = set(told({}, doubted, language=language, staff=True).body.splitlines()) - set(plain.splitlines())
    assert word in line
    assert "doubt" not in json.dumps(told({}, doubted, language=language, staff=True).data)


def test_a_doubt_calls_neither_the_gauge_nor_the_camera_wrong() -> None:
    (line,) = lines(told({}, change(detail={"doubt": "unchanged"}), staff=True), "※")
    assert "どちらか" in line
    assert "可能性" in line


# To whom


EVERYBODY = Directory(
    people(
        [contact("duty", "email", "sms"), contact("crew"), contact("post", "webhook")],
        [group("duty"), group("crew", GroupKind.CREW), group("post", GroupKind.DEPARTMENT)],
        [route("duty"), route("crew"), route("post")],
    )
)


def sent(duty: Watched, pictures: object = None) -> dict[tuple[str, str], Delivery]:
    """What everybody is told of the changes so far, by contact and channel."""
    around = Surroundings(
        lambda: EVERYBODY,
        lambda: Context(WATCHED, duty.clock.now(), URL),
        NoLinks(),
        lambda: str(uuid4()),
        SqlTies(duty.database).of if pictures is None else pictures,  # type: ignore[arg-type]
        CARRIERS,
    )
    Dispatch(duty.database, around, digest_s=0.0).turn(duty.clock.now())
    with duty.database.connect() as connection:
        found = [delivery_of(row) for row in connection.execute(select(deliveries))]
    return {(each.recipient_id, each.channel): each for each in found}


@pytest.fixture
def duty(database: Database) -> Watched:
    made = Watched(database)
    made.serve(WATCHED)
    return made


def test_a_delivery_refers_to_the_still_of_its_alert(duty: Watched) -> None:
    file = duty.look(8)
    duty.water(10, 4.2)
    found = sent(duty)
    assert {each.data["picture"]["file"] for each in found.values()} == {file}
    assert "画面で見られます" not in found["duty", "email"].body
    assert "画像" not in found["duty", "sms"].body


def test_pictures_that_cannot_be_read_hold_up_no_message(duty: Watched, caplog: pytest.LogCaptureFixture) -> None:
    def away(transition_ids: Collection[int]) -> Mapping[int, Tied]:
        raise OSError(f"away: {transition_ids}")

    duty.look(8)
    duty.water(10, 4.2)
    found = sent(duty, away)
    assert len(found) == 4
    assert all("picture" not in each.data for each in found.values())
    assert "it is told without them" in caplog.text


def test_only_staff_hear_of_a_doubt(database: Database) -> None:
    duty = Watched(database)
    duty.serve(WATCHED)
    duty.doubt = lambda _: "unchanged"
    duty.water(10, 4.2)
    told_of = {key: "どちらか" in each.body for key, each in sent(duty).items()}
    assert told_of == {
        ("duty", "email"): True,
        ("duty", "sms"): False,
        ("crew", "email"): False,
        ("post", "webhook"): False,
    }


def test_a_picture_message_of_a_drill_is_marked_like_every_other(duty: Watched) -> None:
    duty.look(8)
    duty.water(10, 4.2)
    drilled = marked(replace(sent(duty)["duty", "email"], drill=True))
    assert drilled.subject.startswith("【訓練】")
    assert drilled.data["drill"] is True
    assert drilled.data["picture"]["camera"]["id"] == "fujii-cam"
