"""Who may speak on a topic of our own: devices of the registry, each at its own station. Pure."""

from __future__ import annotations

from ingest.messages import Refusal, Refused
from ingest.roster import Machine, Roster, Watched
from ingest.topics import Address


def known_gauge(address: Address, roster: Roster) -> Watched:
    """The gauge of a topic; raises Refused where it is not in the registry, or at another station."""
    gauge = roster.gauges.get(address.device_id)
    if gauge is None:
        raise _unknown(address)
    _refuse_elsewhere(address, gauge.station_id)
    return gauge


def refuse_stranger(address: Address, roster: Roster) -> None:
    """Raise Refused where the camera, pump or gate of a topic is not in the registry, or at another station."""
    known = (roster.cameras if address.kind == "camera" else roster.equipment).get(address.device_id)
    if known is None or (isinstance(known, Machine) and known.kind != address.kind):
        raise _unknown(address)
    _refuse_elsewhere(address, known.station_id)


def _unknown(address: Address) -> Refused:
    return Refused(Refusal.UNKNOWN_DEVICE, f"{address.device_id} is not in the registry")


def _refuse_elsewhere(address: Address, station_id: str) -> None:
    if station_id != address.station_id:
        detail = f"{address.device_id} belongs to station {station_id}, not {address.station_id}"
        raise Refused(Refusal.UNKNOWN_DEVICE, detail)
