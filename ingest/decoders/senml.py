"""SenML in JSON (RFC 8428), with the secondary units of RFC 8798 and the versions of RFC 9100.

``[{"bn": "fujii-01:", "bt": 1782874200, "n": "stage", "u": "m", "v": 1.23}, {"n": "battery", "u": "%EL", "v": 87}]``
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.decoders.decoded import Heard, Observed
from ingest.decoders.own_json import explain
from ingest.messages import Message, Refusal, Refused

VERSION = 10
UNDERSTOOD_FEATURES = 0b11111
"""The bits of a version that stand for what is understood: RFC 8428 itself (10 and before), and secondary units."""
ABSOLUTE_FROM_S = 2.0**28
"""Times below it are relative to now, from it on they are seconds since 1970 (RFC 8428, section 4.5.3)."""
LATEST_S = 253_402_300_799.0
"""The end of the year 9999."""
MOST_RECORDS = 1000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*")
WATER_UNITS = frozenset({"", "m", "cm", "mm", "Pa", "hPa", "kPa"})
"""Units of numbers that can be the water's; one without a unit is in the unit that the registry states."""
DBM_ABOVE_DBW = 30.0
Json = dict[str, Any]


def _is_base64url(text: str) -> str:
    if "+" in text or "/" in text:
        raise ValueError("base64 with the URL's alphabet has - and _, not + and /")
    base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    return text


