"""Mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.channel import ChannelError
from alerts.records import Delivery


class EmailSettings(BaseModel):
    """The mail server and how we sign in to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="host name or address of the mail server")
    port: int = Field(default=25, ge=1, le=65535, description="port of the mail server")
    security: str = Field(default="none", pattern="^(none|starttls|tls)$", description="none, starttls or tls")
    username: str = Field(default="", description="user at the mail server; empty for none")
    password: str = Field(default="", description="password at the mail server")
    sender: str = Field(default="mizumori@localhost", min_length=3, description="address that the mails come from")
    timeout_s: float = Field(default=10.0, gt=0, le=120, description="longest wait for the mail server's answer")


class Email:
    """One mail per delivery; its Message-ID names the delivery, so a mail sent twice can be recognised."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def send(self, delivery: Delivery) -> None:
        """Hand the mail to the server; 5xx answers are permanent."""
        try:
            with self._connected() as server:
                server.send_message(self._mail(delivery))
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _failure(code, answer) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"the mail server did not take it: {error}") from error

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_s, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
        return server

    def _mail(self, delivery: Delivery) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["From"] = self._settings.sender
            mail["To"] = delivery.address
            mail["Subject"] = delivery.subject
            mail["Date"] = format_datetime(delivery.due_at)
            domain = self._settings.sender.rpartition("@")[2] or None
            mail["Message-ID"] = make_msgid(f"delivery-{delivery.id}", domain)
        except ValueError as error:
            raise ChannelError(f"not an address that mail can be sent to: {error}", permanent=True) from error
        mail.set_content(delivery.body)
        return mail


def _failure(code: int, answer: bytes | str) -> ChannelError:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return ChannelError(f"the mail server answered {code} {text}", permanent=500 <= code < 600)
