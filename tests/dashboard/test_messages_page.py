"""What the page of a message says to somebody who is tired: who still has to approve, what was sent, what stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component

from alerts.cap.flood import Issued
from alerts.issued import Announced, IssuedLevel
from alerts.public.announced import announced, as_named
from alerts.public.looks import Looks
from alerts.public.records import Given, PublicMessage, Step
from alerts.public.settings import PublicMessages
from alerts.records import Outcome
from dashboard.staff import issued_levels, messages_page, messages_rows, messages_sent, wall_page
from dashboard.staff.addresses import page_at
from dashboard.staff.messages_words import Levels
from ingest.store.tables import metadata, open_database
from tests.alerts.night import at
from tests.alerts.public_house import TOWN, PublicHouse, directory

MAYOR = Announced(4, "市長", at(50), "美ノ郷")
FOUR = IssuedLevel(MAYOR, "当番", at(51), id=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PublicHouse]:
    database = open_database(f"sqlite:///{tmp_path / 'present.db'}")
    metadata.create_all(database)
    yield PublicHouse(database, PublicMessages(approvals=2))
    database.dispose()


def said(drawn: object) -> str:
    """All words of what is drawn, in their order."""
    return "\n".join(_words(drawn))


def _words(drawn: object) -> Iterator[str]:
    if isinstance(drawn, str):
        yield drawn
    elif isinstance(drawn, list | tuple):
        for each in drawn:
            yield from _words(each)
    elif isinstance(drawn, Component):
        yield from _words(getattr(drawn, "children", None))


def looks(house: PublicHouse) -> Looks:
    return Looks(house.database, house.around, house.clock)


def acts(house: PublicHouse, message: PublicMessage, *standing: IssuedLevel, language: str = "ja") -> str:
    prefix = "/en" if language == "en" else ""
    here, seen = page_at(f"{prefix}/messages/{message.id}"), looks(house)
    look, reach = seen.look(message.id, ""), seen.reach(message.id, message.step)
    reaches = {message.step: reach, Step.CORRECTION: reach, Step.CANCEL: reach}
    levels = Levels(standing, TOWN)
    drawn = messages_page.acts(look, reaches, levels, house.settings, here, house.clock.now())
    return said([drawn, *messages_page.editor(look, reaches, levels, here)])


def out(house: PublicHouse, message: PublicMessage, despite: str = "") -> PublicMessage:
    for who in ("課長", "部長"):
        house.desk.approve(message.id, who, despite)
    return house.desk.publish(message.id, "課長").message


def looks_like(entry: IssuedLevel) -> Issued:
    return as_named(entry)


def test_who_still_has_to_approve_is_said_and_that_nothing_is_out_before_it_is_published(house: PublicHouse) -> None:
    made = house.by_hand()
    assert "承認があと 2 人要ります。" in acts(house, made)
    house.desk.approve(made.id, "課長")
    assert "承認があと 1 人要ります。課長 は承認済みなので、別の人が承認します。" in acts(house, made)
    assert "1 more must approve. 課長 did already: somebody else must." in acts(house, made, language="en")
    house.desk.approve(made.id, "部長")
    assert "承認はそろいました。発信するまで住民には届きません。" in acts(house, made)


def test_an_issued_level_that_a_text_leaves_out_is_said_and_so_is_one_that_is_not_entered(house: PublicHouse) -> None:
    without = house.by_hand()
    assert "警戒レベル4が発令されています（美ノ郷）。この文には書かれていません。" in acts(house, without, FOUR)
    named = house.by_hand(issued=looks_like(FOUR))
    shown = acts(house, named, FOUR)
    assert "文に書いた発令：美ノ郷 警戒レベル4（市長、18:50）" in shown
    assert "書かれていません" not in shown
    assert "解除されていないか" not in shown
    assert "文に書いた警戒レベル4は、いま入力されている発令の中にありません。" in acts(house, named)


def test_what_goes_out_at_once_says_so_before_it_is_opened_and_stands_last(house: PublicHouse) -> None:
    shown = acts(house, out(house, house.by_hand()))
    hints = ["いまの状況を伝える。承認が要ります", "危険が収まったと伝える。承認が要ります"]
    hints += ["誤りを直す。承認なしで、すぐ届きます", "出すべきでなかったと伝える。承認なしで、すぐ届きます"]
    places = [shown.index(each) for each in hints]
    assert places == sorted(places)


def test_after_the_all_clear_only_the_all_clear_can_be_corrected_and_nothing_of_its_text_stays(
    house: PublicHouse,
) -> None:
    first = out(house, house.by_hand())
    over = out(house, house.desk.all_clear(first.id, "当番"), "現地を見た")
    assert "誤りを直す" not in acts(house, first)
    assert "解除" in acts(house, first)
    corrected = acts(house, over)
    assert "誤りを直す" in corrected
    assert "危険は収まりました" not in corrected.split("誤りを直す")[1].split("出すべきで")[0]
    why = {"ja": "水はまだ引いていません。"}
    made = house.desk.correct(over.id, "当番", why, Given({"ja": {"headline": "水位はまだ高いです"}}), over.id).message
    for language, gone in (("ja", "これまでのお知らせを終了します"), ("en", "this notice ends")):
        assert gone not in house.desk.preview(made.id, language)
    assert gone in house.desk.preview(over.id, "en")


def test_what_became_of_a_message_is_told_by_channel_and_names_for_those_who_may_write(house: PublicHouse) -> None:
    sent = out(house, house.by_hand())
    for number, outcome in enumerate((Outcome.SENT, Outcome.FAILED, Outcome.UNKNOWN)):
        house.becomes(sent, f"resident-{number}", outcome)
    found = looks(house).sent(sent.id)
    shown = said(messages_sent.sent(found, "ja", names=True))
    for each in ("宛先 3 件のうち、送信済み 1 件", "メール", "届いていません 1", "届いたか不明 1", "電話など別の方法"):
        assert each in shown
    assert ("resident-1" in shown, "resident-2" in shown, "resident-0" in shown) == (True, True, False)
    assert "resident" not in said(messages_sent.sent(found, "en", names=False))
    assert looks(house).sent(house.by_hand().id).counts == {}


def test_the_strip_of_other_pages_says_who_issued_a_level_and_when(house: PublicHouse) -> None:
    levels = Levels([FOUR], TOWN)
    shown = said(issued_levels.strip(levels, page_at("/station/fujii"), house.clock.now()))
    assert "警戒レベル4" in shown
    assert "市長（18:50）" in shown
    assert issued_levels.strip(levels, page_at("/station/under"), house.clock.now()) == []


def test_an_all_clear_is_not_said_to_rest_on_a_gauge_that_still_shows_the_danger(house: PublicHouse) -> None:
    warned = house.draft()
    assert "水位計の危険度 4 にもとづく" in acts(house, warned)
    over = house.desk.all_clear(out(house, warned).id, "当番")
    assert "水位計の危険度 0" not in acts(house, over)
    assert "水位計にもとづくお知らせを終えるもの" in acts(house, over)


def test_no_issued_level_is_chosen_before_somebody_chooses_one(house: PublicHouse) -> None:
    drawn: Any = issued_levels.form(Levels([], TOWN), house.clock.now(), "ja")
    (level,) = [each for each in drawn._traverse() if getattr(each, "name", "") == "level"]
    assert level.required
    assert (level.children[0].value, level.children[0].children) == ("", "選んでください")


def test_the_public_page_names_what_was_approved_and_still_stands_and_nothing_else(house: PublicHouse) -> None:
    draft = house.by_hand(issued=looks_like(FOUR))
    assert announced(house.kept.in_force(), [FOUR]) == []
    first = out(house, draft)
    other = IssuedLevel(Announced(5, "市長", at(55)), "当番", at(56), id=2)
    assert announced(house.kept.in_force(), [other, FOUR]) == [FOUR]
    assert announced(house.kept.in_force(), []) == []
    house.clock.at += timedelta(days=2)
    assert announced(house.kept.in_force(), [FOUR]) == [FOUR]
    house.desk.cancel(first.id, "当番", {"ja": "誤りでした。"})
    assert announced(house.kept.in_force(), [FOUR]) == []


def test_the_public_page_names_a_level_for_the_place_alone_that_was_approved(house: PublicHouse) -> None:
    out(house, house.by_hand(issued=looks_like(FOUR)))
    once_more = [IssuedLevel(replace(MAYOR, area=""), "当番", at(70), id=2)]
    once_more += [IssuedLevel(replace(MAYOR, area="", station_id="under"), "当番", at(70), id=3)]
    assert announced(house.kept.in_force(), [*once_more, FOUR]) == [FOUR]
    again = replace(FOUR, entered_at=at(71), id=4)
    assert announced(house.kept.in_force(), [again]) == [again]


def test_a_level_that_was_typed_without_its_place_is_named_on_no_public_page(house: PublicHouse) -> None:
    made = out(house, house.by_hand(issued=Issued(4, "市長", at(50))))
    whole = IssuedLevel(replace(MAYOR, area=""), "当番", at(51), id=2)
    assert announced(house.kept.in_force(), [whole, FOUR]) == []
    assert "場所の記載なし 警戒レベル4" in acts(house, made)


def test_the_lists_and_the_page_say_how_many_the_end_of_a_grave_danger_needs(house: PublicHouse) -> None:
    house.settings = PublicMessages(approvals_by_level={5: 2})
    first = out(house, house.by_hand(gravity=5))
    over = house.desk.all_clear(first.id, "当番", Given(gravity=1))
    needed = looks(house).needed([over])
    drawn = messages_rows.waiting([over], needed, page_at("/messages"), house.clock.now())
    assert looks(house).look(over.id, "").needed == 2
    assert "承認 0 / 2 人" in said(drawn)


@pytest.mark.parametrize(
    ("language", "warned", "asked"),
    [
        ("ja", "届く人はいません（0件）", "理由を書けば進められます"),
        ("en", "nobody would get this message", "It can go ahead with a reason"),
    ],
)
def test_that_nobody_would_get_a_message_stands_against_it(
    house: PublicHouse, language: str, warned: str, asked: str
) -> None:
    reached = acts(house, house.by_hand(), language=language)
    house.people = directory(residents=0)
    made = house.by_hand()
    before = acts(house, made, language=language)
    assert (warned in reached, warned in before, asked in before) == (False, True, False)
    for who in ("課長", "部長"):
        house.desk.approve(made.id, who)
    ready = acts(house, made, language=language)
    assert asked in ready
    assert {"ja": "それでも進める理由", "en": "Why it goes ahead all the same"}[language] in ready


def test_the_wall_shows_the_issued_level_without_a_link_and_nothing_where_none_stands(house: PublicHouse) -> None:
    now = house.clock.now()
    drawn = issued_levels.strip(Levels([FOUR], TOWN), page_at("/wall"), now)
    for each in ("発令された警戒レベル", "警戒レベル4", "美ノ郷", "市長（18:50）"):
        assert each in said(drawn)
    assert "href" not in repr(drawn)
    assert "badge" not in repr(drawn)
    assert "Alert level 4" in said(issued_levels.strip(Levels([FOUR], TOWN), page_at("/en/wall"), now))
    assert issued_levels.strip(Levels([], TOWN), page_at("/wall"), now) == []
    assert "issued-strip" in repr(wall_page.skeleton(page_at("/wall")))
