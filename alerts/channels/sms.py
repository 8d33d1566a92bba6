"""Text messages through a provider's HTTP API, described by settings: what the fields are called and where they go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from alerts.channels.channel import ChannelError
from alerts.channels.fitting import shortened
from alerts.channels.http import Answer, Http, accepted, as_json, quoted
from alerts.channels.http_settings import HttpSettings, safe_address
from alerts.records import Delivery

TEMPORARY = re.compile(r"throttl|limit|busy|later|timeout", re.IGNORECASE)


class SmsSettings(HttpSettings):
    """The provider's API, as its manual describes it."""

    url: str = Field(default="", description="address of the provider's API; empty: there is no SMS")
    method: Literal["POST", "PUT"] = Field(default="POST", description="POST or PUT")
    format: Literal["json", "form"] = Field(default="json", description="json, or form for urlencoded fields")
    auth_header: str = Field(
        default="Authorization", pattern=r"^[A-Za-z0-9-]{1,64}$", description="header that carries the token"
    )
    token: str = Field(default="", repr=False, description="that header's value, such as Bearer and the token")
    to_field: str = Field(default="to", min_length=1, description="field of the number; a dot goes one level down")
    text_field: str = Field(default="text", min_length=1, description="field of the text")
    key_field: str = Field(default="", description="field of the idempotency key; empty where the provider has none")
    key_header: str = Field(
        default="", pattern=r"^[A-Za-z0-9-]{0,64}$", description="header of the idempotency key; empty for none"
    )
    fields: Mapping[str, str] = Field(
        default={}, repr=False, description="further fields with fixed values, such as the sender's name"
    )
    id_path: str = Field(default="", description="where the answer has the message's id, such as messages.0.id")
    status_path: str = Field(default="", description="where the answer has its status, if 2xx alone says too little")
    status_ok: tuple[str, ...] = Field(default=(), description="values of that status which mean accepted")
    numbers: Literal["e164", "domestic"] = Field(
        default="e164", description="how the provider wants Japanese numbers: e164 (+8190…) or domestic (090…)"
    )
    longest_text: int = Field(
        default=660, ge=70, le=3000, description="most characters of a message; longer ones are cut, not their link"
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        return safe_address(url) if url else ""

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: str) -> str:
        if not token.isascii() or not token.isprintable():
            raise ValueError("a token is one line of letters, digits and signs: copy it again")
        return token


def check_address(address: str) -> None:
    """ValueError where this is no telephone number, in international or in Japanese form."""
    _digits(address)


def missing(settings: SmsSettings) -> str:
    """What is not set yet, as a sentence; empty where nothing is."""
    if settings.url:
        return ""
    return "SMS has no provider: set alerts.channels.sms.url and the names of its fields (docs/channels.md)"


class Sms:
    """One text message per delivery: the body, which is the short form. Idempotent where the provider takes a key."""

    def __init__(self, settings: SmsSettings) -> None:
        self.idempotent = bool(settings.key_field or settings.key_header)
        self._settings = settings
        self._http = Http(settings)

    def send(self, delivery: Delivery) -> str:
        """Hand the message to the provider; its id of the message, where the settings say where that is."""
        settings = self._settings
        try:
            number = written(delivery.address, settings.numbers)
        except ValueError as error:
            raise ChannelError(str(error), permanent=True) from error
        body, kind = self._request(number, delivery)
        headers = {"Content-Type": kind}
        if settings.token:
            headers[settings.auth_header] = settings.token
        if settings.key_header:
            headers[settings.key_header] = delivery.key
        secrets = (settings.token, *settings.fields.values())
        answer = accepted(self._http.post(settings.url, body, headers, settings.method), *secrets)
        self._check_status(answer, secrets)
        return _at(answer.document(), settings.id_path)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _request(self, number: str, delivery: Delivery) -> tuple[bytes, str]:
        settings = self._settings
        text = shortened(delivery.body.strip(), settings.longest_text)
        fields = {**settings.fields, settings.to_field: number, settings.text_field: text}
        if settings.key_field:
            fields[settings.key_field] = delivery.key
        if settings.format == "form":
            return urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return as_json(_nested(fields)), "application/json"

    def _check_status(self, answer: Answer, secrets: tuple[str, ...]) -> None:
        settings = self._settings
        if not settings.status_path:
            return
        status = _at(answer.document(), settings.status_path)
        if status in settings.status_ok:
            return
        if not status and not answer.whole:
            raise ChannelError("the provider's answer did not end", unknown=True)
        permanent = bool(status) and not TEMPORARY.search(answer.text)
        raise ChannelError(f"the provider did not take it: {quoted(answer.text, *secrets)}", permanent=permanent)


def written(address: str, numbers: str) -> str:
    """The number in the form that the provider wants; only Japanese ones can be written in both."""
    digits = _digits(address)
    if numbers == "e164":
        return digits if digits.startswith("+") else f"+81{digits[1:]}"
    if digits.startswith("+81"):
        return f"0{digits[3:]}"
    if digits.startswith("+"):
        raise ValueError("the SMS provider takes Japanese numbers only")
    return digits


def _digits(address: str) -> str:
    digits = re.sub(r"[ \-()]", "", address)
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}|0[0-9]{9,10}", digits):
        raise ValueError(f"{address!r} is no telephone number: write it as 090-1234-5678 or +81 90 1234 5678")
    return digits


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """Fields with dots in their names as objects in objects: ``message.text`` goes one level down."""
    document: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = document
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return document


def _at(document: Any, path: str) -> str:
    """What a document has at a path such as ``messages.0.id``; empty where there is nothing."""
    if not path:
        return ""
    for part in path.split("."):
        match document:
            case dict():
                document = document.get(part)
            case list() if part.isdecimal() and int(part) < len(document):
                document = document[int(part)]
            case _:
                return ""
    return "" if document is None else str(document)[:200]
