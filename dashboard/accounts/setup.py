"""The one-time token with which the first account is made."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable


class SetupToken:
    """Known to whoever sees the start of the server; it opens ``/setup`` while there is no account, and no longer."""

    def __init__(self, any_account: Callable[[], bool], token: str | None = None) -> None:
        self._any_account = any_account
        self.token = token or secrets.token_urlsafe(20)

    def needed(self) -> bool:
        """Whether there is no account yet. Blocking."""
        return not self._any_account()

    def fits(self, given: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(given.strip().encode(), self.token.encode())
