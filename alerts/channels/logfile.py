"""Messages appended to a file: the channel that works with nothing else installed."""

from __future__ import annotations

import os
from pathlib import Path

from alerts.channels.channel import ChannelError
from alerts.records import Delivery


def check_address(address: str) -> None:
    """ValueError where the path can be none."""
    if not address.strip() or "\0" in address or Path(address).is_dir():
        raise ValueError(f"{address!r} is no file to write to: write the path of a file")


class LogFile:
    """One block of text per delivery, at the end of the file that the address names."""

    idempotent = False

    def send(self, delivery: Delivery) -> str:
        """Append and synchronise."""
        path = Path(delivery.address)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as stream:
                stream.write(f"--- {delivery.id} → {delivery.recipient_id}\n{delivery.subject}\n\n{delivery.body}\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ChannelError(f"the file could not be written: {error}") from error
        return ""

    def close(self) -> None:
        """Nothing is kept open."""
