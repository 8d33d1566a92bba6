"""The pages of the chronology and of the handover, drawn from a real record of a bad night."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.chronology.words import line
from alerts.store.chronology import enter
from dashboard.staff import chronology_callbacks as chronology
from dashboard.staff import handover_callbacks as handover
from dashboard.staff.services import StaffServices
from dashboard.staff.watch import Watch
from ingest.store.tables import writing
from tests.dashboard.chronicle_desk import DUTY, NIGHT, chronicle_desk, opened

NOW = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
"""Half past midnight in Japan."""


@dataclass(frozen=True)
class Night:
    database: Engine
    services: StaffServices
    watch: Watch

    def listed(self, search: str = "", path: str = "/chronology") -> tuple[str, int]:
        drawn = asyncio.run(chronology.listed(self.watch, self.services.chronicle, search, None, path))
        read = drawn[0] if isinstance(drawn, list) else None
        return words_of(drawn).strip(), getattr(read, "data", 0)

    def more(self, shown: int, search: str = "") -> str:
        return str(asyncio.run(chronology.more(self.services.chronicle, None, shown, search, "/chronology")))

    def sheet(self, search: str = "", path: str = "/handover") -> str:
        services = self.services
        return words_of(asyncio.run(handover.sheet(self.watch, services.chronicle, services.clock, search, path)))

    def write_form(self, search: str, path: str) -> Any:
        services = self.services
        return handover.write_form(services.chronicle, services.clock, search, path)

    def write(self, note: str, at: datetime = NOW) -> None:
        with writing(self.database) as connection:
            enter(connection, line(at, "note", "entered", {"note": note}, actor="当番"))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with night_in(tmp_path_factory.mktemp("night")) as made:
        yield made


@contextmanager
def night_in(folder: Path) -> Iterator[Night]:
    """A night of its own, in a folder."""
    with opened(folder) as database:
        services = chronicle_desk(database, NOW).services
        yield Night(database, services, Watch(services))


def words_of(drawn: Any) -> str:
    """All words of a component, in their order."""
    if isinstance(drawn, str | int):
        return str(drawn)
    if isinstance(drawn, list | tuple):
        return " ".join(words_of(each) for each in drawn)
    return words_of(getattr(drawn, "children", None) or "")


def test_the_newest_line_comes_first_or_last_as_one_chooses_under_its_day(night: Night) -> None:
    newest, _ = night.listed()
    oldest, _ = night.listed("?order=oldest")
    assert newest.index("2026-07-02（木）") < newest.index("排水ポンプ車") < newest.index("2026-07-01（水）")
    assert oldest.index("2026-07-01（水）") < oldest.index("気象台") < oldest.index("排水ポンプ車")
    assert newest.index("排水ポンプ車") < newest.index("気象台")


def test_what_was_written_later_says_when_it_happened_and_when_it_was_written(night: Night) -> None:
    said, _ = night.listed("?station=ekimae-under&kind=note")
    assert "23:10:00 メモ 駅前アンダーパス 住民から電話: 車が1台止まっている。運転者は避難済み 22:46 のこと" in said
    english, _ = night.listed("?station=ekimae-under&kind=note", "/en/chronology")
    assert "happened 22:46 (written later)" in english


@pytest.mark.parametrize(
    ("search", "there", "not_there"),
    [
        ("?station=sakae-under", "排水ポンプ車", "気象台"),
        ("?kind=acts", "現地に着きました", "状態の変化"),
        ("?kind=delivery", "ほかの方法で知らせること", "排水ポンプ車"),
        ("?person=消防団 第2分団", "現地に着きました", "気象台"),
        ("?q=ポンプ車", "排水ポンプ車", "気象台"),
        ("?incident=1", "担当を道路課 当番とした", "排水ポンプ車"),
        ("?from=2026-07-02T00:00", "排水ポンプ車", "気象台"),
        ("?to=2026-07-02T00:00", "気象台", "排水ポンプ車"),
    ],
)
def test_what_the_address_asks_is_shown_and_nothing_else(night: Night, search: str, there: str, not_there: str) -> None:
    said, _ = night.listed(search)
    assert there in said
    assert not_there not in said


def test_what_cannot_be_understood_is_said_in_words_and_leads_back(night: Night) -> None:
    said, _ = night.listed("?from=yesterday")
    assert "「yesterday」は日時として読めません" in said
    assert "すべて表示" in said
    assert night.listed("?q=nothing-like-this")[0] == "この条件の記録はありません。"


def test_new_lines_wait_behind_a_bar_that_counts_those_that_are_asked_for(night: Night) -> None:
    _, shown = night.listed()
    assert night.more(shown) == ""
    night.write("堤防に異状なし")
    night.write("巡回に出る")
    assert night.more(shown) == "↑ 新しい記録 2 件を表示"
    assert night.more(shown, "?q=巡回") == "↑ 新しい記録 1 件を表示"
    assert night.more(shown, "?kind=delivery") == ""
    assert night.more(shown, f"?before={shown}") == ""


def test_the_handover_begins_with_what_nobody_can_verify(night: Night) -> None:
    said = night.sheet()
    order = [said.index(name) for name in ("旭橋 水位 途絶・最後の値", "森川堰 水位 未確認", "駅前アンダーパス 水位")]
    assert order == sorted(order)
    assert "2026-07-01 12:30 ～ 2026-07-02 00:30" in said
    assert "栄町アンダーパス 水位 07/01 23:30 確認待ち" in said
    assert f"駅前アンダーパス 水位 07/01 22:55 {DUTY}" in said
    assert "通知停止 中新田用水、すべての種別 03:10 まで" in said
    assert "作業中 上田用水 02:00 まで" in said
    assert "旭橋 途絶（電池切れの見込み）" in said
    assert f"状態の変化 {len(NIGHT)}" in said
    assert "届いたか分からない送信が 1 件" in said
    assert re.search(r"主なできごと.*駅前アンダーパス 水位 ekimae-under-01: 危険度2 → 危険度5", said)
    assert "22:46 のこと（後から記入） · 危機管理課 夜勤" in said


def test_a_handover_is_of_the_span_that_one_asks_for_in_both_languages(night: Night) -> None:
    said = night.sheet("?from=2026-07-01T12:00&to=2026-07-01T18:00", "/en/handover")
    assert "2026-07-01 12:00 to 2026-07-01 18:00" in said
    assert "気象台から電話" in said
    assert "ekimae-under-01: hazard 2 → hazard 5" not in said
    assert "As things stood at 2026-07-01 18:00" in said
    assert "What went on then (2)" in said
    assert "Asahi" not in said  # its alert came later
    assert "How the devices were at a moment of the past is not kept" in said
    assert "The line of the handover will count what stands now" in words_of(
        asyncio.run(night.write_form("?from=2026-07-01T12:00&to=2026-07-01T18:00", "/en/handover"))
    )
    assert "What goes on now (6)" in night.sheet("?from=2026-07-01T12:00", "/en/handover")


def test_the_next_handover_begins_where_the_last_one_was_written(tmp_path: Path) -> None:
    at = NOW - timedelta(hours=2)
    with night_in(tmp_path) as night:
        with writing(night.database) as connection:
            counts = {"standing": 1, "unverified": 0, "waiting": 0, "remarks": ""}
            span = {"since": at - timedelta(hours=9), "until": at}
            enter(connection, line(at, "handover", "handover", {"to": "夜勤", **span, **counts}, actor="日勤"))
        assert "2026-07-01 22:30 ～ 2026-07-02 00:30" in night.sheet()
