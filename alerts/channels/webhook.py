"""A JSON document posted to an address of the recipient's."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.http import post_json
from alerts.records import Delivery


class WebhookSettings(BaseModel):
    """How webhooks are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout_s: float = Field(default=10.0, gt=0, le=120, description="longest wait for the answer to a webhook")


class Webhook:
    """One POST per delivery; ``Idempotency-Key`` is the same when it is tried again."""

    idempotent = True

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings

    def send(self, delivery: Delivery) -> str:
        """Post the delivery; 2xx is accepted."""
        document = {
            "delivery_id": delivery.id,
            "message_id": delivery.message_id,
            "recipient": delivery.recipient_id,
            "subject": delivery.subject,
            "body": delivery.body,
        }
        headers = {"Idempotency-Key": f"mizumori-delivery-{delivery.id}"}
        post_json(delivery.address, document, headers, self._settings.timeout_s)
        return ""

    def close(self) -> None:
        """Nothing is kept open."""
