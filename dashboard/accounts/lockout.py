"""How long somebody who failed must wait before the next try. Pure.

A try is counted where it comes from. From a browser in which the account was signed in before it is counted by that
browser alone, from a network in which it was, by name and network alone: strangers elsewhere, and colleagues behind the
same address who fail, then cost its owner nothing. All others share the counts of the name and of the address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from dashboard.accounts.records import Failures

NONE = timedelta(0)
IPV6_PREFIX = 64
"""Whoever has one IPv6 address usually has all that begin like it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Failures that cost nothing, the longest wait (it doubles from two seconds on), and after which time without a
    failure the count begins anew."""

    free: int
    most: timedelta
    forgotten: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after the last failure the next try is looked at."""
        over = failures - self.free
        return min(timedelta(seconds=2 ** min(over, 20)), self.most) if over > 0 else NONE


_QUARTER, _DAY = timedelta(minutes=15), timedelta(days=1)
RULES: Mapping[str, Rule] = {
    "device": Rule(3, timedelta(minutes=5), _DAY),
    "here": Rule(3, _QUARTER, _DAY),
    "login": Rule(10, timedelta(minutes=1), _QUARTER),
    "address": Rule(20, timedelta(minutes=1), _QUARTER),
    "code_device": Rule(3, timedelta(minutes=5), _DAY),
    "code_here": Rule(3, _QUARTER, _DAY),
    "code": Rule(10, timedelta(minutes=5), timedelta(hours=1)),
}
"""By what passwords are counted: a login name in a browser, or at an address; a login name; an address. And codes,
which only those try who know the password: an account in a browser, at an address, and wherever."""
FORGOTTEN_AFTER = max(each.forgotten for each in RULES.values())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from. ``device`` is a browser in which the account was signed in before (empty: none that is
    known); ``home`` says that it was from this address."""

    address: str
    device: str = ""
    home: bool = False

    @property
    def known(self) -> bool:
        """Whether strangers cannot come from there so easily."""
        return bool(self.device) or self.home


def keys(login: str, origin: Origin) -> tuple[str, ...]:
    """What a try with a password is counted by."""
    if origin.device:
        return (_key("device", login, origin.device),)
    here = _key("here", login, place(origin.address))
    return (here,) if origin.home else (here, _key("login", login), _key("address", place(origin.address)))


def code_keys(account_id: int, origin: Origin) -> tuple[str, ...]:
    """What a try with a code is counted by."""
    account = str(account_id)
    if origin.device:
        return (_key("code_device", account, origin.device),)
    here = _key("code_here", account, place(origin.address))
    return (here,) if origin.home else (here, _key("code", account))


def of_account(login: str, account_id: int) -> tuple[str, ...]:
    """All keys of an account, those of its browsers and addresses by what they begin with."""
    by_name = tuple(_key(rule, login) for rule in ("device", "here", "login"))
    return by_name + tuple(_key(rule, str(account_id)) for rule in ("code_device", "code_here", "code"))


def shared(key: str) -> bool:
    """Whether many people count there: who succeeds takes back the own try and forgives no others."""
    return key.startswith("address:")


def place(address: str) -> str:
    """An address as it is counted: one of IPv6 by its network, one of IPv4 as it is."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        return str(read.ipv4_mapped or ip_network((read, IPV6_PREFIX), strict=False))
    return str(read)


def _key(rule: str, *parts: str) -> str:
    return ":".join((rule, *(hashlib.sha256(each.encode()).hexdigest()[:32] for each in parts)))


def wait(known: Mapping[str, Failures], now: datetime) -> timedelta:
    """How long it is still to wait; zero where the try may be looked at."""
    return max((_left(key, failures, now) for key, failures in known.items()), default=NONE)


def longest(known: Mapping[str, Failures], now: datetime) -> str:
    """The key for which it is to wait longest."""
    return max(known, key=lambda key: _left(key, known[key], now))


def counted(key: str, before: Failures, now: datetime) -> Failures:
    """One failure more."""
    return Failures(1 if _over(key, before, now) else before.count + 1, now)


def _left(key: str, failures: Failures, now: datetime) -> timedelta:
    if failures.last_at is None or _over(key, failures, now):
        return NONE
    whole = _rule(key).wait(failures.count)
    return max(failures.last_at + whole - now, NONE) if whole else NONE


def _over(key: str, failures: Failures, now: datetime) -> bool:
    return failures.last_at is not None and now - failures.last_at > _rule(key).forgotten


def _rule(key: str) -> Rule:
    return RULES[key.partition(":")[0]]
