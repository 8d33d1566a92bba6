"""CAP documents and Atom feeds of the site: valid by RFC 4287 and by the schema, whole chains, the stored bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import Engine

from alerts.cap.atom import ATOM
from alerts.cap.checks import faults
from alerts.cap.flood import Issued, IssuedFor, Place
from alerts.cap.reading import from_xml
from alerts.cap.vocabulary import MsgType, Status
from alerts.public.feeds import KEPT
from alerts.public.records import Given, PublicMessage, Step, Where
from alerts.public.settings import PublicMessages
from dashboard.public.settings import PublicSettings
from tests.alerts.cap_report import schema
from tests.alerts.public_house import ROAD, WHY
from tests.public.press import Press, entries, titles

SITE = "https://town.example/site/"
LIFE = [Step.FIRST, Step.UPDATE, Step.CORRECTION, Step.ALL_CLEAR]


@pytest.fixture
def press(database: Engine, tmp_path: Path) -> Press:
    """With pages in Japanese alone: the feeds are the same."""
    return Press(database, tmp_path / "site", site=PublicSettings(languages=("ja",)))


def live(press: Press) -> list[PublicMessage]:
    """A danger, an update, its correction and the all-clear, ten minutes apart."""
    first = press.out(3)
    press.later(10)
    update = press.update(first, gravity=4)
    press.later(10)
    right = press.desk.correct(update.id, "当番", WHY, Given({"ja": {"headline": "栗原川です"}})).message
    press.later(10)
    return [first, update, right, press.all_clear(first)]


def atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def must(document: bytes) -> list[str]:
    """What RFC 4287 demands of a feed and is missing here: 4.1.1, 4.1.2, 4.2.4, 4.2.6, 4.2.7, 4.2.15, 3.3."""
    feed = Xml.fromstring(document)
    wrong = [] if feed.tag == atom("feed") else ["the root is no feed"]
    wrong += [] if feed.findtext(f"{atom('author')}/{atom('name')}") else ["no author"]
    for part in (feed, *feed.iterfind(atom("entry"))):
        wrong += _must_of_part(part)
    ids = [each.text for each in feed.iter(atom("id"))]
    wrong += [] if len(set(ids)) == len(ids) else ["two of one id"]
    own = [each for each in feed.iterfind(atom("link")) if each.get("rel") == "self"]
    wrong += [] if len(own) == 1 and own[0].get("type") == "application/atom+xml" else ["no link to itself"]
    sent = [each.text or "" for each in feed.iterfind(f"{atom('entry')}/{atom('updated')}")]
    wrong += [] if sent == sorted(sent, reverse=True) else ["the newest does not come first"]
    wrong += [] if not sent or feed.findtext(atom("updated")) == sent[0] else ["updated is not that of the newest"]
    return wrong


def _must_of_part(part: Xml.Element) -> list[str]:
    wrong = []
    for name in ("id", "title", "updated"):
        found = part.findall(atom(name))
        if len(found) != 1 or not (found[0].text or "").strip():
            wrong.append(f"{part.tag} has {len(found)} {name}")
    for name in ("updated", "published"):
        wrong += [f"{each.text} has no offset" for each in part.findall(atom(name)) if not _is_exact(each.text or "")]
    wrong += [] if (part.findtext(atom("id")) or "").startswith("tag:") else ["an id that is no tag"]
    kinds = [(each.get("rel"), each.get("type"), each.get("hreflang")) for each in part.findall(atom("link"))]
    wrong += [] if len(set(kinds)) == len(kinds) else ["two links of one kind"]
    wrong += [] if all(each.get("href") for each in part.findall(atom("link"))) else ["a link to nowhere"]
    if part.tag == atom("entry"):
        wrong += [] if "alternate" in [rel for rel, _, _ in kinds] else ["an entry without content has no alternate"]
        wrong += [] if len(part.findall(atom("summary"))) == 1 else ["an entry without one summary"]
    return wrong


def _is_exact(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None and "T" in text


def links(feed: Path, media_type: str) -> list[str]:
    """Where the entries of a feed lead to."""
    return [each.get("href", "") for each in entries(feed, "link") if each.get("type") == media_type]


def test_every_feed_is_valid_without_entries_and_at_every_step_of_a_life(press: Press) -> None:
    press.press()
    assert len(press.feeds()) == 4
    first = press.out(3)
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: press.update(first, gravity=4),
        lambda: press.desk.correct(press.newest().id, "当番", WHY, Given()),
        lambda: press.all_clear(first),
    ]
    for number, step in enumerate(steps):
        step()
        press.press(minutes=1)
        assert [must(each.read_bytes()) for each in press.feeds()] == [[], [], [], []]
        assert len(titles(press.feed())) == number + 1


def test_a_whole_life_is_in_the_feeds_of_the_city_and_of_its_area_the_newest_first(press: Press) -> None:
    live(press)
    press.press()
    for feed in press.feeds():
        terms = [each.get("term") for each in entries(feed, "category")]
        assert terms == [str(each) for each in reversed(LIFE)]


def test_every_document_is_the_stored_one_byte_for_byte_and_valid_by_schema_and_by_our_checks(press: Press) -> None:
    out = live(press)
    press.send(press.by_hand(station_ids=("under",)))
    press.desk.cancel(press.newest().id, "当番", WHY)
    press.press()
    stored = {f"{message.identifier}.xml": cap for message, cap in press.kept.published_since(press.clock.now() - KEPT)}
    assert {each.name: each.read_bytes() for each in press.cap_files()} == stored
    read = [from_xml(stored[f"{each.identifier}.xml"]) for each in out]
    assert [each.msg_type for each in read] == [MsgType.ALERT, MsgType.UPDATE, MsgType.UPDATE, MsgType.UPDATE]
    assert [faults(each, read[:number]) for number, each in enumerate(read)] == [[], [], [], []]
    assert len(stored) == 6
    for cap in stored.values():
        schema().validate(Xml.ElementTree(Xml.fromstring(cap)))


@pytest.mark.parametrize(
    ("address", "site"), [(f"{SITE}feeds", ""), (f"{SITE}feeds/", "https://elsewhere.example/"), ("", SITE), ("", "")]
)
def test_links_resolve_to_the_document_and_to_the_page_whether_the_address_is_known_or_not(
    database: Engine, tmp_path: Path, address: str, site: str
) -> None:
    settings = PublicMessages(feed_url=address, sender="town.example")
    press = Press(database, tmp_path / "site", settings, PublicSettings(address=site))
    out = press.out(4)
    press.press()
    for feed in press.feeds():
        own = f"{SITE}{feed.relative_to(press.folder).as_posix()}"
        [cap] = [urljoin(own, each) for each in links(feed, "application/cap+xml")]
        assert (press.folder / cap.removeprefix(SITE)).read_bytes() == press.cap_files()[0].read_bytes()
        [page] = [urljoin(own, each) for each in links(feed, "text/html")]
        assert page == f"{SITE}{'en/' * ('.en.' in feed.name)}messages.html#m-{out.chain_id}"
        itself = Xml.fromstring(feed.read_bytes()).find(f"{atom('link')}[@rel='self']")
        assert itself is not None
        assert urljoin(own, itself.get("href")) == own
        assert (itself.get("href") == own) == bool(address or site)
    assert "Fujii River" in titles(press.feed("atom.en.xml"))[0]


def test_ids_stay_when_more_is_published_and_after_a_start(press: Press) -> None:
    first = press.out(4)
    press.press()
    before = [each.text for each in entries(press.feed(), "id")]
    press.later(5)
    press.desk.correct(first.id, "当番", WHY, Given())
    press.start()
    press.press()
    assert [each.text for each in entries(press.feed(), "id")][1:] == before
    assert titles(press.feed())[0].startswith("訂正")


def test_the_feed_of_an_area_has_what_concerns_it_and_nothing_else(press: Press) -> None:
    press.send(press.by_hand(station_ids=("under",)))
    press.press()
    assert (len(titles(press.feed())), titles(press.area_feed())) == (1, [])


def test_a_place_without_a_station_may_lie_in_every_area(press: Press) -> None:
    place = Where({"ja": "駅前"}, Place(circles=((ROAD.lat, ROAD.lon, 0.2),)))
    press.send(press.by_hand(station_ids=(), where=(place,)))
    press.press()
    assert len(titles(press.area_feed())) == 1


def test_a_level_issued_for_the_whole_city_is_in_every_feed_to_its_end(press: Press) -> None:
    whole_city = Issued(4, "市長", press.clock.now(), IssuedFor())
    first = press.send(press.by_hand(station_ids=("under",), issued=whole_city))
    press.later(1)
    over = press.send(press.desk.all_clear(first.id, "当番"))
    press.press()
    assert over.content.issued is None
    assert titles(press.area_feed()) == titles(press.feed())
    assert len(titles(press.area_feed())) == 2


def test_old_messages_leave_the_feeds_and_their_documents_the_folder(press: Press) -> None:
    press.out(4)
    press.press()
    press.press(minutes=KEPT / timedelta(minutes=1) + 1)
    assert press.cap_files() == []
    assert titles(press.feed()) == []
    assert [must(each.read_bytes()) for each in press.feeds()] == [[], [], [], []]


def test_the_feed_of_an_area_that_is_no_more_goes(press: Press) -> None:
    press.press()
    gone = press.area_feed()
    other = press.registry.stations["fujii"].model_copy(update={"area": {"ja": "栗原", "en": "Kurihara"}})
    press.registry = press.registry.model_copy(update={"stations": press.registry.stations | {"fujii": other}})
    press.start()
    press.press()
    assert not gone.exists()
    assert press.area_feed().name != gone.name


def test_the_feed_of_an_area_keeps_its_address_and_its_id_when_its_english_name_is_corrected(press: Press) -> None:
    press.out(4)
    press.press()
    before = {each.name: Xml.fromstring(each.read_bytes()).findtext(atom("id")) for each in press.feeds()}
    river = press.registry.stations["fujii"]
    assert river.area
    renamed = river.model_copy(update={"area": {"ja": river.area["ja"], "en": "Another Spelling Ward"}})
    press.registry = press.registry.model_copy(update={"stations": press.registry.stations | {"fujii": renamed}})
    press.start()
    press.press()
    assert {each.name: Xml.fromstring(each.read_bytes()).findtext(atom("id")) for each in press.feeds()} == before
    assert any("Another Spelling Ward" in each.read_text() for each in press.feeds())


def test_the_time_of_a_feed_never_goes_back_when_its_last_entry_leaves(press: Press) -> None:
    press.out(4)
    press.press()
    before = {each.name: Xml.fromstring(each.read_bytes()).findtext(atom("updated")) or "" for each in press.feeds()}
    press.press(minutes=KEPT / timedelta(minutes=1) + 1)
    for feed in press.feeds():
        after = Xml.fromstring(feed.read_bytes()).findtext(atom("updated")) or ""
        assert titles(feed) == []
        assert datetime.fromisoformat(after) >= datetime.fromisoformat(before[feed.name]), feed.name
    press.start()
    press.press()
    assert {each.name: Xml.fromstring(each.read_bytes()).findtext(atom("updated")) for each in press.feeds()} == before


def test_nothing_is_written_where_nothing_was_published(press: Press) -> None:
    press.out(4)
    press.press()
    before = {each: each.stat().st_mtime_ns for each in (press.folder / "feeds").rglob("*")}
    assert press.press() is False
    assert press.press(minutes=5) is True
    assert {each: each.stat().st_mtime_ns for each in (press.folder / "feeds").rglob("*")} == before


def test_what_is_published_is_in_the_feed_at_the_next_turn_though_no_gauge_says_anything(press: Press) -> None:
    press.press()
    press.send(press.by_hand())
    assert press.press() is True
    assert len(titles(press.feed())) == 1


def test_a_document_that_was_lost_is_there_again_after_a_start(press: Press) -> None:
    press.out(4)
    press.press()
    whole = {each: each.read_bytes() for each in (press.folder / "feeds").rglob("*") if each.is_file()}
    press.feed().unlink()
    press.cap_files()[0].write_bytes(b"half")
    press.start()
    press.press()
    assert {each: each.read_bytes() for each in (press.folder / "feeds").rglob("*") if each.is_file()} == whole


def test_a_drill_is_marked_in_the_feed_and_an_exercise_in_its_document(press: Press) -> None:
    press.drill = True
    press.out(4)
    press.press()
    for feed in press.feeds():
        assert titles(feed)[0].startswith("【訓練】")
        assert [each.get("term") for each in entries(feed, "category")] == ["first", "drill"]
    assert from_xml(press.cap_files()[0].read_bytes()).status is Status.EXERCISE


def test_a_demonstration_is_marked_in_the_feed_and_a_test_in_its_document(press: Press) -> None:
    city = press.registry.city.model_copy(update={"demonstration": True})
    press.registry = press.registry.model_copy(update={"city": city})
    press.start()
    press.out(4)
    press.press()
    assert titles(press.feed())[0].startswith("【デモ】")
    assert from_xml(press.cap_files()[0].read_bytes()).status is Status.TEST


def test_no_draft_is_in_any_file(press: Press) -> None:
    secret = "まだ承認されていない"
    first = press.out(4)
    press.desk.update(first.id, "当番", Given({"ja": {"headline": secret}}))
    press.by_hand(texts={"ja": {"description": secret}})
    press.desk.withdraw(press.by_hand(texts={"en": {"instruction": secret}}).id, "当番", secret)
    press.press()
    files = [each for each in press.folder.rglob("*") if each.is_file()]
    assert len(files) > 5
    assert [each for each in files if secret.encode() in each.read_bytes()] == []
