"""Alerts of every rule, incidents, messages with their deliveries, silences, maintenance, people and the chronology.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from deploy.migrations.present.before_0008 import Before, keep

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
ID: dict[str, Any] = {"primary_key": True, "autoincrement": True}


def upgrade() -> None:
    """What there was is of the rule of the stage; every delivery gets a message of its own."""
    connection = op.get_bind()
    before = Before.read(connection)
    for name in ("deliveries", "transitions", "alert_states"):
        op.drop_table(name)
    _make_record()
    _make_messages()
    _make_desk()
    _make_public()
    keep(connection, before)


def _make_record() -> None:
    op.create_table(
        "alert_standings",
        sa.Column("rule", sa.String(32), primary_key=True),
        sa.Column("subject_id", sa.String(200), primary_key=True),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
    )
    op.create_index("standings_of_station", "alert_standings", ["station_id", "rule"])
    op.create_table(
        "transitions",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.Integer),
        sa.Column("from_level", sa.Integer, nullable=False),
        sa.Column("to_level", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("unconfirmed", sa.Boolean, nullable=False),
        sa.Column("unverified", sa.Boolean, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("muted", sa.String(200), nullable=False),
        sa.Column("stage_m", sa.Float),
        sa.Column("observed_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("reading_seq", sa.Integer, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("transitions_by_subject", "transitions", ["rule", "subject_id", "id"])
    op.create_index("transitions_by_rule", "transitions", ["rule", "id"])
    op.create_index("ix_transitions_incident_id", "transitions", ["incident_id"])
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("peak_level", sa.Integer, nullable=False),
        sa.Column("unconfirmed", sa.Boolean, nullable=False),
        sa.Column("unverified", sa.Boolean, nullable=False),
        sa.Column("acknowledged_at", TIME),
        sa.Column("acknowledged_by", sa.String(200), nullable=False),
        sa.Column("acknowledged_level", sa.Integer, nullable=False),
        sa.Column("assigned_to", sa.String(200), nullable=False),
        sa.Column("escalation_step", sa.Integer, nullable=False),
        sa.Column("escalate_at", TIME),
        sa.Column("remind_at", TIME),
        sa.Column("closed_at", TIME),
        sa.Column("closed_by", sa.String(200), nullable=False),
        sa.Column("close_reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("incidents_open", "incidents", ["closed_at", "station_id", "rule"])


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.Integer),
        sa.Column("public_id", sa.Integer),
        sa.Column("drill", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_incident_id", "messages", ["incident_id"])
    op.create_index("ix_messages_public_id", "messages", ["public_id"])
    op.create_table(
        "message_transitions",
        sa.Column("message_id", sa.Integer, sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("transition_id", sa.Integer, sa.ForeignKey("transitions.id"), primary_key=True),
    )
    op.create_index("ix_message_transitions_transition_id", "message_transitions", ["transition_id"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("message_id", sa.Integer, sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("recipient_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("drill", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("doubts", sa.Integer, nullable=False),
        sa.Column("began_at", TIME),
        sa.Column("created_at", TIME),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("settled_at", TIME),
        sa.Column("receipt", sa.String(200), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"])
    op.create_index("deliveries_due", "deliveries", ["outcome", "channel", "due_at"])
    op.create_index("deliveries_settled", "deliveries", ["settled_at"])
    op.create_table(
        "channel_use",
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("said", sa.Integer, nullable=False),
    )
    op.create_table(
        "digest_progress",
        sa.Column("recipient_id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("address", sa.String(500), primary_key=True),
        sa.Column("seen_transition_id", sa.Integer, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False),
    )
    op.create_table(
        "signs",
        sa.Column("topic", sa.String(200), primary_key=True),
        sa.Column("commanded", sa.Text, nullable=False),
        sa.Column("commanded_key", sa.String(36), nullable=False),
        sa.Column("commanded_at", TIME),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("levels", sa.JSON, nullable=False),
        sa.Column("confirmed", sa.Text, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("differs_since", TIME),
    )


def _make_desk() -> None:
    op.create_table(
        "camera_locks",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("camera_id", sa.String(64), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("released_at", TIME),
        sa.Column("released_by", sa.String(200)),
        sqlite_autoincrement=True,
    )
    op.create_index("camera_locks_by_camera", "camera_locks", ["camera_id"])
    op.create_index("camera_locks_by_holder", "camera_locks", ["by"])
    op.create_index("evidence_locks_by_holder", "evidence_locks", ["by"])
    op.create_table(
        "chronology",
        sa.Column("seq", sa.Integer, **ID),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.Integer),
        sa.Column("ref_id", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chronology_at", "chronology", ["at"])
    op.create_index("ix_chronology_incident_id", "chronology", ["incident_id"])
    for name, own in (
        ("silences", [sa.Column("station_ids", sa.JSON, nullable=False), sa.Column("rules", sa.JSON, nullable=False)]),
        (
            "maintenance",
            [sa.Column("station_id", sa.String(64), nullable=False), sa.Column("gauge_ids", sa.JSON, nullable=False)],
        ),
    ):
        op.create_table(
            name,
            sa.Column("id", sa.Integer, **ID),
            *own,
            sa.Column("author", sa.String(200), nullable=False),
            sa.Column("reason", sa.Text, nullable=False),
            sa.Column("begins_at", TIME, nullable=False),
            sa.Column("ends_at", TIME, nullable=False),
            sa.Column("ended_by", sa.String(200), nullable=False),
            sqlite_autoincrement=True,
        )
        op.create_index(f"ix_{name}_ends_at", name, ["ends_at"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("incident_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.String(64), nullable=False),
        sa.Column("reply", sa.String(16), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("token_id", sa.String(16), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answers_incident_id", "answers", ["incident_id"])
    op.create_table(
        "directory",
        sa.Column("revision", sa.Integer, **ID),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )


def _make_public() -> None:
    op.create_table(
        "public_messages",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("chain_id", sa.Integer, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("corrects", sa.Integer),
        sa.Column("drill", sa.Boolean, nullable=False),
        sa.Column("rule_id", sa.String(64), nullable=False),
        sa.Column("identifier", sa.String(200), nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("expires_at", TIME),
        sa.Column("cap", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    for column in ("chain_id", "state", "station_id"):
        op.create_index(f"ix_public_messages_{column}", "public_messages", [column])
    op.create_table(
        "public_decisions",
        sa.Column("id", sa.Integer, **ID),
        sa.Column("public_id", sa.Integer, sa.ForeignKey("public_messages.id"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_public_decisions_public_id", "public_decisions", ["public_id"])
