"""The picture goes along where the channel takes one, and never holds up the message, nor shows what is masked."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine as Database

from alerts.channels.apprise import Apprise, AppriseSettings
from alerts.channels.channel import Channel
from alerts.channels.email import Email, EmailSettings
from alerts.channels.line import Line, LineSettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.channels.teams import Teams, TeamsSettings
from alerts.channels.webhook import Webhook, WebhookSettings
from alerts.deliveries.outbox import Outbox
from alerts.dispatch.dispatch import Dispatch, NoLinks, Surroundings
from alerts.drills import Allowed, drill_channels
from alerts.messages.told import Context
from alerts.people import Directory
from alerts.pictures.photo import CARRIERS, Fit, Photos
from alerts.store.deliveries import SqlDeliveries
from alerts.store.ties import SqlTies
from ingest.stations import Registry
from tests.alerts.eyes import Watched
from tests.alerts.night import CITY, GAUGE, RIVER, at
from tests.alerts.parcels import BODY, KEY, failure, now, parcel
from tests.alerts.photographs import (
    FILE,
    PRIVATE,
    PRIVATE_FILE,
    REGISTRY,
    Album,
    album_of,
    jpeg,
    pictured,
    private,
    reds,
    river,
)
from tests.alerts.servers import Answer, Mailbox, MailServer, WebServer
from tests.alerts.town import contact, group, people, route


@pytest.fixture(scope="module")
def drawn() -> Image.Image:
    return river()


@pytest.fixture
def album(tmp_path: Path, drawn: Image.Image) -> Album:
    return album_of(tmp_path / "stills", drawn)


# Mail


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Callable[[Photos], Email]]]:
    box = Mailbox()
    with MailServer(box) as server:
        settings = EmailSettings(port=server.port, sender="mizumori@city.example.jp", timeout_s=5)
        yield box, lambda photos: Email(settings, photos)


Post = tuple[Mailbox, Callable[[Photos], Email]]


def attached(mail: EmailMessage) -> list[EmailMessage]:
    return [each for each in mail.walk() if isinstance(each, EmailMessage) and each.get_content_maintype() == "image"]


def test_a_mail_carries_the_picture_below_its_text(mailbox: Post, album: Album) -> None:
    box, email = mailbox
    email(album.photos).send(pictured("duty@city.example.jp"))
    (mail,) = box.mails
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == BODY
    (picture,) = attached(mail)
    assert (picture.get_content_type(), picture.get_filename()) == ("image/jpeg", "fujii-cam-20260701-2103.jpg")
    assert picture.get_content_disposition() == "inline"
    content = picture.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert Image.open(io.BytesIO(content)).size == (1280, 720)
    assert len(content) <= Fit().most_bytes
    assert mail["Message-ID"] == f"<{KEY}@city.example.jp>"


def test_of_a_camera_with_masks_no_private_pixel_leaves_the_house(mailbox: Post, album: Album) -> None:
    whole = album.folder.read(PRIVATE_FILE)
    assert whole is not None
    assert reds(whole) > 90_000
    box, email = mailbox
    email(album.photos).send(private("duty@city.example.jp"))
    (picture,) = attached(box.mails[0])
    content = picture.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert reds(content) == 0


OTHER_MASKS = (((0.1, 0.3), (0.6, 0.3), (0.6, 0.7), (0.1, 0.7)),)


@pytest.mark.parametrize(
    "why", ["masks changed", "never copied", "retired", "gone", "no picture", "cut off", "odd data"]
)
def test_where_the_picture_cannot_be_had_the_message_goes_without(why: str, mailbox: Post, album: Album) -> None:
    sent = (private if why == "masks changed" else pictured)("duty@city.example.jp")
    whole = album.folder.read(FILE)
    assert whole is not None
    if why == "masks changed":
        album.registry = Registry.of(CITY, [RIVER, GAUGE, PRIVATE.model_copy(update={"masks": OTHER_MASKS})])
    elif why == "never copied":
        album.keep("fujii-yard/20260701/c.jpg", whole)
        sent = pictured("duty@city.example.jp", file="fujii-yard/20260701/c.jpg", camera=PRIVATE.id)
    elif why == "retired":
        album.registry = Registry.of(CITY, [RIVER, GAUGE])
    elif why == "gone":
        album.folder.remove(FILE)
    elif why == "no picture":
        album.keep(FILE, b"\x00" * 5000)
    elif why == "cut off":
        album.keep(FILE, whole[:20_000])
    else:
        sent = replace(sent, data={"kind": "alert", "picture": {"camera": 7}})
    box, email = mailbox
    email(album.photos).send(sent)
    assert attached(box.mails[0]) == []
    assert box.mails[0].get_content().replace("\r\n", "\n") == BODY


def test_a_name_that_leads_out_of_the_folder_is_none(mailbox: Post, album: Album, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg(Image.new("RGB", (640, 360))))
    box, email = mailbox
    email(album.photos).send(pictured("duty@city.example.jp", file="../secret.jpg"))
    assert attached(box.mails[0]) == []


@pytest.mark.parametrize("kind", ["public", "correction", "digest", "test"])
def test_what_is_for_the_public_carries_none_whatever_its_data_say(kind: str, mailbox: Post, album: Album) -> None:
    box, email = mailbox
    email(album.photos).send(pictured("all@city.example.jp", kind=kind))
    assert attached(box.mails[0]) == []


def test_a_picture_of_a_drill_says_so_in_its_name_and_in_itself(mailbox: Post, album: Album) -> None:
    box, email = mailbox
    channels = drill_channels(["email"], {"email": email(album.photos)}, Allowed(recipients=True), Path())
    channels["email"].send(pictured("duty@city.example.jp", drill=True))
    (mail,) = box.mails
    (picture,) = attached(mail)
    assert mail["Subject"].startswith("【訓練】")
    assert picture.get_filename() == "drill-fujii-cam-20260701-2103.jpg"
    content = picture.get_payload(decode=True)
    assert isinstance(content, bytes)
    whole = Image.open(io.BytesIO(content)).convert("RGB")
    assert whole.size == (1280, 763)  # above the picture, of which it hides nothing
    pixel = whole.getpixel((1270, 10))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert pixel[2] < 80  # the yellow band


# Webhooks


def test_a_webhook_carries_a_small_picture_in_its_signed_document(album: Album) -> None:
    with WebServer((Answer(503), Answer(204))) as server:
        channel = Webhook(WebhookSettings(secret="s" * 32), now, album.photos)
        failure(channel, pictured(server.url))
        channel.send(pictured(server.url))
    first, again = (each.document() for each in server.requests)
    assert first == again
    assert first["data"]["picture"]["file"] == FILE
    told = first["picture"]
    assert (told["name"], told["media_type"]) == ("fujii-cam-20260701-2103.jpg", "image/jpeg")
    assert len(told["base64"]) <= 64_000
    assert Image.open(io.BytesIO(base64.b64decode(told["base64"]))).size == (told["width_px"], told["height_px"])
    assert {each.header("Idempotency-Key") for each in server.requests} == {KEY}


def test_a_still_that_is_gone_at_the_second_attempt_holds_up_nothing(album: Album) -> None:
    with WebServer((Answer(503), Answer(204))) as server:
        failure(Webhook(WebhookSettings(), now, album.photos), pictured(server.url))
        album.folder.remove(FILE)
        Webhook(WebhookSettings(), now, album.photos).send(pictured(server.url))
    first, again = (each.document() for each in server.requests)
    assert "picture" in first
    assert "picture" not in again
    assert first["body"] == again["body"]


def test_the_text_arrives_where_the_picture_is_why_it_is_refused(album: Album) -> None:
    """413 is for good: the same attempt goes on without the picture."""
    with WebServer((Answer(413), Answer(204))) as server:
        Webhook(WebhookSettings(secret="s" * 32), now, album.photos).send(pictured(server.url))
    first, again = (each.document() for each in server.requests)
    assert ("picture" in first, "picture" in again) == (True, False)
    assert first["body"] == again["body"]
    with WebServer((Answer(413),)) as server:
        assert failure(Webhook(WebhookSettings(), now, album.photos), pictured(server.url)).permanent
    assert len(server.requests) == 2


def test_a_server_that_takes_no_large_mail_gets_the_text_at_the_second_attempt(album: Album) -> None:
    box = Mailbox()
    with MailServer(box, data_size_limit=20_000) as server:
        email = Email(EmailSettings(port=server.port, sender="mizumori@city.example.jp", timeout_s=5), album.photos)
        first = replace(pictured("duty@city.example.jp"), attempts=1)
        assert not failure(email, first).permanent
        email.send(replace(first, attempts=2))
    (mail,) = box.mails
    assert attached(mail) == []
    assert mail["Message-ID"] == f"<{KEY}@city.example.jp>"


def test_without_a_picture_a_webhook_has_the_document_that_it_had_before(album: Album) -> None:
    with WebServer((Answer(204),)) as server:
        Webhook(WebhookSettings(), now, album.photos).send(parcel(server.url, data={"kind": "alert"}))
    assert "picture" not in server.requests[0].document()


# apprise


def test_apprise_hands_the_picture_to_a_service_that_takes_one(album: Album) -> None:
    with WebServer((Answer(200),)) as server:
        Apprise(AppriseSettings(), album.photos).send(pictured(server.url.replace("http://", "json://")))
    (sent,) = server.requests[0].document()["attachments"]
    assert (sent["filename"], sent["mimetype"]) == ("fujii-cam-20260701-2103.jpg", "image/jpeg")
    assert Image.open(io.BytesIO(base64.b64decode(sent["base64"]))).size == (1280, 720)


def test_a_service_that_takes_none_gets_the_text(album: Album) -> None:
    with WebServer((Answer(200, body='{"id": 1}'),)) as server:
        Apprise(AppriseSettings(), album.photos).send(pictured(server.base.replace("http://", "gotify://") + "/token"))
    assert BODY.strip() in server.requests[0].document()["message"]


# The others


def others(server: WebServer) -> Mapping[str, Channel]:
    return {
        "line": Line(LineSettings(url=server.base, token="t")),
        "slack": Slack(SlackSettings()),
        "teams": Teams(TeamsSettings()),
    }


@pytest.mark.parametrize("name", ["line", "slack", "teams"])
def test_a_channel_that_takes_no_picture_sends_the_same_as_without_one(name: str) -> None:
    with WebServer((Answer(200, body="ok"),)) as server:
        to = "U" + "0" * 32 if name == "line" else server.url
        others(server)[name].send(pictured(to))
        others(server)[name].send(parcel(to))
    one, other = server.requests
    assert one.body == other.body
    assert name not in CARRIERS


# All of it


def test_from_the_reading_to_the_mailbox(database: Database, mailbox: Post, album: Album) -> None:
    house = Watched(database)
    house.serve(REGISTRY)
    file = house.look(8)
    album.keep(file, river())
    house.water(10, 4.2)
    box, email = mailbox
    duty = Directory(people([contact("duty")], [group("duty")], [route("duty")]))
    around = Surroundings(
        lambda: duty,
        lambda: Context(REGISTRY, house.clock.now(), "https://mizumori.test"),
        NoLinks(),
        lambda: str(uuid4()),
        SqlTies(database).of,
        CARRIERS,
    )
    Dispatch(database, around, digest_s=60.0).turn(house.clock.now())
    Outbox("email", email(album.photos), SqlDeliveries(database), house.clock).work_off()
    (mail,) = box.mails
    text = mail.get_body(("plain",))
    assert text is not None
    assert "画像: カメラ 7月1日 18:08撮影（変化の2分前）" in text.get_content()
    assert len(attached(mail)) == 1
    assert taken(attached(mail)[0]) == at(8)


def taken(picture: EmailMessage) -> datetime:
    """The time in the name of an attached picture."""
    name = picture.get_filename() or ""
    return datetime.strptime(f"{name[-17:-4]} +0900", "%Y%m%d-%H%M %z")
