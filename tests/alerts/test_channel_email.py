"""Mail: what arrives, and what each refusal of a mail server means."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from alerts.channels.email import Email, EmailSettings, refusal
from tests.alerts.parcels import BODY, KEY, NOW, SUBJECT, failure, parcel
from tests.alerts.servers import Mailbox, MailServer, nobody_signs_in


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


def test_a_mail_arrives_as_it_was_written(email: Email, mailbox: Mailbox) -> None:
    email.send(parcel("当番 <duty@city.example.jp>"))
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["duty@city.example.jp"]]
    assert mail["Subject"] == SUBJECT
    assert mail["To"] == "当番 <duty@city.example.jp>"
    assert mail.get_content().replace("\r\n", "\n") == BODY
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == f"<{KEY}@city.example.jp>"


def test_a_recipient_that_the_mail_server_does_not_know_is_a_permanent_failure(email: Email) -> None:
    error = failure(email, parcel("refused@city.example.jp"))
    assert error.permanent
    assert "550" in str(error)
    assert "no such user" in str(error)


def test_a_mail_that_the_server_refuses_is_tried_again_because_the_cause_may_be_ours(email: Email) -> None:
    error = failure(email, parcel("spam@city.example.jp"))
    assert not error.permanent
    assert "554" in str(error)


def test_a_mail_server_that_says_later_is_tried_again(email: Email) -> None:
    error = failure(email, parcel("later@city.example.jp"))
    assert not error.permanent
    assert "451" in str(error)


def test_a_mail_server_that_hangs_up_is_tried_again(email: Email, mailbox: Mailbox) -> None:
    assert not failure(email, parcel("gone@city.example.jp")).permanent
    assert mailbox.mails == []


def test_a_mail_server_that_is_not_there_is_tried_again() -> None:
    with MailServer(Mailbox()) as server:
        port = server.port
    error = failure(Email(EmailSettings(port=port)), parcel("duty@city.example.jp"))
    assert not error.permanent
    assert "the mail server did not take it" in str(error)


@pytest.mark.parametrize("goodbye", ["554 no goodbye for you", ""])
def test_a_bad_goodbye_after_the_mail_was_taken_is_no_failure(email: Email, mailbox: Mailbox, goodbye: str) -> None:
    mailbox.goodbye = goodbye
    email.send(parcel("duty@city.example.jp"))
    assert len(mailbox.mails) == 1


def test_a_refused_sign_in_is_tried_again_because_it_can_be_put_right() -> None:
    options = {"authenticator": nobody_signs_in, "auth_require_tls": False}
    with MailServer(Mailbox(), **options) as server:
        signing_in = EmailSettings(port=server.port, username="mizumori", password="wrong")
        error = failure(Email(signing_in), parcel("duty@city.example.jp"))
    assert not error.permanent
    assert "refused the sign-in" in str(error)
    assert "wrong" not in str(error)


def test_a_server_without_encryption_gets_no_mail_where_encryption_is_asked_for(
    mail_server: MailServer, mailbox: Mailbox
) -> None:
    strict = Email(EmailSettings(port=mail_server.port, security="starttls", timeout_s=5))
    assert not failure(strict, parcel("duty@city.example.jp")).permanent
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
    email.send(parcel("duty@city.example.jp", subject))
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == " ".join(subject.split())
    assert mail.get_content().replace("\r\n", "\n") == BODY
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
    error = failure(email, parcel(address))
    assert error.permanent
    assert "not an address that mail can be sent to" in str(error)
    assert "\n" not in str(error)
    assert mailbox.mails == []


def test_a_bad_sender_is_refused_with_the_settings() -> None:
    with pytest.raises(ValidationError, match=r"is not one address like name@example\.jp"):
        EmailSettings(sender="mizumori")


def test_a_mail_says_that_a_machine_wrote_it_and_an_urgent_one_that_it_is(email: Email, mailbox: Mailbox) -> None:
    receipts = {email.send(parcel("duty@city.example.jp", level=level)) for level in (3, 4)}
    calm, urgent = mailbox.mails
    assert calm["Auto-Submitted"] == urgent["Auto-Submitted"] == "auto-generated"
    assert (calm["Importance"], urgent["Importance"]) == (None, "high")
    assert receipts == {calm["Message-ID"], urgent["Message-ID"]} == {f"<{KEY}@city.example.jp>"}


@pytest.mark.parametrize(
    ("code", "answer", "permanent"),
    [
        (550, "5.1.1 no such user", True),
        (550, "no such user", True),
        (553, "mailbox name not allowed", True),
        (550, "5.2.1 mailbox disabled", True),
        (550, "5.7.1 relaying denied", False),
        (554, "5.7.1 relay access denied", False),
        (554, "refused", False),
        (552, "mailbox full", False),
        (552, "5.2.2 mailbox full", False),
        (452, "4.2.2 mailbox full", False),
        (450, "4.7.1 greylisted", False),
        (421, "too many connections", False),
        (530, "5.7.0 authentication required", False),
    ],
)
def test_only_a_recipient_that_there_is_not_is_given_up(code: int, answer: str, permanent: bool) -> None:
    assert refusal(code, answer.encode()).permanent is permanent


def test_several_workers_send_many_mails_through_one_channel(email: Email, mailbox: Mailbox) -> None:
    def work(worker: int) -> None:
        for number in range(25):
            email.send(parcel(f"crew-{worker}-{number}@city.example.jp"))

    workers = [threading.Thread(target=work, args=(each,)) for each in range(4)]
    begun_s = time.monotonic()
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len({to for (to,) in mailbox.recipients}) == 100
    assert time.monotonic() - begun_s < 6  # a thousand within a minute
