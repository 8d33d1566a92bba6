"""Every channel against another side that behaves badly on purpose: what kind of error it becomes, and how soon."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.channels.apprise import Apprise, AppriseSettings
from alerts.channels.channel import Channel, ChannelError
from alerts.channels.email import Email, EmailSettings
from alerts.channels.line import Line, LineSettings
from alerts.channels.slack import Slack, SlackSettings
from alerts.channels.sms import Sms, SmsSettings
from alerts.channels.teams import Teams, TeamsSettings
from alerts.channels.webhook import Webhook, WebhookSettings
from tests.alerts.parcels import failure, now, parcel
from tests.alerts.servers import (
    Answer,
    Behaviour,
    DripBody,
    Mailbox,
    MailServer,
    SlowMailServer,
    WebServer,
    drip_head,
    flood_head,
    never_end,
    not_http,
    reset,
    say_nothing,
)
from tests.brokers import free_port
from tests.deploy.shipped import certificate

BRIEF_S, LONG_S = 0.4, 5.0
"""How long a channel waits where the other side never ends, and where it answers."""
SOON_S = 3.0
TOKEN = "a-token-of-theirs-that-nobody-may-see"
DATE = "Date: Wed, 01 Jul 2026 09:00:00 GMT"


@dataclass(frozen=True)
class Kind:
    """What an error has to say."""

    permanent: bool = False
    retry_after_s: float | None = None
    unknown: bool = False

    @classmethod
    def of(cls, error: ChannelError) -> Kind:
        return cls(error.permanent, error.retry_after_s, error.unknown)


LATER, NEVER, PERHAPS = Kind(), Kind(permanent=True), Kind(unknown=True)
Made = Callable[[WebServer, float], tuple[Channel, str]]


def a_webhook(server: WebServer, timeout_s: float) -> tuple[Channel, str]:
    return Webhook(WebhookSettings(timeout_s=timeout_s, secret=TOKEN), now), server.url


def a_line(server: WebServer, timeout_s: float) -> tuple[Channel, str]:
    return Line(LineSettings(timeout_s=timeout_s, token=TOKEN, url=server.base)), "U" + "0" * 32


def an_sms(server: WebServer, timeout_s: float) -> tuple[Channel, str]:
    return Sms(SmsSettings(timeout_s=timeout_s, token=TOKEN, url=server.url, id_path="id")), "090-0000-0000"


def a_team(server: WebServer, timeout_s: float) -> tuple[Channel, str]:
    return Teams(TeamsSettings(timeout_s=timeout_s)), server.url


def a_slack(server: WebServer, timeout_s: float) -> tuple[Channel, str]:
    return Slack(SlackSettings(timeout_s=timeout_s)), server.url


OVER_HTTP: Mapping[str, Made] = {
    "webhook": a_webhook,
    "line": a_line,
    "sms": an_sms,
    "teams": a_team,
    "slack": a_slack,
}
MISBEHAVIOURS: Mapping[str, tuple[Behaviour, Kind]] = {
    "says nothing": (say_nothing, PERHAPS),
    "headers that drip for ever": (drip_head, PERHAPS),
    "headers without an end": (flood_head, PERHAPS),
    "connection reset": (reset, PERHAPS),
    "no HTTP at all": (not_http, PERHAPS),
    "429 in seconds": (Answer(429, ("Retry-After: 120",)), Kind(retry_after_s=120.0)),
    "429 as a date": (Answer(429, (DATE, "Retry-After: Wed, 01 Jul 2026 09:05:00 GMT")), Kind(retry_after_s=300.0)),
    "429 without a time": (Answer(429), LATER),
    "500": (Answer(500), LATER),
    "503 in seconds": (Answer(503, ("Retry-After: 7",)), Kind(retry_after_s=7.0)),
    "504 of a gateway": (Answer(504), PERHAPS),
    "409": (Answer(409), LATER),
    "400": (Answer(400), NEVER),
    "401": (Answer(401), LATER),
    "410": (Answer(410), NEVER),
    "a redirect": (Answer(302, ("Location: http://127.0.0.1:1/",)), LATER),
    "500 with a body that drips": (DripBody(500), LATER),
}
ENDLESS = (say_nothing, drip_head, DripBody(500))
OTHERWISE: Mapping[tuple[str, str], Kind] = {
    ("line", "409"): PERHAPS,
}
ACCEPTED: Mapping[str, Behaviour] = {
    "200 with a body without an end": never_end,
    "200 with a body that drips": DripBody(200),
}


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS)
@pytest.mark.parametrize("name", OVER_HTTP)
def test_each_misbehaviour_is_told_apart_in_bounded_time(name: str, misbehaviour: str) -> None:
    behaviour, usual = MISBEHAVIOURS[misbehaviour]
    with WebServer((behaviour,)) as server:
        channel, address = OVER_HTTP[name](server, BRIEF_S if behaviour in ENDLESS else LONG_S)
        begun_s = time.monotonic()
        error = failure(channel, parcel(address))
        assert time.monotonic() - begun_s < SOON_S
        channel.close()
    assert Kind.of(error) == OTHERWISE.get((name, misbehaviour), usual), str(error)
    assert len(server.requests) == 1
    assert TOKEN not in str(error)
    assert server.url not in str(error)


@pytest.mark.parametrize("body", ACCEPTED)
@pytest.mark.parametrize("name", [each for each in OVER_HTTP if each != "slack"])
def test_a_body_that_never_ends_takes_nothing_back_of_a_2xx(name: str, body: str) -> None:
    with WebServer((ACCEPTED[body],)) as server:
        channel, address = OVER_HTTP[name](server, BRIEF_S)
        begun_s = time.monotonic()
        assert channel.send(parcel(address)) == ""
        assert time.monotonic() - begun_s < SOON_S


@pytest.mark.parametrize("body", ACCEPTED)
def test_of_slack_nobody_knows_without_its_ok(body: str) -> None:
    with WebServer((ACCEPTED[body],)) as server:
        channel, address = a_slack(server, BRIEF_S)
        assert Kind.of(failure(channel, parcel(address))) == PERHAPS


@pytest.mark.parametrize("name", OVER_HTTP)
def test_where_nobody_listens_nothing_was_sent(name: str) -> None:
    with WebServer((Answer(200),)) as server:
        pass
    channel, address = OVER_HTTP[name](server, LONG_S)
    error = failure(channel, parcel(address))
    assert Kind.of(error) == LATER
    assert "no connection" in str(error)


@pytest.fixture(scope="module")
def key_and_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    file = certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, file.with_name("server.key"))
    return context, file


@pytest.mark.parametrize("name", OVER_HTTP)
def test_a_certificate_that_nobody_vouches_for_gets_no_message(
    name: str, key_and_certificate: tuple[ssl.SSLContext, Path]
) -> None:
    with WebServer((Answer(200, body="ok"),), trust=key_and_certificate[0]) as server:
        channel, address = OVER_HTTP[name](server, LONG_S)
        error = failure(channel, parcel(address))
    assert Kind.of(error) == LATER
    assert "certificate" in str(error).lower()
    assert server.requests == []


def test_a_certificate_that_the_settings_name_is_trusted(key_and_certificate: tuple[ssl.SSLContext, Path]) -> None:
    context, file = key_and_certificate
    with WebServer((Answer(200),), trust=context) as server:
        Webhook(WebhookSettings(ca_file=str(file)), now).send(parcel(server.url))
    assert len(server.requests) == 1


@pytest.mark.parametrize(("drip_at", "kind"), [(b"", LATER), (b"ehlo", LATER), (b"rcpt", LATER), (b".", PERHAPS)])
def test_a_mail_server_that_talks_for_ever_is_left_in_time(drip_at: bytes, kind: Kind) -> None:
    with SlowMailServer(drip_at) as server:
        begun_s = time.monotonic()
        error = failure(
            Email(EmailSettings(port=server.port, timeout_s=5, total_s=0.4)), parcel("duty@city.example.jp")
        )
        assert time.monotonic() - begun_s < SOON_S
    assert Kind.of(error) == kind, str(error)


def test_a_mail_server_with_a_certificate_that_nobody_vouches_for_gets_no_mail(
    key_and_certificate: tuple[ssl.SSLContext, Path],
) -> None:
    context, file = key_and_certificate
    mailbox = Mailbox()
    with MailServer(mailbox, tls_context=context) as server:
        settings = EmailSettings(port=server.port, security="starttls", timeout_s=5)
        error = failure(Email(settings), parcel("duty@city.example.jp"))
        assert Kind.of(error) == LATER
        assert "certificate" in str(error).lower()
        assert mailbox.mails == []
        Email(settings.model_copy(update={"ca_file": str(file)})).send(parcel("duty@city.example.jp"))
    assert len(mailbox.mails) == 1


def test_mail_over_tls_from_the_first_byte(key_and_certificate: tuple[ssl.SSLContext, Path]) -> None:
    context, file = key_and_certificate
    mailbox = Mailbox()
    with MailServer(mailbox, ssl_context=context) as server:
        settings = EmailSettings(port=server.port, security="tls", timeout_s=5)
        assert "certificate" in str(failure(Email(settings), parcel("duty@city.example.jp"))).lower()
        Email(settings.model_copy(update={"ca_file": str(file)})).send(parcel("duty@city.example.jp"))
    assert len(mailbox.mails) == 1


AppriseRow = tuple[Behaviour, Kind]
THROUGH_APPRISE: Mapping[str, AppriseRow] = {
    "500": (Answer(500), LATER),
    "connection reset": (reset, PERHAPS),
    "says nothing": (say_nothing, PERHAPS),
    "a body without an end": (never_end, PERHAPS),
}


@pytest.mark.parametrize("misbehaviour", THROUGH_APPRISE)
def test_what_apprise_meets_is_told_apart_in_bounded_time(misbehaviour: str) -> None:
    behaviour, kind = THROUGH_APPRISE[misbehaviour]
    with WebServer((behaviour,)) as server:
        address = server.url.replace("http://", "json://user:a-password-of-theirs@")
        begun_s = time.monotonic()
        timeout_s = 2.0 if behaviour in (say_nothing, never_end) else 20.0
        error = failure(Apprise(AppriseSettings(timeout_s=timeout_s)), parcel(address))
        assert time.monotonic() - begun_s < timeout_s + SOON_S
    assert Kind.of(error) == kind, str(error)
    assert "password" not in str(error)


def test_where_nobody_listens_apprise_has_sent_nothing() -> None:
    error = failure(Apprise(AppriseSettings()), parcel(f"json://127.0.0.1:{free_port()}/"))
    assert Kind.of(error) == LATER
