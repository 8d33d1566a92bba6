"""The tables of the alerts, in the database of the present."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from ingest.store.tables import UtcTime, metadata

standings = Table(
    "alert_standings",
    metadata,
    Column("rule", String(32), primary_key=True),
    Column("subject_id", String(200), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("level", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("standing", Text, nullable=False),
    Index("standings_of_station", "station_id", "rule"),
)
"""Where the alert of each rule and subject stands; ``told`` is the level that people were told of last."""

cursors = Table(
    "alert_cursors",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("rule", String(32), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("incident_id", Integer, index=True),
    Column("from_level", Integer, nullable=False),
    Column("to_level", Integer, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("unverified", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("muted", String(200), nullable=False),
    Column("stage_m", Float),
    Column("observed_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("reading_seq", Integer, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("transitions_by_subject", "rule", "subject_id", "id"),
    Index("transitions_by_rule", "rule", "id"),
    sqlite_autoincrement=True,
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("station_id", String(64), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("level", Integer, nullable=False),
    Column("peak_level", Integer, nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("unverified", Boolean, nullable=False),
    Column("acknowledged_at", UtcTime),
    Column("acknowledged_by", String(200), nullable=False),
    Column("acknowledged_level", Integer, nullable=False),
    Column("assigned_to", String(200), nullable=False),
    Column("escalation_step", Integer, nullable=False),
    Column("escalate_at", UtcTime),
    Column("remind_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("closed_by", String(200), nullable=False),
    Column("close_reason", Text, nullable=False),
    Index("incidents_open", "closed_at", "station_id", "rule"),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("level", Integer, nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("incident_id", Integer, index=True),
    Column("public_id", Integer, index=True),
    Column("drill", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

message_transitions = Table(
    "message_transitions",
    metadata,
    Column("message_id", Integer, ForeignKey("messages.id"), primary_key=True),
    Column("transition_id", Integer, ForeignKey("transitions.id"), primary_key=True, index=True),
)

transition_stills = Table(
    "transition_stills",
    metadata,
    Column("transition_id", Integer, ForeignKey("transitions.id"), primary_key=True),
    Column("still_seq", Integer, nullable=False),
    Column("camera_id", String(64), nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("file", String(200), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("faults", String(100), nullable=False),
)
"""The still nearest to each change of an alert, with what was known of its picture."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False, index=True),
    Column("recipient_id", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("address", String(500), nullable=False),
    Column("language", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("key", String(36), nullable=False),
    Column("level", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("began_at", UtcTime),
    Column("created_at", UtcTime),
    Column("due_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("settled_at", UtcTime),
    Column("receipt", String(200), nullable=False),
    Column("error", Text, nullable=False),
    Index("deliveries_due", "outcome", "channel", "due_at"),
    Index("deliveries_settled", "settled_at"),
    Index("deliveries_by_channel", "channel", "outcome", "settled_at"),
    sqlite_autoincrement=True,
)

channel_use = Table(
    "channel_use",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("used", Integer, nullable=False),
    Column("said", Integer, nullable=False),
)
"""How many messages went over a channel in a calendar month of Japan, and how much of that staff were told."""

digest_progress = Table(
    "digest_progress",
    metadata,
    Column("recipient_id", String(64), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("address", String(500), primary_key=True),
    Column("seen_transition_id", Integer, nullable=False),
    Column("next_at", UtcTime, nullable=False),
    Column("waits", Boolean, nullable=False),
)
"""From when on a recipient's next message may be made that can wait, and after which transition it begins where one
``waits``."""

signs = Table(
    "signs",
    metadata,
    Column("topic", String(200), primary_key=True),
    Column("commanded", Text, nullable=False),
    Column("commanded_key", String(36), nullable=False),
    Column("commanded_at", UtcTime),
    Column("level", Integer, nullable=False),
    Column("levels", JSON, nullable=False),
    Column("confirmed", Text, nullable=False),
    Column("confirmed_at", UtcTime),
    Column("differs_since", UtcTime),
)
"""What each sign and siren was told, by whose levels, and what it says that it shows."""

chronology = Table(
    "chronology",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("incident_id", Integer, index=True),
    Column("ref_id", Integer),
    Column("text", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    sqlite_autoincrement=True,
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False, index=True),
    Column("station_ids", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("ended_by", String(200), nullable=False),
    sqlite_autoincrement=True,
)

maintenance = Table(
    "maintenance",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("station_id", String(64), nullable=False),
    Column("gauge_ids", JSON, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False, index=True),
    Column("ended_by", String(200), nullable=False),
    sqlite_autoincrement=True,
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("incident_id", Integer, nullable=False, index=True),
    Column("contact_id", String(64), nullable=False),
    Column("reply", String(16), nullable=False),
    Column("note", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("token_id", String(16), nullable=False),
    sqlite_autoincrement=True,
)
"""What crews answered by the links in their messages."""

directory = Table(
    "directory",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("document", JSON, nullable=False),
    sqlite_autoincrement=True,
)
"""Contacts, groups and routes: every revision whole, the newest in service."""

public_messages = Table(
    "public_messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chain_id", Integer, nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("author", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("station_id", String(64), nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("corrects", Integer),
    Column("drill", Boolean, nullable=False),
    Column("rule_id", String(64), nullable=False),
    Column("identifier", String(200), nullable=False),
    Column("sent_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("cap", LargeBinary),
    sqlite_autoincrement=True,
)
"""What the public is told; ``cap`` are the bytes that were published."""

public_decisions = Table(
    "public_decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("public_id", Integer, ForeignKey("public_messages.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Who decided what about a public message."""

issued_levels = Table(
    "issued_levels",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("level", Integer, nullable=False),
    Column("area", String(200), nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("issued_by", String(200), nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("drill", Boolean, nullable=False),
    Index("issued_levels_by_place", "area", "station_id", "id"),
    sqlite_autoincrement=True,
)
"""Alert levels that the authority issued, as people entered them; 0 lifts what was issued for the same place."""
