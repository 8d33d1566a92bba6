"""From a camera and a gauge to a mail with the picture in it, through a whole house: broker, eyes, rules, outbox."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from alerts.records import Transition
from alerts.store.ties import SqlTies
from deploy.settings import read_settings
from deploy.wiring.alerts import alerting
from deploy.wiring.house import device_publisher
from deploy.wiring.stores import Stores, open_stores
from ingest.hazard import levels_at
from ingest.sight.look import PictureFault
from ingest.stations import Station
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from simulators.cameras import still
from simulators.messages import reading_message, still_message
from simulators.scene import SMALL, Scene
from tests.alerts.duty import WATCHED, prompt
from tests.alerts.eyes import looked_at
from tests.alerts.night import DUSK, HandClock, at
from tests.alerts.servers import Mailbox, MailServer
from tests.alerts.town import contact, group, people, route
from tests.deploy.houses import CLOCK, city_house, eventually

CAMERA = "fujii-kinosho-cam"
DUTY = people([contact("duty")], [group("duty")], [route("duty", min_level=3)])


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    with MailServer(mailbox) as server:
        yield mailbox, server.port


def picture_of(mail: EmailMessage) -> Image.Image | None:
    """The picture that a mail carries."""
    for each in mail.walk():
        content = each.get_payload(decode=True) if each.get_content_maintype() == "image" else None
        if isinstance(content, bytes):
            return Image.open(io.BytesIO(content))
    return None


def test_a_level_that_rises_mails_the_picture_that_the_camera_sent_just_before(
    tmp_path: Path, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    more = {"MIZUMORI_ALERTS__CHANNELS__EMAIL__PORT": str(port)}
    settings, stores, house = city_house(tmp_path, more=more)
    stores.people.apply(DUTY, "test", CLOCK.now())
    camera = stores.city().cameras[CAMERA]
    (gauge, *_), station = stores.city().gauges_of(camera.station_id), stores.city().stations[camera.station_id]
    with house:
        device = device_publisher(settings)
        device.connect()
        picture = still_message(camera, drawn(station))
        device.send(picture.topic, picture.payload)
        assert device.flush(10)
        assert eventually(lambda: stores.log.cameras().get(CAMERA) and stores.log.cameras()[CAMERA].look, 30)
        high_m = levels_at(station.kind, gauge, CLOCK.now())[4] + 0.01
        reading = reading_message(gauge, high_m, CLOCK.now())
        device.send(reading.topic, reading.payload)
        assert device.flush(10)
        assert eventually(lambda: mailbox.mails, 30)
        device.close()
    (mail,) = mailbox.mails[:1]
    found = picture_of(mail)
    assert found is not None
    assert found.size == SMALL
    text = mail.get_body(("plain",))
    assert text is not None
    assert "画像: " in text.get_content()
    ties = SqlTies(stores.database).of([each.id for each in stores.alerts.transitions()])
    assert {each.camera_id for each in ties.values()} == {CAMERA}
    stores.close()


def test_the_rounds_tie_a_nearer_still_later_and_doubt_a_stage_that_no_picture_confirms(tmp_path: Path) -> None:
    settings = read_settings(None, {"MIZUMORI_DATA_FOLDER": str(tmp_path / "data")})
    stores, clock = open_stores(settings), HandClock(at(0))
    stores.registry.apply(WATCHED, DUSK - timedelta(days=1), "test")
    rounds = alerting(settings, stores, clock).rounds
    looked_at(stores.database, at(-10), PictureFault.FROZEN)
    SqlAppender(stores.database).append(Batch(readings=[prompt(0, 2.2)]))
    rounds.turn()
    (change,) = stores.alerts.transitions()
    assert change.detail["doubt"] == "untrusted"
    assert tied_at(stores, change) == at(-10)
    looked_at(stores.database, at(1))
    clock.at = at(6)
    rounds.turn()
    assert tied_at(stores, change) == at(1)
    stores.close()


def tied_at(stores: Stores, change: Transition) -> datetime:
    """When the still was taken that is tied to a change."""
    return SqlTies(stores.database).of([change.id])[change.id].taken_at


def drawn(station: Station) -> bytes:
    """A still by day, whatever the hour of the test."""
    noon = datetime(2026, 7, 1, 3, tzinfo=UTC)
    scene = Scene(station.kind, station.id, CAMERA, 1.0, 0.0, 5.0, {1: 1.0}, noon)
    return still(scene, CLOCK.now(), SMALL)
