"""The audit log over the API: read by those who may, narrowed, taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.accounts.records import AuditLine
from dashboard.accounts.store import SqlAccounts
from tests.alerts.night import at
from tests.dashboard.api_house import ApiHouse, api_house

BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    folder: Path = tmp_path_factory.mktemp("audit")
    with api_house(folder) as made:
        store = SqlAccounts(made.duty.database)
        for number in range(7):
            wrote = "POST /api/v1/chronology"
            store.record(AuditLine(at(number), "当番 二郎", "write", wrote, "201", "192.0.2.7", 2))
        store.record(AuditLine(at(30), "=cmd", "sign_in_failed", address="198.51.100.9"))
        yield made


@pytest.mark.parametrize("path", ["/audit", "/audit/export"])
@pytest.mark.parametrize(
    ("who", "status"), [("nobody", 401), ("viewer", 403), ("operator", 403), ("approver", 200), ("admin", 200)]
)
def test_approvers_and_administrators_read_it_and_nobody_else(
    house: ApiHouse, path: str, who: str, status: int
) -> None:
    assert house.get(path, who=who).status_code == status


def test_each_line_is_met_once_page_by_page_the_newest_first(house: ApiHouse) -> None:
    page = house.get("/audit?act=write&limit=3", who="approver").json()
    seen = [each["at"] for each in page["lines"]]
    while page["before"]:
        page = house.get(f"/audit?act=write&limit=3&before={page['before']}", who="approver").json()
        seen += [each["at"] for each in page["lines"]]
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("act=sign_in_failed", 1),
        ("actor=二郎", 7),
        ("address=198.51", 1),
        ("q=chronology", 7),
        ("q=%25", 0),
        ("from=2026-07-01T18:05&to=2026-07-01T18:07", 2),
    ],
)
def test_it_is_narrowed_by_who_what_where_from_and_when(house: ApiHouse, asked: str, count: int) -> None:
    assert len(house.get(f"/audit?{asked}", who="approver").json()["lines"]) == count


def test_it_is_taken_away_with_the_same_question_and_no_cell_is_a_formula(house: ApiHouse) -> None:
    answer = house.get("/audit/export?from=2026-07-01T18:06", who="approver")
    assert answer.content.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(answer.content.removeprefix(BOM).decode())))
    assert [(each["利用者"], each["操作"]) for each in rows] == [("'=cmd", "サインイン失敗"), ("当番 二郎", "書き込み")]
    assert rows[1]["日時"] == (at(6) + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S+09:00")


def test_a_time_that_is_none_is_refused_with_what_to_write(house: ApiHouse) -> None:
    answer = house.get("/audit?from=yesterday", who="approver")
    assert (answer.status_code, answer.json()["code"]) == (422, "unclear")
