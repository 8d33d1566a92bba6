"""Acknowledgements leave in the order in which their messages came (MQTT 5.0, 4.6), whichever lane is done first.

Every message passes here, so it does little: a ticket is appended when a message comes and closed when the message is
durable; what is closed at the head of the queue is due. Each connection has an order of its own: a ticket of an older
one belongs to an order that nobody asks any more, so it can acknowledge nothing of the new one, whose packet numbers
begin anew.
"""

from __future__ import annotations

from collections import deque


class Ticket:
    """The place of one message in the order."""

    __slots__ = ("closed", "packet_id")

    def __init__(self, packet_id: int) -> None:
        self.packet_id = packet_id
        self.closed = False

    def close(self) -> None:
        """Its message is durable; any thread may say so."""
        self.closed = True

    def withdraw(self) -> None:
        """Its message could not be taken in: it is not to be acknowledged, and holds up nobody behind it."""
        self.packet_id = 0
        self.closed = True


class Order:
    """The messages of one connection that are not acknowledged yet. One thread at a time may ask what is due."""

    def __init__(self) -> None:
        self._open: deque[Ticket] = deque()
        self._due: list[int] = []

    def __len__(self) -> int:
        """Messages that are not acknowledged: never more than the broker sends ahead (Receive Maximum)."""
        return len(self._open)

    def ticket(self, packet_id: int) -> Ticket:
        """The next place."""
        ticket = Ticket(packet_id)
        self._open.append(ticket)
        return ticket

    def due(self) -> list[int]:
        """The packet numbers that can be acknowledged now, in order; the same again until they are ``sent``."""
        waiting, due = self._open, self._due
        while waiting and waiting[0].closed:
            if packet_id := waiting.popleft().packet_id:
                due.append(packet_id)
        return due

    def sent(self) -> None:
        """What was due is acknowledged."""
        self._due = []
