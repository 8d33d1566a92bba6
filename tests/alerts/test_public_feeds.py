"""CAP files and Atom feeds of what was published: valid by RFC 4287, whole at every moment, the same again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import Engine

from alerts.cap.atom import ATOM
from alerts.cap.reading import from_xml
from alerts.public.feeds import KEPT, Feeds, documents, write_feeds
from alerts.public.records import Given
from alerts.public.rendering import Issuer
from alerts.public.settings import PublicMessages
from tests.alerts.public_house import ROAD, TOWN, WHY, PublicHouse


@pytest.fixture
def house(database: Engine) -> PublicHouse:
    return PublicHouse(database, PublicMessages(feed_url="https://town.example/feeds", sender="town.example"))


def feeds(house: PublicHouse, folder: Path) -> Feeds:
    return Feeds(house.kept, lambda: house.around().issuer, folder)


def must(document: bytes) -> list[str]:
    """What RFC 4287 demands of a feed and is missing here: 4.1.1, 4.1.2, 4.2.6, 4.2.7, 3.3."""
    feed = Xml.fromstring(document)
    wrong = [] if feed.tag == f"{{{ATOM}}}feed" else ["the root is no feed"]
    authored = feed.find(f"{{{ATOM}}}author/{{{ATOM}}}name") is not None
    wrong += [] if authored else ["no author"]
    for part in (feed, *feed.iterfind(f"{{{ATOM}}}entry")):
        for name in ("id", "title", "updated"):
            found = part.findall(f"{{{ATOM}}}{name}")
            if len(found) != 1 or not (found[0].text or "").strip():
                wrong.append(f"{part.tag} has {len(found)} {name}")
        updated = datetime.fromisoformat(part.findtext(f"{{{ATOM}}}updated") or "")
        wrong += [] if updated.tzinfo is not None else ["a time without offset"]
        if ":" not in (part.findtext(f"{{{ATOM}}}id") or ""):
            wrong.append("an id that is no IRI")
    ids = [each.text for each in feed.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}id")]
    wrong += [] if len(set(ids)) == len(ids) else ["two entries have one id"]
    for entry in feed.iterfind(f"{{{ATOM}}}entry"):
        if not [each for each in entry.iterfind(f"{{{ATOM}}}link") if each.get("rel") == "alternate"]:
            wrong.append("an entry without content has no alternate")
        if len(entry.findall(f"{{{ATOM}}}summary")) != 1:
            wrong.append("an entry without one summary")
    return wrong


def titles(path: Path) -> list[str]:
    return [each.text or "" for each in Xml.fromstring(path.read_bytes()).iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}title")]


def test_every_feed_is_valid_also_without_entries(house: PublicHouse, tmp_path: Path) -> None:
    assert feeds(house, tmp_path).turn(house.clock.now()) == 0
    assert len(list(tmp_path.rglob("*.xml"))) == 4
    house.out(4)
    feeds(house, tmp_path).turn(house.clock.now())
    for each in (*tmp_path.glob("*.xml"), *(tmp_path / "areas").glob("*.xml")):
        assert must(each.read_bytes()) == []


def links(document: bytes, media_type: str) -> list[str]:
    """Where the entries of a feed lead to."""
    entries = Xml.fromstring(document).iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}link")
    return [each.get("href", "") for each in entries if each.get("type") == media_type]


@pytest.mark.parametrize("address", ["https://town.example/site/feeds", ""])
def test_entries_lead_to_the_published_bytes_and_to_the_page_whether_the_address_is_known_or_not(
    database: Engine, tmp_path: Path, address: str
) -> None:
    house = PublicHouse(database, PublicMessages(feed_url=address, sender="town.example"))
    out = house.out(4)
    feeds(house, tmp_path).turn(house.clock.now())
    [(_, published)] = house.kept.published_since(house.clock.now() - timedelta(hours=1))
    area = next(each for each in (tmp_path / "areas").glob("minogo-*.xml") if ".en." not in each.name)
    for feed in (tmp_path / "atom.xml", tmp_path / "atom.en.xml", area):
        own = f"https://town.example/site/feeds/{feed.relative_to(tmp_path)}"
        [cap] = [urljoin(own, each) for each in links(feed.read_bytes(), "application/cap+xml")]
        assert (tmp_path / cap.removeprefix("https://town.example/site/feeds/")).read_bytes() == published
        [page] = [urljoin(own, each) for each in links(feed.read_bytes(), "text/html")]
        assert page == f"https://town.example/site/{'en/' * ('.en.' in feed.name)}messages.html#m-{out.chain_id}"
        itself = Xml.fromstring(feed.read_bytes()).find(f"{{{ATOM}}}link[@rel='self']")
        assert itself is not None
        assert urljoin(own, itself.get("href")) == own
        assert itself.get("href") == own or not address
    assert from_xml(published).identifier == out.identifier
    assert "Fujii River" in titles(tmp_path / "atom.en.xml")[0]


def test_the_feed_of_an_area_has_only_what_concerns_it(house: PublicHouse, tmp_path: Path) -> None:
    house.stands(4, ROAD)
    house.turn()
    house.desk.approve(house.newest().id, "当番")
    house.desk.publish(house.newest().id, "当番")
    feeds(house, tmp_path).turn(house.clock.now())
    assert len(titles(tmp_path / "atom.xml")) == 1
    assert [titles(each) for each in (tmp_path / "areas").glob("*.xml")] == [[], []]


def test_the_newest_comes_first_and_ids_stay(house: PublicHouse, tmp_path: Path) -> None:
    wrong = house.out(4)
    written = feeds(house, tmp_path)
    written.turn(house.clock.now())
    [first] = [each.text for each in Xml.fromstring((tmp_path / "atom.xml").read_bytes()).iter(f"{{{ATOM}}}id")][1:]
    house.later(5)
    house.desk.correct(wrong.id, "当番", WHY, Given())
    assert written.turn(house.clock.now()) == 2
    ids = [each.text for each in Xml.fromstring((tmp_path / "atom.xml").read_bytes()).iter(f"{{{ATOM}}}id")][1:]
    assert ids[1] == first
    assert titles(tmp_path / "atom.xml")[0].startswith("訂正")


def test_a_job_that_was_cut_off_is_simply_done_again(house: PublicHouse, tmp_path: Path) -> None:
    house.out(4)
    feeds(house, tmp_path).turn(house.clock.now())
    whole = {each: each.read_bytes() for each in tmp_path.rglob("*.xml")}
    (tmp_path / "atom.xml").unlink()
    next((tmp_path / "cap").iterdir()).write_bytes(b"half")
    assert feeds(house, tmp_path).turn(house.clock.now()) == 1
    assert {each: each.read_bytes() for each in tmp_path.rglob("*.xml")} == whole
    assert list(tmp_path.rglob("*.part")) == []


def test_the_document_is_there_before_the_feed_that_leads_to_it(house: PublicHouse, tmp_path: Path) -> None:
    house.out(4)
    (tmp_path / "atom.xml").mkdir()
    with pytest.raises(OSError, match=r"atom\.xml"):
        feeds(house, tmp_path).turn(house.clock.now())
    assert len(list((tmp_path / "cap").iterdir())) == 1


def test_old_messages_leave_the_feeds_and_their_files(house: PublicHouse, tmp_path: Path) -> None:
    house.out(4)
    written = feeds(house, tmp_path)
    written.turn(house.clock.now())
    written.turn(house.clock.now() + KEPT + timedelta(hours=1))
    assert list((tmp_path / "cap").iterdir()) == []
    assert titles(tmp_path / "atom.xml") == []


def test_nothing_is_written_where_nothing_changed(house: PublicHouse, tmp_path: Path) -> None:
    house.out(4)
    found = house.kept.published_since(house.clock.now() - KEPT)
    issuer = Issuer(TOWN, house.settings)
    write_feeds(tmp_path, found, issuer)
    before = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.xml")}
    write_feeds(tmp_path, found, issuer)
    assert {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.xml")} == before
    assert [each.make() for each in documents(found, issuer)] == [each.make() for each in documents(found, issuer)]


def test_a_drill_is_marked_in_the_feed(house: PublicHouse, tmp_path: Path) -> None:
    house.drill = True
    house.out(4)
    feeds(house, tmp_path).turn(house.clock.now())
    assert titles(tmp_path / "atom.xml")[0].startswith("【訓練】")
    assert titles(tmp_path / "atom.en.xml")[0].startswith("【訓練】")
