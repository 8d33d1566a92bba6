"""A city in a storm as open data, for the tests of the files and of the page about them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from functools import cache
from typing import Any

from alerts.records import Maintenance
from dashboard.public import data
from dashboard.public.edition import Edition
from dashboard.views import board
from tests.dashboard import fake_city
from tests.dashboard.fakes import storm
from tests.public.fakes import NOW, edition

WORKED_ON = "mizue"
JST_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$")
FOREIGN = "https://levels.example.jp/"


@cache
def stormy() -> Edition:
    """A city in a storm, with a gauge in every state that there is."""
    registry, log = fake_city.registry(NOW), storm(NOW)
    unjudged = registry.gauges["matsu-pond-01"].model_copy(update={"id": "matsu-pond-02", "thresholds": ()})
    registry = registry.model_copy(update={"gauges": {**registry.gauges, unjudged.id: unjudged}})
    log.add(fake_city.reading(unjudged.id, 0.8, NOW))
    work = Maintenance(WORKED_ON, "当番", "秘密の理由", NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    seen = board(registry, log.latest(), log.recent(NOW - timedelta(minutes=30)), log.cameras(), NOW, [work])
    return edition(seen)


def told(of: Edition) -> dict[str, bytes]:
    return {sheet.path: sheet.render() for sheet in data.sheets(of)}


def latest_of(of: Edition) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(of)["data/latest.json"])
    return found


def table_of(of: Edition) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told(of)["data/latest.csv"].decode("utf-8-sig"), newline="")))


def gauges_of(of: Edition) -> dict[str, dict[str, Any]]:
    return {gauge["id"]: gauge for station in latest_of(of)["stations"] for gauge in station["gauges"]}
