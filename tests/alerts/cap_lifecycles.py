"""Made-up lives of public notices, from a seed: what a city may send, in any order that it may send it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import cos, pi, sin
from random import Random

from alerts.cap.flood import Issued, Notice, Place, Said, Step, message_of
from alerts.cap.message import CapMessage
from alerts.cap.vocabulary import ResponseType

DUSK = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
CODES = ("342050", "131016", "271004", "011002", "473821")
NEXT = {
    Step.FIRST: (Step.UPDATE, Step.UPDATE, Step.CORRECTION, Step.ALL_CLEAR, Step.CANCEL),
    Step.UPDATE: (Step.UPDATE, Step.CORRECTION, Step.ALL_CLEAR, Step.CANCEL),
    Step.CORRECTION: (Step.UPDATE, Step.CORRECTION, Step.ALL_CLEAR, Step.CANCEL),
    Step.ALL_CLEAR: (Step.UPDATE, Step.CORRECTION),
}
ODD = ("", "＆<注意>", 'の"確認"', " 🌊", "\nつづき")


def says_all_clear(message: CapMessage) -> bool:
    """Whether it says that the danger is over."""
    return any(ResponseType.ALL_CLEAR in each.response_types for each in message.infos)


def lifecycle(seed: int) -> list[CapMessage]:
    """The messages of one chain, oldest first."""
    chance = Random(seed)
    chain: list[CapMessage] = []
    notice = first_notice(chance, seed)
    for number in range(chance.randint(1, 7)):
        if number:
            notice = _next(chance, notice, number)
        chain.append(message_of(notice, chain))
        if notice.step is Step.CANCEL or (notice.step is Step.ALL_CLEAR and chance.random() < 0.8):
            break
    return chain


def first_notice(chance: Random, seed: int) -> Notice:
    gravity = chance.randint(1, 5)
    drill = chance.random() < 0.3
    sent = DUSK + timedelta(seconds=chance.uniform(0, 86400 * 300))
    return Notice(
        identifier=f"mizumori.{seed}.0",
        sender="bousai.example.jp",
        sent=sent,
        expires=sent + timedelta(minutes=chance.randint(20, 360)),
        step=Step.FIRST,
        incident=f"incident-{seed}",
        gravity=gravity,
        said={language: _said(chance, language, chance.choice(ODD)) for language in ("ja", "en")},
        places=[_place(chance)],
        municipal_code=chance.choice(CODES),
        hazard=gravity if chance.random() < 0.8 else None,
        issued=_issued(chance, sent),
        drill=drill,
        note="訓練 Exercise" if drill else "",
        web="https://mizumori.example.jp/fujii/" if chance.random() < 0.5 else "",
    )


def _next(chance: Random, before: Notice, number: int) -> Notice:
    """Minutes or days later: then everything before it has expired, or some of it."""
    sent = before.sent + timedelta(minutes=chance.choice((0, 1, 10, 60, 60 * 30)) + chance.random())
    step = chance.choice(NEXT[before.step])
    gravity = chance.randint(1, 5)
    return replace(
        before,
        identifier=f"{before.incident}.{number}",
        sent=sent,
        expires=sent + timedelta(minutes=chance.randint(20, 360)),
        step=step,
        gravity=gravity,
        hazard=None if step is Step.CANCEL or before.hazard is None else 0 if step is Step.ALL_CLEAR else gravity,
        issued=_issued(chance, sent),
        note="誤った内容でした It was wrong" if step in (Step.CANCEL, Step.CORRECTION) else before.note,
    )


def _issued(chance: Random, at: datetime) -> Issued | None:
    return Issued(chance.randint(1, 5), "市長", at) if chance.random() < 0.3 else None


def _said(chance: Random, language: str, odd: str) -> Said:
    if language == "en":
        return Said(
            "High water", "City of Onomichi", f"Fujii River{odd}", "The water is high.", "Keep away.", ("Fujii",)
        )
    headline = chance.choice(("藤井川の水位が上がっています", "栗原のアンダーパスが冠水しています"))
    return Said("水位の情報", "尾道市", headline + odd, f"センサーの危険度です{odd}", "近づかないでください", ("藤井",))


def _place(chance: Random) -> Place:
    lat, lon = round(chance.uniform(24, 45), 6), round(chance.uniform(123, 145), 6)
    if chance.random() < 0.5:
        return Place(circles=((lat, lon, chance.choice((0.05, 0.3, 2.0))),))
    corners = chance.randint(3, 30)
    turns = [2 * pi * corner / corners for corner in range(corners)]
    ring = [(round(lat + 0.01 * sin(turn), 6), round(lon + 0.01 * cos(turn), 6)) for turn in turns]
    return Place(polygons=((*ring, ring[0]),))
