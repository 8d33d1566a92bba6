from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.channels.channel import Channel, ChannelError
from alerts.channels.email import Email, EmailSettings
from alerts.channels.logfile import LogFile
from alerts.channels.table import CHANNELS, ChannelSettings, channels
from alerts.channels.webhook import Webhook, WebhookSettings
from tests.alerts.night import delivery
from tests.alerts.servers import (
    Answer,
    Behaviour,
    Mailbox,
    MailServer,
    WebServer,
    never_end,
    nobody_signs_in,
    reset,
    say_nothing,
)

SUBJECT = "【危険度3】藤井川 避難判断水位に到達"
WEBHOOK = Webhook(WebhookSettings(timeout_s=0.3))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox: Mailbox) -> Iterator[MailServer]:
    with MailServer(mailbox) as server:
        yield server


@pytest.fixture
def email(mail_server: MailServer) -> Email:
    return Email(EmailSettings(port=mail_server.port, sender="水守 <mizumori@city.example.jp>", timeout_s=5))


def failure(channel: Channel, address: str, subject: str = SUBJECT) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(delivery("duty", "any", address, subject, number=7))
    return caught.value


def test_the_table_names_every_channel() -> None:
    assert tuple(channels(ChannelSettings())) == CHANNELS


def test_a_mail_arrives_as_it_was_written(email: Email, mailbox: Mailbox) -> None:
    email.send(delivery("duty", "email", "当番 <duty@city.example.jp>", SUBJECT, number=7))
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["duty@city.example.jp"]]
    assert mail["Subject"] == SUBJECT
    assert mail["To"] == "当番 <duty@city.example.jp>"
    assert mail.get_content().replace("\r\n", "\n") == "水位: 3.10 m\n"
    assert mail["Date"].datetime == delivery("duty", "email", "x").due_at
    assert "delivery-7@city.example.jp" in mail["Message-ID"]


def test_a_recipient_that_the_mail_server_does_not_know_is_a_permanent_failure(email: Email) -> None:
    error = failure(email, "refused@city.example.jp")
    assert error.permanent
    assert "550" in str(error)
    assert "no such user" in str(error)


def test_a_mail_that_the_server_refuses_is_tried_again_because_the_cause_may_be_ours(email: Email) -> None:
    error = failure(email, "spam@city.example.jp")
    assert not error.permanent
    assert "554" in str(error)


def test_a_mail_server_that_says_later_is_tried_again(email: Email) -> None:
    error = failure(email, "later@city.example.jp")
    assert not error.permanent
    assert "451" in str(error)


def test_a_mail_server_that_hangs_up_is_tried_again(email: Email, mailbox: Mailbox) -> None:
    assert not failure(email, "gone@city.example.jp").permanent
    assert mailbox.mails == []


def test_a_mail_server_that_is_not_there_is_tried_again() -> None:
    with MailServer(Mailbox()) as server:
        port = server.port
    error = failure(Email(EmailSettings(port=port)), "duty@city.example.jp")
    assert not error.permanent
    assert "the mail server did not take it" in str(error)


@pytest.mark.parametrize("goodbye", ["554 no goodbye for you", ""])
def test_a_bad_goodbye_after_the_mail_was_taken_is_no_failure(email: Email, mailbox: Mailbox, goodbye: str) -> None:
    mailbox.goodbye = goodbye
    email.send(delivery("duty", "email", "duty@city.example.jp"))
    assert len(mailbox.mails) == 1


def test_a_refused_sign_in_is_tried_again_because_it_can_be_put_right() -> None:
    options = {"authenticator": nobody_signs_in, "auth_require_tls": False}
    with MailServer(Mailbox(), **options) as server:
        signing_in = EmailSettings(port=server.port, username="mizumori", password="wrong")
        error = failure(Email(signing_in), "duty@city.example.jp")
    assert not error.permanent
    assert "refused the sign-in" in str(error)
    assert "wrong" not in str(error)


def test_a_server_without_encryption_gets_no_mail_where_encryption_is_asked_for(
    mail_server: MailServer, mailbox: Mailbox
) -> None:
    strict = Email(EmailSettings(port=mail_server.port, security="starttls", timeout_s=5))
    assert not failure(strict, "duty@city.example.jp").permanent
    assert mailbox.mails == []


@pytest.mark.parametrize(
    "subject",
    [
        "藤井川\nBcc: all@example.jp",
        "藤井川\r\nBcc: all@example.jp",
        "藤井川\n\nBcc: all@example.jp\n",
        "Bcc\u2028:x\n",
    ],
)
def test_a_line_break_in_a_subject_writes_no_header(email: Email, mailbox: Mailbox, subject: str) -> None:
    email.send(delivery("duty", "email", "duty@city.example.jp", subject))
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == " ".join(subject.split())
    assert mail.get_content().replace("\r\n", "\n") == "水位: 3.10 m\n"
    assert mailbox.recipients == [["duty@city.example.jp"]]


