"""Tells staff what is wrong with a channel, over the others."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from alerts.deliveries.told import Trouble
from alerts.people.directory import Directory
from alerts.people.matters import GroupKind, Receiver
from alerts.records import Delivery, Message, MessageKind
from alerts.store.deliveries import add
from ingest.clock import Clock
from ingest.store.leases import Fence
from ingest.store.tables import writing


class Herald:
    """Writes a message to every address of the staff groups that does not lie behind the channel itself.

    Where there is none, the chronology and ``/health`` are all that says it.
    """

    def __init__(
        self,
        engine: Engine,
        directory: Callable[[], Directory],
        new_key: Callable[[], str],
        clock: Clock,
        fence: Fence | None = None,
        *,
        drill: bool = False,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._new_key = new_key
        self._clock = clock
        self._fence = fence
        self._drill = drill

    def tell(self, trouble: Trouble) -> int:
        """Write the message; how many addresses it goes to."""
        now = self._clock.now()
        to = [self._delivery(each, trouble) for each in self._staff(trouble)]
        if to:
            message = Message(MessageKind.SERVICE, now, trouble.level, drill=self._drill)
            with writing(self._engine) as connection:
                if self._fence is not None:
                    self._fence(connection)
                add(connection, message, to)
        return len(to)

    def _staff(self, trouble: Trouble) -> list[Receiver]:
        directory, now = self._directory(), self._clock.now()
        staff = (name for name, group in directory.groups.items() if group.kind is GroupKind.STAFF)
        found = dict.fromkeys(each for name in staff for each in directory.group(name, now, trouble.level))
        return [each for each in found if each.channel != trouble.channel]

    def _delivery(self, receiver: Receiver, trouble: Trouble) -> Delivery:
        said = trouble.said(receiver.language)
        return Delivery(
            recipient_id=receiver.contact_id,
            channel=receiver.channel,
            address=receiver.address,
            subject=said,
            body=said,
            due_at=self._clock.now(),
            key=self._new_key(),
            level=trouble.level,
            language=receiver.language,
            drill=self._drill,
        )
