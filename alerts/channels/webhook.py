"""A JSON document posted to an address of the recipient's, signed."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from alerts.channels.http import Answer, Http, accepted, as_json, failure
from alerts.channels.http_settings import HttpSettings, web_address
from alerts.pictures.photo import Fit, NoPhotos, Photo, Photos
from alerts.records import Delivery

check_address = web_address
SHORTEST_SECRET = 32
THUMB = Fit(longest_px=640, most_bytes=48_000)
"""Of a picture in a document: with the third that base64 adds at most 64 kB."""


class WebhookSettings(HttpSettings):
    """How webhooks are called and signed."""

    secret: str = Field(
        default="",
        repr=False,
        description="secret with which webhooks are signed, 32 characters or more; empty: they are not signed",
    )
    secrets: Mapping[str, str] = Field(
        default={}, repr=False, description="secrets of single recipients, by their id, in place of the general one"
    )

    @field_validator("secret", "secrets")
    @classmethod
    def _cannot_be_guessed(cls, given: str | Mapping[str, str]) -> str | Mapping[str, str]:
        each = [given] if isinstance(given, str) else [*given.values()]
        if any(len(secret) < SHORTEST_SECRET and given for secret in each):
            raise ValueError(f"this secret is too short: write {SHORTEST_SECRET} characters or more")
        return given


class Webhook:
    """One POST per delivery; ``Idempotency-Key`` is the same when it is tried again (docs/channels.md)."""

    idempotent = True

    def __init__(self, settings: WebhookSettings, now: Callable[[], datetime], photos: Photos | None = None) -> None:
        self._settings = settings
        self._photos = photos or NoPhotos()
        self._now = now
        self._http = Http(settings)

    def send(self, delivery: Delivery) -> str:
        """Post the delivery; 2xx is accepted. Where it is refused for good with its picture, the text goes alone."""
        photo = self._photos.photo(delivery, THUMB)
        answer = self._post(delivery, photo)
        if photo is not None and not answer.ok and failure(answer).permanent:
            answer = self._post(delivery, None)
        said = accepted(answer, delivery.address, self._secret(delivery)).document()
        return str(said["id"])[:100] if isinstance(said, dict) and isinstance(said.get("id"), str | int) else ""

    def _secret(self, delivery: Delivery) -> str:
        return self._settings.secrets.get(delivery.recipient_id, self._settings.secret)

    def _post(self, delivery: Delivery, photo: Photo | None) -> Answer:
        body = as_json(document(delivery, photo))
        secret = self._secret(delivery)
        timestamp = int(self._now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.key,
            "Mizumori-Timestamp": str(timestamp),
            **({"Mizumori-Signature": f"v1={signature(secret, timestamp, body)}"} if secret else {}),
        }
        return self._http.post(delivery.address, body, headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of the timestamp (seconds since 1970), a full stop and the body, in hexadecimal."""
    return hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def document(delivery: Delivery, photo: Photo | None = None) -> dict[str, Any]:
    """What a receiver gets: the message as a person reads it, ``data`` for machines, and the picture where one goes
    along (what it shows is in ``data``)."""
    created_at = delivery.created_at or delivery.due_at
    return {
        "key": delivery.key,
        "message_id": delivery.message_id,
        "recipient": delivery.recipient_id,
        "level": delivery.level,
        "drill": delivery.drill,
        "language": delivery.language,
        "created_at": created_at.isoformat(),
        "subject": delivery.subject,
        "body": delivery.body,
        "data": dict(delivery.data),
        **({"picture": _pictured(photo)} if photo is not None else {}),
    }


def _pictured(photo: Photo) -> dict[str, Any]:
    size = {"width_px": photo.width_px, "height_px": photo.height_px}
    return {"name": photo.name, "media_type": photo.media_type, **size, "base64": b64encode(photo.data).decode()}
