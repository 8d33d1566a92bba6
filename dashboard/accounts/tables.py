"""The tables of the accounts, in the database of the present."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, Text

from ingest.store.tables import UtcTime, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("departments", JSON, nullable=False),
    Column("areas", JSON, nullable=False),
    Column("wall", Boolean, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("totp_secret", String(64), nullable=False),
    Column("totp_step", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    Column("signed_in_at", UtcTime),
    sqlite_autoincrement=True,
)

account_sessions = Table(
    "account_sessions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("address", String(64), nullable=False),
    Column("proven", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""The hash of the token is kept: who reads the database cannot take over a session."""

account_failures = Table(
    "account_failures",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
)
"""Failures in a row of a login name, an address or both, by their hashes, whether there is such an account or not."""

account_recovery = Table(
    "account_recovery",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("made_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)
"""Codes that each stand in once for the telephone of an account, by their hashes."""

account_tokens = Table(
    "account_tokens",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("departments", JSON, nullable=False),
    Column("areas", JSON, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_by", String(200), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("used_at", UtcTime),
    Column("used_from", String(64), nullable=False),
    sqlite_autoincrement=True,
)
"""Tokens of programs, by their hashes."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("account_id", Integer),
    Column("actor", String(200), nullable=False),
    Column("act", String(40), nullable=False),
    Column("object", String(300), nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", String(64), nullable=False),
    sqlite_autoincrement=True,
)
"""Who did what; it is only ever added to."""
