"""How long somebody who failed must wait before the next try. Pure.

One who fails from one address waits longest there. A stranger who tries names from elsewhere can make the owner of the
account wait a minute and no more: in a storm nobody may be kept out for a quarter of an hour by somebody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.accounts.records import Failures


@dataclass(frozen=True, slots=True)
class Rule:
    """Failures in a row that cost nothing, and the longest wait: it doubles from two seconds on."""

    free: int
    most: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after the last failure the next try is looked at."""
        over = failures - self.free
        return min(timedelta(seconds=2 ** min(over, 20)), self.most) if over > 0 else timedelta(0)


RULES: Mapping[str, Rule] = {
    "here": Rule(3, timedelta(minutes=15)),
    "login": Rule(10, timedelta(minutes=1)),
    "address": Rule(20, timedelta(minutes=1)),
    "code": Rule(3, timedelta(minutes=15)),
}
"""By what is counted: a login name at an address, a login name, an address; codes by account: who tries them knows the
password already."""
FORGOTTEN_AFTER = timedelta(days=1)


def keys(login: str, address: str) -> tuple[str, ...]:
    """What a try with a password is counted by."""
    return (_key("here", f"{login}\n{address}"), login_key(login), _key("address", address))


def login_key(login: str) -> str:
    """What a try is counted by wherever it comes from."""
    return _key("login", login)


def code_key(account_id: int) -> str:
    """What a try with a code is counted by."""
    return _key("code", str(account_id))


def _key(rule: str, what: str) -> str:
    return f"{rule}:{hashlib.sha256(what.encode()).hexdigest()[:40]}"


def wait(known: Mapping[str, Failures], now: datetime) -> timedelta:
    """How long it is still to wait; zero where the try may be looked at."""
    return max((_left(key, failures, now) for key, failures in known.items()), default=timedelta(0))


def _left(key: str, failures: Failures, now: datetime) -> timedelta:
    if failures.last_at is None or now - failures.last_at > FORGOTTEN_AFTER:
        return timedelta(0)
    return max(failures.last_at + RULES[key.partition(":")[0]].wait(failures.count) - now, timedelta(0))
