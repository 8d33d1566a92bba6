"""What is said of accounts and tokens, and what is asked for. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from dashboard.accounts.actor import Role
from dashboard.accounts.desk import normal
from dashboard.accounts.office import Entry
from dashboard.accounts.records import NewAccount, Session
from dashboard.accounts.token_keeping import NewToken
from dashboard.accounts.tokens import Token

MOST_PLACES = 100
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Places = Annotated[list[Name], Field(max_length=MOST_PLACES)]
EVERYWHERE = "Japanese names of where it may act; empty for everywhere"


class Strict(BaseModel):
    """What is asked for: nothing that is not known."""

    model_config = ConfigDict(extra="forbid")


class SessionRead(BaseModel):
    """A browser that is signed in."""

    begun_at: datetime
    seen_at: datetime = Field(description="when a page of it was open last, to a minute or so")
    expires_at: datetime
    address: str


class AccountRead(BaseModel):
    """An account as administrators see it."""

    id: int
    login: str
    name: str
    role: Role
    departments: list[str] = Field(description=EVERYWHERE)
    areas: list[str] = Field(description=EVERYWHERE)
    wall: bool = Field(description="for a wall screen: stays signed in for weeks")
    second_factor: bool = Field(description="whether one is set up")
    recovery_codes_left: int
    must_change_password: bool
    signed_in_at: datetime | None = Field(description="when somebody signed in last; null for never, or not known")
    disabled_at: datetime | None
    sessions: list[SessionRead]


class Accounts(BaseModel):
    """All accounts, by login name."""

    accounts: list[AccountRead]
    departments: list[str] = Field(description="what the registry knows, in Japanese")
    areas: list[str] = Field(description="what the registry knows, in Japanese")


class Made(BaseModel):
    """An account with its start password, which is nowhere else."""

    account: AccountRead
    password: str | None = Field(description="null where it stays as it was")


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


class Adding(Strict):
    """A new account."""

    login: Short = Field(description="small letters, digits and . _ - @; it stays for good")
    name: Name = Field(description="what the chronology writes")
    role: Role
    departments: Places = Field(default=[], description=EVERYWHERE)
    areas: Places = Field(default=[], description=EVERYWHERE)
    wall: bool = Field(default=False, description="for a wall screen; viewers only")

    def account(self) -> NewAccount:
        """As it is kept, without its password."""
        departments, areas = tuple(self.departments), tuple(self.areas)
        return NewAccount(normal(self.login), self.name, self.role, "", departments, areas, self.wall, must_change=True)


class Changing(Strict):
    """What becomes different; what is left out stays."""

    role: Role | None = None
    departments: Places | None = None
    areas: Places | None = None
    disabled: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Changing:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_changed", "nothing is to be changed")
        return self

    def of_role(self) -> bool:
        """Whether the role or where it holds is to change."""
        return any(each is not None for each in (self.role, self.departments, self.areas))


class Resetting(Strict):
    """What is made anew."""

    password: bool = True
    second_factor: bool = True

    @model_validator(mode="after")
    def _something(self) -> Resetting:
        if not self.password and not self.second_factor:
            raise PydanticCustomError("nothing_changed", "nothing is to be changed")
        return self


class TokenRead(BaseModel):
    """The token of a program, without its secret."""

    id: int
    name: str = Field(description="what the chronology and the audit log write")
    role: Role
    departments: list[str] = Field(description=EVERYWHERE)
    areas: list[str] = Field(description=EVERYWHERE)
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None = Field(description="to a minute or so")
    used_from: str


class TokensSaid(BaseModel):
    """All tokens, the newest first, those that ended too."""

    tokens: list[TokenRead]


class TokenMade(BaseModel):
    """A new token, which is nowhere else."""

    token: str
    name: str


class Tokening(Strict):
    """A new token."""

    name: Name
    role: Role = Field(description="viewer or operator: a program approves nothing")
    last_day: date = Field(description="the last day in Japan on which it opens anything; two years at the most")
    departments: Places = Field(default=[], description=EVERYWHERE)
    areas: Places = Field(default=[], description=EVERYWHERE)

    def token(self) -> NewToken:
        """As the keeper takes it."""
        return NewToken(self.name, self.role, self.last_day, tuple(self.departments), tuple(self.areas))


def account(entry: Entry) -> AccountRead:
    """An account in the words of the API."""
    kept = entry.account
    return AccountRead(
        id=kept.id,
        login=kept.login,
        name=kept.name,
        role=kept.role,
        departments=list(kept.departments),
        areas=list(kept.areas),
        wall=kept.wall,
        second_factor=bool(kept.totp_secret),
        recovery_codes_left=entry.recovery_left,
        must_change_password=kept.must_change,
        signed_in_at=kept.signed_in_at,
        disabled_at=kept.disabled_at,
        sessions=[_session(each) for each in entry.sessions],
    )


def token(kept: Token) -> TokenRead:
    """A token in the words of the API."""
    return TokenRead(**{name: getattr(kept, name) for name in TokenRead.model_fields})


def _session(kept: Session) -> SessionRead:
    return SessionRead(begun_at=kept.created_at, seen_at=kept.seen_at, expires_at=kept.expires_at, address=kept.address)
