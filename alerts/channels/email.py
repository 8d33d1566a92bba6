"""Mail over SMTP."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from alerts.channels.channel import ChannelError
from alerts.pictures.photo import NoPhotos, Photos
from alerts.records import Delivery

URGENT = 4
"""From this level on a mail is marked as of high importance."""
NOBODY = re.compile(r"\b5\.1\.\d+|\b5\.2\.1\b|\b5\.4\.\d+")
"""Enhanced codes (RFC 3463) of an address that does not exist, is closed or cannot be routed to."""
ENHANCED = re.compile(r"\b[245]\.\d+\.\d+")
NO_SUCH_CODES = {521, 550, 551, 553, 556}
"""Without an enhanced code these say of a recipient that there is none. 552 is a full mailbox: it is tried again."""


def one_address(text: str) -> str:
    """The text, where it is one mail address; else ValueError. A line break would let it write headers of its own."""
    if not text.isprintable():
        raise ValueError(f"{text!r} has a line break or a control character")
    header = EmailMessage()
    header["To"] = text
    addresses = header["To"].addresses
    if len(addresses) != 1 or not addresses[0].username or not addresses[0].domain:
        raise ValueError(f"{text!r} is not one address like name@example.jp")
    if not addresses[0].addr_spec.isascii():
        raise ValueError(f"{text!r}: write the part around the @ in plain letters (a name before it may be Japanese)")
    return text


check_address = one_address


class EmailSettings(BaseModel):
    """The mail server and how we sign in to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="host name or address of the mail server")
    port: int = Field(default=25, ge=1, le=65535, description="port of the mail server")
    security: str = Field(default="none", pattern="^(none|starttls|tls)$", description="none, starttls or tls")
    ca_file: str = Field(default="", description="certificate authority of the mail server; empty for the usual ones")
    username: str = Field(default="", description="user at the mail server; empty for none")
    password: str = Field(default="", repr=False, description="password at the mail server")
    sender: Annotated[str, AfterValidator(one_address)] = Field(
        default="mizumori@localhost", description="address that the mails come from"
    )
    timeout_s: float = Field(default=10.0, gt=0, le=120, description="longest wait for the mail server's answer")
    total_s: float = Field(default=30.0, gt=0, le=600, description="seconds that one mail may take in all")

    @field_validator("ca_file")
    @classmethod
    def _is_there(cls, file: str) -> str:
        if file and not Path(file).is_file():
            raise ValueError("there is no such file: name the certificate of the mail server's authority")
        return file


class Email:
    """One mail per delivery. Its Message-ID is made of the delivery's key, so a mail sent twice can be recognised;
    whether a mailbox does is not ours to say."""

    idempotent = False

    def __init__(self, settings: EmailSettings, photos: Photos | None = None) -> None:
        """``photos`` are the pictures that go along, as attachments that mail programs show below the text."""
        self._settings = settings
        self._photos = photos or NoPhotos()
        self._domain = _addressed(settings.sender).split("@")[1]
        # Read once and not for each mail: the usual authorities are many.
        self._trust = (
            None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file or None)
        )

    def send(self, delivery: Delivery) -> str:
        """Hand the mail to the server; only a recipient that there is not is permanent: the rest can be put right."""
        mail = self._mail(delivery)
        try:
            with self._connected() as server:
                self._sign_in(server)
                self._hand_over(server, mail, _addressed(delivery.address))
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()  # the server has the mail already: a bad goodbye must not send it again
        except smtplib.SMTPAuthenticationError as error:
            raise ChannelError(f"the mail server refused the sign-in: {_said(error.smtp_error)}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"the mail server did not take it: {error}") from error
        return str(mail["Message-ID"])

    def close(self) -> None:
        """Nothing is kept open."""

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = _Server(self._settings, self._trust)
        try:
            server.connect_within()
            yield server
        finally:
            server.close()

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            server.starttls(context=self._trust)
            server.ehlo()  # what was said in the clear counts no more
        if self._settings.username:
            server.login(self._settings.username, self._settings.password)

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, recipient: str) -> None:
        """The three steps of SMTP, each of which fails in its own way."""
        _accepted("the sender", *server.mail(_addressed(self._settings.sender)))
        code, answer = server.rcpt(recipient)
        if code not in (250, 251):
            raise refusal(code, answer)
        try:
            code, answer = server.data(mail.as_bytes(policy=WIRE))
        except smtplib.SMTPDataError as error:
            _accepted("the mail", error.smtp_code, _bytes(error.smtp_error))
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"the mail server went away while it had the mail: {error}", unknown=True) from error
        _accepted("the mail", code, answer)

    def _mail(self, delivery: Delivery) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        try:
            mail["To"] = one_address(delivery.address)
        except ValueError as error:
            raise ChannelError(f"not an address that mail can be sent to: {error}", permanent=True) from error
        mail["Subject"] = " ".join(delivery.subject.split())
        mail["Date"] = format_datetime(delivery.created_at or delivery.due_at)
        mail["Message-ID"] = f"<{delivery.key}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine is to answer
        mail["X-Auto-Response-Suppress"] = "All"
        if delivery.level >= URGENT:
            mail["Importance"] = "high"
        mail.set_content(delivery.body, cte="base64")
        photo = self._photos.photo(delivery)
        if photo is not None:
            kind, _, form = photo.media_type.partition("/")
            mail.add_attachment(photo.data, maintype=kind, subtype=form, filename=photo.name, disposition="inline")
        return mail


class _Server(smtplib.SMTP):
    """A connection that ends at its time, however slowly the other side talks: smtplib bounds each wait alone."""

    def __init__(self, settings: EmailSettings, trust: ssl.SSLContext | None) -> None:
        super().__init__(timeout=settings.timeout_s)
        self._settings = settings
        self._trust = trust
        self._host = settings.host  # what starttls compares with the certificate
        self._lifeline: socket.socket | None = None
        self._over = False
        self._end = threading.Timer(settings.total_s, self._cut)
        self._end.daemon = True

    def connect_within(self) -> None:
        code, answer = self.connect(self._settings.host, self._settings.port)
        _accepted("the connection", code, answer)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        self._lifeline = plain.dup()
        self._end.start()
        if self._trust is None or self._settings.security != "tls":
            return plain
        return self._trust.wrap_socket(plain, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        """smtplib takes half a line before the end of a connection for an answer."""
        reply = super().getreply()
        if self._over:
            raise smtplib.SMTPServerDisconnected("it took longer than it may")
        return reply

    def _cut(self) -> None:
        self._over = True
        if self._lifeline is not None:
            with suppress(OSError):
                self._lifeline.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        self._end.cancel()
        if self._lifeline is not None:
            self._lifeline.close()


def refusal(code: int, answer: bytes | str) -> ChannelError:
    """What the refusal of a recipient means: there is no such address (permanent), or something that may change.

    A full mailbox, a policy (5.7.x), a missing sign-in and everything temporary are tried again.
    """
    said = _said(answer)
    enhanced = ENHANCED.search(said)
    nobody = bool(NOBODY.search(said)) if enhanced else code in NO_SUCH_CODES
    return ChannelError(f"the mail server answered {code} {said}", permanent=500 <= code < 600 and nobody)


def _accepted(what: str, code: int, answer: bytes) -> None:
    if code not in (220, 250):
        raise ChannelError(f"the mail server did not take {what}: {code} {_said(answer)}")


def _said(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:200]


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _addressed(text: str) -> str:
    header = EmailMessage()
    header["To"] = text
    return str(header["To"].addresses[0].addr_spec)
