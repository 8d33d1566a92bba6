"""What revision 0007 knew of alerts, as rows of revision 0008. Frozen with that revision."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import uuid4

import sqlalchemy as sa

RowDict: TypeAlias = dict[str, Any]
STAGE = "stage"
CURSORS = {"level": "readings"}
"""How the readers of the log were called, and are called now."""


@dataclass(frozen=True)
class Before:
    """The rows of the old tables. ``sequences`` are the numbers last given: they are never given again."""

    states: Sequence[RowDict]
    transitions: Sequence[RowDict]
    deliveries: Sequence[RowDict]
    station_of: Mapping[str, str]
    sequences: Mapping[str, int]

    @classmethod
    def read(cls, connection: sa.Connection) -> Before:
        """Everything; the tables may be dropped then."""
        transitions = _rows(connection, "SELECT * FROM transitions ORDER BY id")
        gauges = _rows(connection, "SELECT id, document FROM registry_items WHERE section = 'gauge'")
        return cls(
            states=_rows(connection, "SELECT * FROM alert_states"),
            transitions=transitions,
            deliveries=_rows(connection, "SELECT * FROM deliveries ORDER BY id"),
            station_of={
                **{row["gauge_id"]: row["station_id"] for row in transitions},
                **{row["id"]: json.loads(row["document"])["station_id"] for row in gauges},
            },
            sequences={
                row["name"]: row["seq"]
                for row in _rows(connection, "SELECT name, seq FROM sqlite_sequence")
                if row["name"] in ("transitions", "deliveries")
            },
        )

    def standing_at(self, station_id: str) -> tuple[int, bool]:
        """The highest hazard that stands at a station, and whether that is unconfirmed."""
        there = [row for row in self.states if self.station_of.get(row["gauge_id"]) == station_id]
        level = max((row["hazard"] for row in there), default=0)
        return level, level > 0 and all(row["unconfirmed"] for row in there if row["hazard"] == level)


def keep(connection: sa.Connection, before: Before) -> None:
    """Write them into the new tables, and let nobody consider or tell anything of it again."""
    incidents = _incidents(before)
    of = {each: number for number, (_, run) in enumerate(incidents, 1) for each in run}
    _insert(connection, "incidents", [row for row, _ in incidents])
    began = {row["gauge_id"]: row["observed_at"] for row in before.transitions if not row["from_hazard"]}
    _insert(connection, "alert_standings", [_standing(row, before.station_of, began) for row in before.states])
    moved = [{**_transition(row), "incident_id": of[row["id"]]} for row in before.transitions]
    _insert(connection, "transitions", moved)
    _keep_deliveries(connection, before, of)
    for old, new in CURSORS.items():
        connection.execute(sa.text("UPDATE alert_cursors SET name = :new WHERE name = :old"), {"new": new, "old": old})
    told = max((row["id"] for row in before.transitions), default=0)
    _insert(connection, "alert_cursors", [{"name": "dispatch", "seq": told}])
    for name, seq in before.sequences.items():
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
        _insert(connection, "sqlite_sequence", [{"name": name, "seq": seq}])


def _keep_deliveries(connection: sa.Connection, before: Before, incident_of: Mapping[int, int]) -> None:
    """Every transition that was told gets a message by its own number, also where only the deliveries are left."""
    changes = {row["id"]: row for row in before.transitions}
    first = {row["transition_id"]: row for row in reversed(before.deliveries)}
    messages = [_message(number, changes.get(number), row) for number, row in sorted(first.items())]
    _insert(connection, "messages", [{**row, "incident_id": incident_of.get(row["id"])} for row in messages])
    links = [{"message_id": each, "transition_id": each} for each in sorted(first) if each in changes]
    _insert(connection, "message_transitions", links)
    by_id = {row["id"]: row for row in messages}
    _insert(connection, "deliveries", [_delivery(row, by_id[row["transition_id"]]) for row in before.deliveries])


def _incidents(before: Before) -> list[tuple[RowDict, list[int]]]:
    """The runs of transitions of each station from its first alert to the end of its last one, oldest first."""
    runs: list[list[RowDict]] = []
    going: dict[str, list[RowDict]] = {}
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for row in before.transitions:
        station_id = row["station_id"]
        levels[station_id][row["gauge_id"]] = row["to_hazard"]
        if station_id not in going:
            going[station_id] = []
            runs.append(going[station_id])
        going[station_id].append(row)
        if not any(levels[station_id].values()):
            del going[station_id]
    stands = {run[-1]["id"]: before.standing_at(station_id) for station_id, run in going.items()}
    return [(_incident(run, *stands.get(run[-1]["id"], (0, False))), [row["id"] for row in run]) for run in runs]


def _incident(run: Sequence[RowDict], level: int, unconfirmed: bool) -> RowDict:
    return {
        "station_id": run[0]["station_id"],
        "rule": STAGE,
        "opened_at": run[0]["recorded_at"],
        "level": level,
        "peak_level": max(level, *(max(row["from_hazard"], row["to_hazard"]) for row in run)),
        "unconfirmed": unconfirmed,
        "unverified": False,
        "acknowledged_by": "",
        "acknowledged_level": 0,
        "assigned_to": "",
        "escalation_step": 0,
        "closed_at": None if level else run[-1]["recorded_at"],
        "closed_by": "",
        "close_reason": "",
    }


def _standing(row: RowDict, station_of: Mapping[str, str], began: Mapping[str, str]) -> RowDict:
    standing = {
        "level": row["hazard"],
        "unconfirmed": bool(row["unconfirmed"]),
        "observed_at": _utc(row["observed_at"]),
        "since": _utc(began.get(row["gauge_id"])) if row["hazard"] else None,
        "below": json.loads(row["below"]),
    }
    return {
        "rule": STAGE,
        "subject_id": row["gauge_id"],
        "station_id": station_of.get(row["gauge_id"], ""),
        "level": row["hazard"],
        "told": row["hazard"],
        "standing": json.dumps(standing),
    }


def _transition(row: RowDict) -> RowDict:
    kept = ("id", "station_id", "unconfirmed", "stage_m", "observed_at", "recorded_at", "reading_seq")
    return {
        **{name: row[name] for name in kept},
        "rule": STAGE,
        "subject_id": row["gauge_id"],
        "from_level": row["from_hazard"],
        "to_level": row["to_hazard"],
        "cause": row["reason"],
        "unverified": False,
        "live": True,
        "muted": "",
        "detail": "{}",
    }


def _message(number: int, change: RowDict | None, delivery: RowDict) -> RowDict:
    return {
        "id": number,
        "kind": "alert",
        "at": change["recorded_at"] if change else delivery["settled_at"] or delivery["due_at"],
        "level": max(change["from_hazard"], change["to_hazard"]) if change else 0,
        "station_id": change["station_id"] if change else "",
        "drill": False,
    }


def _delivery(row: RowDict, message: RowDict) -> RowDict:
    kept = ("id", "recipient_id", "channel", "address", "subject", "body", "outcome", "attempts", "due_at", "error")
    return {
        **{name: row[name] for name in kept},
        "message_id": message["id"],
        "language": "ja",
        "data": "{}",
        "key": str(uuid4()),
        "level": message["level"],
        "drill": False,
        "doubts": int(row["error"].startswith("cut off")),
        "created_at": message["at"],
        "settled_at": row["settled_at"],
        "receipt": "",
    }


def _utc(text: str | None) -> str | None:
    """A time as SQLite keeps it, with its offset."""
    return f"{text}Z" if text else None


def _rows(connection: sa.Connection, statement: str) -> list[RowDict]:
    return [dict(row._mapping) for row in connection.execute(sa.text(statement))]


def _insert(connection: sa.Connection, table: str, rows: Sequence[RowDict]) -> None:
    if rows:
        names = ", ".join(f'"{name}"' for name in rows[0])
        places = ", ".join(f":{name}" for name in rows[0])
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), list(rows))