@pytest.mark.parametrize(
    "address",
    [
        "duty@city.example.jp\nBcc: all@example.jp",
        "duty@city.example.jp\n",
        "duty@city.example.jp\r\n\r\nhello",
        "duty@city.example.jp\x00",
        "duty@city.example.jp, crew@city.example.jp",
        "all: duty@city.example.jp, crew@city.example.jp;",
        "not an address",
        "duty",
        "@city.example.jp",
        " ",
    ],
)
def test_what_is_not_one_mail_address_fails_for_good_with_a_sentence(
    email: Email, mailbox: Mailbox, address: str
) -> None:
    error = failure(email, address)
    assert error.permanent
    assert "not an address that mail can be sent to" in str(error)
    assert "\n" not in str(error)
    assert mailbox.mails == []


def test_a_bad_sender_is_refused_with_the_settings() -> None:
    with pytest.raises(ValidationError, match=r"is not one address like name@example\.jp"):
        EmailSettings(sender="mizumori")


def test_a_webhook_gets_the_message_and_a_key_that_stays_the_same() -> None:
    with WebServer((Answer(200),)) as server:
        for _ in range(2):
            WEBHOOK.send(delivery("duty", "webhook", server.url, SUBJECT, number=7))
    first, second = server.requests
    assert first.document() == {
        "delivery_id": 7,
        "transition_id": 0,
        "recipient": "duty",
        "subject": SUBJECT,
        "body": "水位: 3.10 m\n",
    }
    assert first.header("Idempotency-Key") == second.header("Idempotency-Key") == "mizumori-delivery-7"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (400, 410, 413, 422)),
        *((status, False) for status in (301, 401, 403, 404, 408, 425, 429, 500, 502, 503)),
    ],
)
def test_the_status_tells_whether_a_webhook_is_tried_again(status: int, permanent: bool) -> None:
    with WebServer((Answer(status),)) as server:
        error = failure(WEBHOOK, server.url)
    assert (error.permanent, str(error)) == (permanent, f"the other side answered {status}")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "retry_after_s"),
    [
        (("Retry-After: 120",), 120.0),
        (("Date: Wed, 01 Jul 2026 09:00:00 GMT", "Retry-After: Wed, 01 Jul 2026 09:05:00 GMT"), 300.0),
        (("Date: Wed, 01 Jul 2026 09:00:00 GMT", "Retry-After: Wed, 01 Jul 2026 08:00:00 GMT"), 0.0),
        (("Retry-After: Wed, 01 Jul 2026 09:05:00 GMT",), None),
        (("Retry-After: soon",), None),
        (("Retry-After: -5",), None),
        (("Retry-After: ²",), None),
        ((), None),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date(headers: tuple[str, ...], retry_after_s: float | None) -> None:
    with WebServer((Answer(429, headers),)) as server:
        error = failure(WEBHOOK, server.url)
    assert (error.retry_after_s, error.permanent) == (retry_after_s, False)


@pytest.mark.parametrize("behaviour", [reset, say_nothing])
def test_a_webhook_without_an_answer_is_tried_again(behaviour: Behaviour) -> None:
    with WebServer((behaviour,)) as server:
        error = failure(WEBHOOK, server.url)
    assert not error.permanent
    assert "no answer" in str(error)


def test_nobody_waits_for_an_answer_longer_than_the_settings_say() -> None:
    with WebServer((say_nothing,)) as server:
        begun_s = time.monotonic()
        failure(WEBHOOK, server.url)
        assert time.monotonic() - begun_s < 3


def test_an_answer_that_never_ends_is_not_read_to_its_end() -> None:
    with WebServer((never_end,)) as server:
        begun_s = time.monotonic()
        WEBHOOK.send(delivery("duty", "webhook", server.url))
        assert time.monotonic() - begun_s < 3


def test_a_webhook_that_is_not_there_is_tried_again() -> None:
    with WebServer((Answer(200),)) as server:
        url = server.url
    assert not failure(WEBHOOK, url).permanent


@pytest.mark.parametrize(
    "address",
    [
        "",
        "duty@city.example.jp",
        "ftp://127.0.0.1/",
        "http://127.0.0.1/\nHost: x",
        "http://[::1",
        f"http://{'a' * 70}.jp",
    ],
)
def test_what_cannot_be_posted_to_fails_for_good_with_a_sentence(address: str) -> None:
    error = failure(WEBHOOK, address)
    assert error.permanent
    assert "not an address that can be posted to" in str(error)


def test_a_log_file_keeps_every_message_and_makes_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "messages.txt"
    for number in (7, 8):
        LogFile().send(delivery("duty", "logfile", str(file), SUBJECT, number))
    assert file.read_text(encoding="utf-8") == "".join(
        f"--- {number} → duty\n{SUBJECT}\n\n水位: 3.10 m\n\n" for number in (7, 8)
    )


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for address in (tmp_path, tmp_path / "taken" / "messages.txt"):
        error = failure(LogFile(), str(address))
        assert not error.permanent
        assert "the file could not be written" in str(error)
