"""Mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.channels.channel import ChannelError
from alerts.records import Delivery


def one_address(text: str) -> str:
    """The text, where it is one mail address; else ValueError. A line break would let it write headers of its own."""
    if not text.isprintable():
        raise ValueError(f"{text!r} has a line break or a control character")
    header = EmailMessage()
    header["To"] = text
    addresses = header["To"].addresses
    if len(addresses) != 1 or not addresses[0].username or not addresses[0].domain:
        raise ValueError(f"{text!r} is not one address like name@example.jp")
    return text


class EmailSettings(BaseModel):
    """The mail server and how we sign in to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="host name or address of the mail server")
    port: int = Field(default=25, ge=1, le=65535, description="port of the mail server")
    security: str = Field(default="none", pattern="^(none|starttls|tls)$", description="none, starttls or tls")
    username: str = Field(default="", description="user at the mail server; empty for none")
    password: str = Field(default="", description="password at the mail server")
    sender: Annotated[str, AfterValidator(one_address)] = Field(
        default="mizumori@localhost", description="address that the mails come from"
    )
    timeout_s: float = Field(default=10.0, gt=0, le=120, description="longest wait for the mail server's answer")


class Email:
    """One mail per delivery; its Message-ID names the delivery, so a mail sent twice can be recognised."""

    idempotent = False

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def send(self, delivery: Delivery) -> str:
        """Hand the mail to the server; only a refused recipient is permanent: the rest can be put right."""
        mail = self._mail(delivery)
        try:
            with closing(self._connected()) as server:
                self._sign_in(server)
                server.send_message(mail)
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()  # the server has the mail already: a bad goodbye must not send it again
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _failure(code, answer) from error
        except smtplib.SMTPAuthenticationError as error:
            raise ChannelError(f"the mail server refused the sign-in: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"the mail server did not take it: {error}") from error
        return str(mail["Message-ID"])

    def close(self) -> None:
        """Nothing is kept open."""

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=context)
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self._settings.username:
            server.login(self._settings.username, self._settings.password)

    def _mail(self, delivery: Delivery) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._settings.sender
        try:
            mail["To"] = one_address(delivery.address)
        except ValueError as error:
            raise ChannelError(f"not an address that mail can be sent to: {error}", permanent=True) from error
        mail["Subject"] = " ".join(delivery.subject.split())
        mail["Date"] = format_datetime(delivery.due_at)
        mail["Message-ID"] = make_msgid(f"delivery-{delivery.id}", mail["From"].addresses[0].domain)
        mail.set_content(delivery.body)
        return mail


def _failure(code: int, answer: bytes | str) -> ChannelError:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return ChannelError(f"the mail server answered {code} {text}", permanent=500 <= code < 600)
