"""Passwords: how they are hashed (argon2id), which are taken, and made ones. The only file that hashes."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 12
MOST = 200
"""A longer one would only keep the hash busy."""
AT_ONCE = 2
"""Hashes that are made at once: each takes 64 MB for a moment, and anybody may ask for one."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read wrongly from paper."""


class Passwords:
    """Hashes and checks passwords. Blocking: tens of milliseconds each, by intent."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hashed(self, password: str) -> str:
        """The hash that is kept."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password of the hash; without one (no such account) it takes as long and is none."""
        with self._turn:
            try:
                return self._hasher.verify(kept or self._nobody, password[:MOST]) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def made() -> str:
    """A password for a person to type once: four groups of four letters, 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def refused(password: str, login: str, name: str = "") -> str | None:
    """Why a password is not taken, as a key of the catalogue; None where it is. Length counts, kinds of letters do
    not (NIST SP 800-63B)."""
    low = password.casefold()
    if len(password) < LEAST:
        return "accounts.password_short"
    if len(password) > MOST:
        return "accounts.password_long"
    if login.casefold() in low or (len(name) > 2 and name.casefold() in low) or len(set(low)) < 5:
        return "accounts.password_guessable"
    return None
