"""Recovery codes: each stands in once for the telephone that shows the codes. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dashboard.accounts import passwords

COUNT = 10
FEW = 3
"""From here on their owner is told that they run out."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many of an account's codes were not used yet, and when they were made."""

    count: int = 0
    made_at: datetime | None = None

    @property
    def few(self) -> bool:
        """Whether it is time for new ones."""
        return self.count <= FEW


class RecoveryStore(Protocol):
    """Where the hashes are kept. Blocking."""

    def replace(self, account_id: int, hashes: tuple[str, ...], at: datetime) -> None:
        """Keep these and forget those that there were."""
        ...

    def use(self, account_id: int, code_hash: str, at: datetime) -> bool:
        """Mark one as used; False where there is none such, or it was used before."""
        ...

    def left(self, account_id: int) -> Left:
        """What is left of an account's."""
        ...


def made() -> tuple[str, ...]:
    """New codes, of 79 bits each: long enough that a plain hash keeps them."""
    return tuple(passwords.made() for _ in range(COUNT))


def looks_like_one(given: str) -> bool:
    """Whether somebody gave a recovery code, right or wrong, and not the digits of a telephone."""
    return any(each.isalpha() for each in _letters(given))


def hash_of(account_id: int, code: str) -> str:
    """What is kept of a code. How it is typed (capitals, wide letters, without hyphens) does not matter."""
    return hashlib.sha256(f"{account_id}\n{_letters(code)}".encode()).hexdigest()


def _letters(code: str) -> str:
    plain = unicodedata.normalize("NFKC", code[:100]).casefold()
    return "".join(each for each in plain if each.isalnum())
