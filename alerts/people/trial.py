"""A message that says it is a test, to try out the way to a contact. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.people.matters import Form
from alerts.people.models import Contact
from alerts.records import Delivery, Message, MessageKind
from ingest.clock import JST
from ingest.stations import City, named

_SUBJECT = {"ja": "【テスト】{city} 水守からの送信テスト", "en": "[TEST テスト] Mizumori of {city}: a test message"}
_BODY = {
    "ja": "【テスト】送信のテストです。実際の出来事ではありません。\n"
    "何もする必要はありません。\n{name}様 {at}（日本時間）",
    "en": "[TEST テスト] This is only a test of the connection. Nothing has happened, and nothing is to be done.\n"
    "To {name}, {at} (Japan time)",
}
_SHORT = {"ja": "【テスト】水守の送信テスト {at}", "en": "[TEST テスト] Mizumori test {at} JST"}


def trial(
    contact: Contact,
    city: City,
    now: datetime,
    *,
    channel: str | None,
    holds: timedelta,
    new_key: Callable[[], str],
) -> tuple[Message, list[Delivery]]:
    """A test message to the addresses of a contact, or to those of one channel; not sent any more after ``holds``.

    Level, hours and absence of the contact play no part: it is the connection that is tried.
    """
    language = contact.language
    words = {
        "city": named(city.name, language),
        "name": named(contact.name, language),
        "at": f"{now.astimezone(JST):%Y-%m-%d %H:%M}",
    }
    deliveries = [
        Delivery(
            recipient_id=contact.id,
            channel=each.channel,
            address=each.address,
            subject=_SUBJECT[language].format_map(words),
            body=(_SHORT if each.shape is Form.SHORT else _BODY)[language].format_map(words),
            due_at=now,
            key=new_key(),
            language=language,
            data={"kind": MessageKind.TEST, "test": True},
            drill=city.drill,
            expires_at=now + holds,
        )
        for each in contact.addresses
        if channel in (None, each.channel)
    ]
    return Message(MessageKind.TEST, now, drill=city.drill), deliveries
