"""What administrators see and keep: the accounts with their sessions, and the tokens of programs. Blocking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashboard.accounts.actor import Actor
from dashboard.accounts.desk import AccountDesk
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.records import Account, Session
from dashboard.accounts.token_keeping import TokenKeeper
from dashboard.accounts.tokens import Tokens, TokenStore


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as administrators see it."""

    account: Account
    sessions: Sequence[Session]
    """Those that are open, the newest first."""
    recovery_left: int


@dataclass(frozen=True)
class Office:
    """The accounts of a house for those who keep them. What is changed holds in open sessions at once."""

    desk: AccountDesk
    kept_tokens: TokenStore
    tokens: Tokens

    def entries(self) -> list[Entry]:
        """Every account, by login name."""
        return [self._entry(each) for each in self.desk.store.accounts()]

    def entry(self, login: str) -> Entry:
        """The one of a login name that there is."""
        found = self.desk.store.account(login)
        assert found is not None, f"accounts are never deleted, and there was {login}"
        return self._entry(found)

    def account(self, account_id: int) -> Account | None:
        """The account of a number."""
        return next((each for each in self.desk.store.accounts() if each.id == account_id), None)

    def keeper(self, by: Actor | str, where: str) -> Keeper:
        """Changes accounts for somebody, from an address."""
        desk = self.desk
        return Keeper(desk.store, desk.passwords, desk.now, by, where, changed=desk.sessions.forget)

    def token_keeper(self, by: Actor | str, where: str) -> TokenKeeper:
        """Makes and revokes tokens for somebody, from an address."""
        desk = self.desk
        return TokenKeeper(self.kept_tokens, desk.audit, desk.now, by, where, changed=self.tokens.forget)

    def _entry(self, account: Account) -> Entry:
        now, idle = self.desk.now(), timedelta(minutes=self.desk.settings.idle_minutes)
        found = self.desk.store.sessions(account.id)
        open_ = [each for each in found if each.expires_at > now and (account.wall or now - each.seen_at <= idle)]
        return Entry(account, open_, self.desk.second.left(account).count if account.totp_secret else 0)
