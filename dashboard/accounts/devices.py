"""Browsers in which an account was signed in before: what their cookie proves. Pure but for chance.

The cookie lets nobody in. It says that failures elsewhere are not this browser's: who has it is counted apart. It is a
number of the browser and a proof for each account that was signed in there (a computer in a duty room serves many). A
proof is an HMAC by the account's password hash: there is no other secret to keep, and a new password ends them all.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence

from dashboard.accounts.records import Account

DAYS = 366
MOST_PROOFS = 12
_NUMBER, _PROOF = 22, 32
_LONGEST = _NUMBER + MOST_PROOFS * (_PROOF + 1)


def of(cookie: str, account: Account | None) -> str:
    """The number of the browser, where the account was signed in there since its password changed; else empty."""
    number, proofs = _read(cookie)
    if account is None or not number:
        return ""
    proof = _proof(number, account)
    return number if any(hmac.compare_digest(proof, each) for each in proofs) else ""


def with_account(cookie: str, account: Account) -> str:
    """The cookie of the browser once the account was signed in there; the newest proofs are kept."""
    number, proofs = _read(cookie)
    number = number or secrets.token_urlsafe(16)
    proof = _proof(number, account)
    kept = [proof, *(each for each in proofs if each != proof)][:MOST_PROOFS]
    return ".".join((number, *kept))


def _read(cookie: str) -> tuple[str, Sequence[str]]:
    """Its number and proofs; an empty number where it is no cookie of ours."""
    number, *proofs = cookie.split(".") if cookie.isascii() and len(cookie) <= _LONGEST else [""]
    fits = len(number) == _NUMBER and all(len(each) == _PROOF for each in proofs)
    return (number, proofs) if fits else ("", ())


def _proof(number: str, account: Account) -> str:
    said = f"device\n{number}\n{account.login}"
    return hmac.new(account.password_hash.encode(), said.encode(), "sha256").hexdigest()[:_PROOF]
