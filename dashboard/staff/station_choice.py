"""What the address of a station's page chooses: the span, an event of the past to lay over it, the table. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

from dashboard.staff.addresses import DEFAULT_RANGE_H, hours_in

_MINUTE = "%Y%m%dT%H%M"


@dataclass(frozen=True, slots=True)
class Choice:
    """``peak`` names an event by the minute of its peak; ``table`` says that the readings are wanted as a table."""

    hours: int = DEFAULT_RANGE_H
    peak: str = ""
    table: bool = False

    def search(self) -> str:
        """As it stands in an address."""
        event = f"&e={self.peak}" if self.peak else ""
        return f"?h={self.hours}{event}{'&t=1' if self.table else ''}"

    def over(self, hours: int) -> Choice:
        """The same over another span."""
        return replace(self, hours=hours)

    def beside(self, peak: str) -> Choice:
        """The same with another event, or with none."""
        return replace(self, peak=peak)

    def turned(self) -> Choice:
        """The same with the table where it was not, and without it where it was."""
        return replace(self, table=not self.table)


def choice_in(search: str | None) -> Choice:
    """What an address chooses; what it does not know is the usual."""
    asked = parse_qs((search or "").removeprefix("?"))
    peak = asked.get("e", [""])[0]
    return Choice(hours_in(search), peak if _is_minute(peak) else "", asked.get("t") == ["1"])


def minute(at: datetime) -> str:
    """The name of an event's peak."""
    return at.astimezone(UTC).strftime(_MINUTE)


def _is_minute(written: str) -> bool:
    try:
        return minute(datetime.strptime(written, _MINUTE).replace(tzinfo=UTC)) == written
    except ValueError:
        return False
