"""The second factor: codes of six digits after RFC 6238, and the picture that a telephone reads them from."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno

ISSUER = "Mizumori"
STEP_S = 30
AROUND = 1
"""Steps before and after the present one whose code is taken: clocks of telephones differ."""


def new_secret() -> str:
    """A secret of 160 bits in base32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that a code belongs to; None for a wrong one."""
    digits, found = "".join(code.split()), None
    present = int(now.timestamp()) // STEP_S
    for step in range(present - AROUND, present + AROUND + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_S).encode(), digits.encode()):
            found = step
    return found


def address(secret: str, login: str, house: str) -> str:
    """The ``otpauth://`` address that an authenticator app takes over."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=house or ISSUER)


def picture(address: str) -> str:
    """A QR code of it as an SVG element, with the quiet zone around."""
    made = segno.make(address, error="m", micro=False)
    return made.svg_inline(scale=4, border=4, light="#fff", dark="#000", omitsize=True)
