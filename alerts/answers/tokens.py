"""The token of a link: who may answer for which incident until when, signed. Pure.

A token is the claim itself and a MAC over it, so nothing has to be kept to know it again, and it is short enough for a
text message: version, incident, minute of expiry, contact, then 12 bytes of HMAC-SHA256, in base64url. It opens one
thing: the purpose is part of what is signed. All tokens are void when the secret is another one.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VERSION = 1
PURPOSE, DRILL_PURPOSE = b"mizumori crew answer\0", b"mizumori drill answer\0"
"""A link of a drill opens nothing of the real house, though both had the same secret."""
MAC_BYTES = 12
"""96 bits: guessing one of them online is hopeless, and the link stays short."""
LONGEST = 128
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVERY_INCIDENT = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token opens. ``incident_id`` 0 is the list of what the contact was told of. Expiry in whole minutes."""

    contact_id: str
    incident_id: int
    expires_at: datetime

    def expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.expires_at


def issue(claim: Claim, secret: bytes, purpose: bytes = PURPOSE) -> str:
    """The token of a claim; its expiry is rounded up to the minute."""
    minute = -((EPOCH - claim.expires_at) // MINUTE)
    payload = bytes([VERSION]) + _number(claim.incident_id) + minute.to_bytes(4, "big") + claim.contact_id.encode()
    return urlsafe_b64encode(payload + _mac(payload, secret, purpose)).rstrip(b"=").decode()


def read(token: str, secret: bytes, purpose: bytes = PURPOSE) -> Claim | None:
    """What a token claims, expired or not; None where it was not signed with this secret for this purpose."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        return None
    payload, mac = signed[:-MAC_BYTES], signed[-MAC_BYTES:]
    # The same bytes can be written in several ways: only the way that was issued counts.
    same = urlsafe_b64encode(signed).rstrip(b"=").decode() == token
    if not same or not hmac.compare_digest(mac, _mac(payload, secret, purpose)):
        return None
    return _claim(payload)


def purpose_of(*, drill: bool) -> bytes:
    """What links of a house are signed for."""
    return DRILL_PURPOSE if drill else PURPOSE


def token_id(token: str) -> str:
    """A name for a token in records and logs, from which it cannot be made again."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _mac(payload: bytes, secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, purpose + payload, hashlib.sha256)[:MAC_BYTES]


def _claim(payload: bytes) -> Claim | None:
    if not payload or payload[0] != VERSION:
        return None
    incident_id, rest = _read_number(payload[1:])
    expires_at = EPOCH + int.from_bytes(rest[:4], "big") * MINUTE
    return Claim(rest[4:].decode(), incident_id, expires_at)


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that another follows."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _read_number(payload: bytes) -> tuple[int, bytes]:
    value = 0
    for place, byte in enumerate(payload):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, payload[place + 1 :]
    return value, b""
