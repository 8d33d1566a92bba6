"""A desk for public messages on a real database, and the publisher that puts what it publishes into a folder."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

from sqlalchemy import Engine

from alerts.cap.atom import ATOM
from alerts.public.records import Given, PublicMessage
from alerts.public.settings import PublicMessages
from dashboard.public.bulletin import Bulletin
from dashboard.public.publisher import Publisher
from dashboard.public.settings import PublicSettings
from tests.alerts.public_house import PublicHouse
from tests.dashboard.fakes import FakeLog, FakeRegistryStore

SETTINGS = PublicMessages(sender="town.example")
FEEDS = "feeds"


class Press(PublicHouse):
    """``press`` does what the publisher does in its second; the files are in ``folder``."""

    def __init__(
        self, database: Engine, folder: Path, settings: PublicMessages = SETTINGS, site: PublicSettings | None = None
    ) -> None:
        super().__init__(database, settings)
        self.folder = folder
        self.site = site or PublicSettings()
        self.start()

    def start(self) -> None:
        """The publisher as it is after a start."""
        store = FakeRegistryStore(self.registry)
        self.bulletin = Bulletin(self.kept, self.settings)
        self.publisher = Publisher(self.folder, FakeLog(), store, self.clock, self.site, bulletin=self.bulletin)

    def press(self, minutes: float = 0) -> bool:
        self.later(minutes)
        return self.publisher.publish_if_changed()

    def send(self, draft: PublicMessage) -> PublicMessage:
        """Approve and publish a draft, whatever the gauge says."""
        self.desk.approve(draft.id, "当番", "見てきた")
        return self.desk.publish(draft.id, "当番", "見てきた").message

    def update(self, message: PublicMessage, **given: object) -> PublicMessage:
        return self.send(self.desk.update(message.id, "当番", Given(**given)))  # type: ignore[arg-type]

    def all_clear(self, message: PublicMessage) -> PublicMessage:
        self.stands(0)
        return self.send(self.desk.all_clear(message.id, "当番"))

    def page(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def feed(self, name: str = "atom.xml") -> Path:
        return self.folder / FEEDS / name

    def area_feed(self) -> Path:
        """The Japanese feed of the only area of the town."""
        [found] = [each for each in (self.folder / FEEDS / "areas").glob("*.xml") if ".en." not in each.name]
        return found

    def feeds(self) -> list[Path]:
        """Every Atom feed."""
        folder = self.folder / FEEDS
        return [*folder.glob("*.xml"), *(folder / "areas").glob("*.xml")]

    def cap_files(self) -> list[Path]:
        return sorted((self.folder / FEEDS / "cap").glob("*.xml"))


def titles(feed: Path) -> list[str]:
    """What the entries of a feed are called, in their order."""
    return [each.text or "" for each in entries(feed, "title")]


def entries(feed: Path, name: str) -> list[Xml.Element]:
    """One element of every entry."""
    return list(Xml.fromstring(feed.read_bytes()).iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}{name}"))