class Entry(BaseModel):
    """One record as it is written; labels that we do not know are kept aside."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    bver: Annotated[int | None, Field(ge=1)] = None
    bn: str | None = None
    bt: float | None = None
    bu: str | None = None
    bv: float | None = None
    bs: float | None = None
    n: str | None = None
    u: str | None = None
    t: float | None = None
    ut: float | None = None
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: Annotated[str, AfterValidator(_is_base64url)] | None = None
    s: float | None = None

    @property
    def extras(self) -> Json:
        """The labels that are none of RFC 8428."""
        return self.model_extra or {}

    def base(self) -> Json:
        """The base fields that it sets."""
        fields = {"bn": self.bn, "bt": self.bt, "bu": self.bu, "bv": self.bv, "bs": self.bs, "bver": self.bver}
        return {label: each for label, each in fields.items() if each is not None}

    def is_record(self) -> bool:
        """Whether it says more than base fields for those after it."""
        own = (self.n, self.u, self.t, self.ut, self.v, self.vs, self.vb, self.vd, self.s)
        return bool(self.extras) or any(each is not None for each in own)


PACK = TypeAdapter(Annotated[list[Entry], Field(max_length=MOST_RECORDS)])


@dataclass(frozen=True, slots=True)
class Record:
    """A resolved record: exactly one of ``v``, ``vs``, ``vb`` and ``vd`` is there, or none and a sum ``s``.

    ``time_s`` is in seconds since 1970. ``version`` is None where it is that of RFC 8428. ``channel`` is the name
    within the pack, and ``offset_s`` the time relative to now where none was given that does not depend on it.
    """

    name: str
    time_s: float
    unit: str = ""
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    ut: float | None = None
    version: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    channel: str = field(default="", compare=False)
    offset_s: float | None = field(default=None, compare=False)

    def as_json(self) -> Json:
        """The record as SenML writes it."""
        named = {"bver": self.version, "n": self.name, "u": self.unit or None, "t": self.time_s}
        said = {"v": self.v, "vs": self.vs, "vb": self.vb, "vd": self.vd, "s": self.s, "ut": self.ut}
        return {label: each for label, each in (named | said).items() if each is not None} | dict(self.extra)


def parse(payload: bytes) -> Sequence[Entry]:
    """The entries of a pack as they are written; raises ``Refused`` where it is none."""
    try:
        return PACK.validate_json(payload)
    except ValidationError as error:
        raise Refused(Refusal.MALFORMED, explain(error)) from error


def resolve(pack: Iterable[Entry], now_s: float) -> list[Record]:
    """The records with their base fields applied and their times absolute, in the order of time.

    ``now_s`` is the time that relative times count from, in seconds since 1970. Raises ``Refused`` as RFC 8428 asks:
    a newer version, a field that must be understood, a name that is none, a record without a value.
    """
    base: Json = {}
    records = []
    for entry in pack:
        _check_labels(entry)
        _check_version(entry, base)
        base |= entry.base()
        if entry.is_record():
            records.append(_resolved(entry, base, now_s))
    return sorted(records, key=lambda each: each.time_s)


def decode(message: Message) -> list[Observed | Heard]:
    """The lengths and pressures of a pack, each with its unit, and what the device says of itself.

    Other quantities, texts, states and sums are passed over; a pack of nothing else is refused.
    """
    records = resolve(parse(message.payload), message.received_at.timestamp())
    found: list[Observed | Heard] = [_observed(each) for each in records if _is_of_water(each)]
    heard = _heard(records)
    if heard != Heard():
        found.append(heard)
    if not found:
        raise Refused(Refusal.NO_MEASUREMENT, "no record of the pack is a length, a pressure, a battery or a signal")
    return found


def _check_labels(entry: Entry) -> None:
    for label in entry.extras:
        if label.endswith("_"):
            raise Refused(Refusal.MALFORMED, f"{label}: a field that must be understood, and is not")


def _check_version(entry: Entry, base: Json) -> None:
    version = entry.bver
    if version is None:
        return
    if version > VERSION and version & ~UNDERSTOOD_FEATURES:
        raise Refused(Refusal.MALFORMED, f"bver: version {version} is newer than what is understood")
    if base.get("bver", version) != version:
        raise Refused(Refusal.MALFORMED, "bver: all records of a pack have one version")


def _resolved(entry: Entry, base: Json, now_s: float) -> Record:
    stated_s = base.get("bt", 0.0) + (entry.t or 0.0)
    relative = stated_s < ABSOLUTE_FROM_S
    others = [each for each in (entry.vs, entry.vb, entry.vd) if each is not None]
    value = entry.v if others else _sum(entry.v, base.get("bv"))
    total = _sum(entry.s, base.get("bs"))
    name = _name(base.get("bn", "") + (entry.n or ""))
    if len(others) + (value is not None) > 1 or (not others and value is None and total is None):
        raise Refused(Refusal.MALFORMED, f"{name}: a record has one of v, vs, vb and vd, or a sum s")
    return Record(
        name=name,
        time_s=_time_s(now_s + stated_s if relative else stated_s),
        unit=base.get("bu", "") if entry.u is None else entry.u,
        v=value,
        vs=entry.vs,
        vb=entry.vb,
        vd=entry.vd,
        s=total,
        ut=entry.ut,
        version=base.get("bver") if base.get("bver") != VERSION else None,
        extra=MappingProxyType({label: each for label, each in entry.extras.items() if not label.startswith("b")}),
        channel=entry.n or "",
        offset_s=stated_s if relative else None,
    )


def _sum(own: float | None, base: float | None) -> float | None:
    """A value and its base, where one of them stands for the other missing one too (section 4.1)."""
    if own is None or base is None:
        return base if own is None else own
    total = own + base
    if not math.isfinite(total):
        raise Refused(Refusal.IMPOSSIBLE, f"{own:g} and its base {base:g} make no number")
    return total


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        detail = f'"{name[:40]}" is no name: letters, digits and - : . / _ make one, a letter or digit first'
        raise Refused(Refusal.MALFORMED, detail)
    return name


def _time_s(time_s: float) -> float:
    if not 0.0 <= time_s <= LATEST_S:
        raise Refused(Refusal.IMPOSSIBLE, f"t: {time_s:g} seconds since 1970 is no time between 1970 and 9999")
    return time_s


def _is_of_water(record: Record) -> bool:
    return record.v is not None and record.unit in WATER_UNITS


def _observed(record: Record) -> Observed:
    """Without a time, or with one of 0, the device knows none: the time of receipt counts then."""
    at = None if record.offset_s == 0 else datetime.fromtimestamp(record.time_s, UTC)
    reckoned = at is not None and record.offset_s is not None
    return Observed(record.v or 0.0, at, channel=record.channel, unit=record.unit, reckoned=reckoned)


def _heard(records: Iterable[Record]) -> Heard:
    """What the device says of itself, the last word of each. Volts are the battery's where the name says so."""
    battery_pct = battery_v = rssi_dbm = None
    for record in records:
        match record.unit:
            case "%EL":
                battery_pct = record.v
            case "V" if "bat" in record.name.rpartition(":")[2].lower():
                battery_v = record.v
            case "dBm":
                rssi_dbm = record.v
            case "dBW":
                rssi_dbm = None if record.v is None else record.v + DBM_ABOVE_DBW
    return Heard(battery_pct=battery_pct, battery_v=battery_v, rssi_dbm=rssi_dbm)
