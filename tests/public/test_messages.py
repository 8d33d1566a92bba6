"""What residents are told of messages, through their whole lives: what holds, what was wrong, what nobody ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from alerts.cap.flood import Issued, IssuedFor, Place
from alerts.issued import Announced, IssuedLevel
from alerts.public.feeds import KEPT
from alerts.public.records import Given, PublicMessage, Step, Where
from alerts.public.settings import PublicMessages
from dashboard.public.messages import Chain, Course, Messages, issued_at, issued_in, messages_of, spoken
from tests.alerts.public_house import RIVER, ROAD, TOWN, WHY, PublicHouse

SECRET = "職員だけのメモ"


@pytest.fixture
def house(database: Engine) -> PublicHouse:
    return PublicHouse(database, PublicMessages(sender="town.example"))


def told(house: PublicHouse) -> Messages:
    since = house.clock.now() - KEPT
    kept = house.kept
    return messages_of(kept.chains_since(since), kept.published_since(since), house.registry, house.settings)


def active(house: PublicHouse) -> tuple[Chain, ...]:
    return told(house).active(house.clock.now())


def publish(house: PublicHouse, draft: PublicMessage) -> PublicMessage:
    house.desk.approve(draft.id, "当番", "見てきた")
    return house.desk.publish(draft.id, "当番", "見てきた").message


def test_a_chain_tells_its_newest_message_and_the_steps_before_it(house: PublicHouse) -> None:
    first = house.out(3)
    house.later(10)
    publish(house, house.desk.update(first.id, "当番", Given({"ja": {"headline": "川から離れてください"}}, gravity=4)))
    [chain] = active(house)
    assert [each.step for each in chain.steps] == [Step.FIRST, Step.UPDATE]
    assert chain.newest.said["ja"].headline == "川から離れてください"
    assert chain.newest.gravity == 4
    assert chain.newest.sent_at - chain.since == timedelta(minutes=10)
    assert chain.id == first.chain_id


def test_a_correction_tells_what_was_wrong_and_what_is_right(house: PublicHouse) -> None:
    wrong = house.out(4)
    house.later(5)
    house.desk.correct(wrong.id, "当番", WHY, Given({"ja": {"headline": "栗原川です"}, "en": {"headline": "Kurihara"}}))
    [chain] = active(house)
    assert chain.newest.wrong == {each: texts.headline for each, texts in wrong.content.texts.items()}
    assert chain.newest.said["ja"].headline == "訂正: 栗原川です"
    assert WHY["en"] in chain.newest.said["en"].description
    assert [each.step for _, each in told(house).corrections(house.clock.now())] == [Step.CORRECTION]


def test_an_all_clear_ends_a_chain_and_is_told_for_a_day_beside_the_dangers(house: PublicHouse) -> None:
    first = house.out(4)
    house.stands(0)
    publish(house, house.desk.all_clear(first.id, "当番"))
    now = house.clock.now()
    assert active(house) == ()
    [chain] = told(house).ended(now)
    assert chain.course(now) is Course.OVER
    assert [each.course for each in told(house).in_city(now)] == [Course.OVER]
    house.later(60 * 24)
    assert told(house).in_city(house.clock.now()) == ()
    assert len(told(house).ended(house.clock.now())) == 1
    house.later(60 * 24 * 29)
    assert told(house).ended(house.clock.now()) == ()


def test_a_wrong_all_clear_that_was_corrected_is_a_danger_again(house: PublicHouse) -> None:
    first = house.out(4)
    house.stands(0)
    over = publish(house, house.desk.all_clear(first.id, "当番"))
    house.desk.correct(over.id, "当番", WHY, Given({"ja": {"headline": "まだ危険です"}}))
    assert [each.newest.step for each in active(house)] == [Step.CORRECTION]


def test_a_cancelled_message_is_no_danger_and_stays_in_the_history(house: PublicHouse) -> None:
    house.desk.cancel(house.out(4).id, "当番", WHY)
    now = house.clock.now()
    assert active(house) == ()
    assert [each.course(now) for each in told(house).ended(now)] == [Course.CANCELLED]


def test_what_ran_out_is_neither_in_force_nor_over_however_long_ago(house: PublicHouse) -> None:
    house.out(4)
    for hours in (7, 24 * 60):
        house.later(60 * hours)
        now, found = house.clock.now(), told(house)
        assert (len(found.active(now)), len(found.lapsed(now)), len(found.ended(now))) == (0, 1, 0)
        assert [each.course for each in found.in_city(now)] == [Course.LAPSED]


def test_a_message_lapses_at_the_very_second_of_its_expiry(house: PublicHouse) -> None:
    out = house.out(4)
    assert out.expires_at is not None
    [chain] = told(house).chains
    assert chain.course(out.expires_at - timedelta(seconds=1)) is Course.ACTIVE
    assert chain.course(out.expires_at) is Course.LAPSED


def test_the_gravest_comes_first_and_then_the_newest(house: PublicHouse) -> None:
    for gravity, station in ((3, "fujii"), (5, "under"), (3, "under")):
        house.later(1)
        publish(house, house.by_hand(gravity=gravity, station_ids=(station,)))
    assert [(each.newest.gravity, each.id) for each in active(house)] == [(5, 2), (3, 3), (3, 1)]


def test_nothing_of_drafts_withdrawn_messages_and_reasons_of_staff_is_told(house: PublicHouse) -> None:
    out = house.by_hand(gravity=3)
    house.desk.approve(out.id, "当番", SECRET)
    house.desk.publish(out.id, "当番", SECRET)
    house.by_hand(texts={"ja": {"headline": SECRET}})
    house.desk.withdraw(house.by_hand(texts={"ja": {"description": SECRET}}).id, "当番", SECRET)
    house.desk.update(out.id, "当番", Given({"ja": {"instruction": SECRET}}))
    found = told(house)
    assert len(found.chains) == 1
    assert SECRET not in repr(found.chains)
    drafts = house.kept.newest()
    assert messages_of(drafts, (), TOWN, house.settings).chains == found.chains


def test_who_approved_it_is_named_as_in_the_message_itself(house: PublicHouse) -> None:
    publish(house, house.by_hand())
    [chain] = active(house)
    assert "発信の承認: 当番" in chain.newest.said["ja"].notes


def test_the_issued_level_of_a_message_has_its_own_line_with_its_place(house: PublicHouse) -> None:
    issued = Issued(4, "市長", house.clock.now(), IssuedFor(area="美ノ郷"))
    publish(house, house.by_hand(issued=issued))
    [chain] = active(house)
    assert chain.newest.issued == issued
    assert chain.newest.issued_for == RIVER.area
    assert not [each for each in chain.newest.said["ja"].notes if "警戒レベル4" in each]


def test_a_drill_says_so_in_its_headline(house: PublicHouse) -> None:
    house.drill = True
    house.out(4)
    [chain] = active(house)
    assert chain.newest.drill
    assert all(each.headline.startswith("【訓練】") for each in chain.newest.said.values())


def test_notices_are_for_the_stations_and_areas_that_they_concern(house: PublicHouse) -> None:
    publish(house, house.by_hand(station_ids=("under",)))
    found, now = told(house), house.clock.now()
    assert (len(found.in_city(now)), len(found.at_station(ROAD, now)), len(found.at_station(RIVER, now))) == (1, 1, 0)
    assert (len(found.in_area("", now)), len(found.in_area("美ノ郷", now))) == (1, 0)
    place = Where({"ja": "駅前"}, Place(circles=((RIVER.lat, RIVER.lon, 0.2),)))
    publish(house, house.by_hand(station_ids=(), where=(place,)))
    found = told(house)
    assert (len(found.at_station(ROAD, now)), len(found.at_station(RIVER, now))) == (1, 1)
    assert (len(found.in_area("", now)), len(found.in_area("美ノ郷", now))) == (2, 1)


def test_an_issued_level_is_for_its_station_its_area_or_the_whole_city(house: PublicHouse) -> None:
    def entry(**where: str) -> IssuedLevel:
        return IssuedLevel(Announced(4, "市長", house.clock.now(), **where), "当番", house.clock.now())

    city, area, station, gone = entry(), entry(area="美ノ郷"), entry(station_id="under"), entry(station_id="gone")
    assert issued_at([city, area, station, gone], RIVER) == [city, area]
    assert issued_at([city, area, station, gone], ROAD) == [city, station]
    assert issued_in([city, area, station, gone], "美ノ郷", TOWN) == [city, area]
    assert issued_in([city, area, station, gone], "", TOWN) == [city, station]


def test_a_language_without_messages_of_its_own_tells_them_in_english_and_japanese() -> None:
    assert [spoken(each) for each in ("ja", "easy", "en", "zh")] == [("ja",), ("ja",), ("en",), ("en", "ja")]
