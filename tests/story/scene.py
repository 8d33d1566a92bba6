"""What people have done by the middle of the night: something of every kind, so that no page is empty."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.story.night import Night


def play(night: Night) -> dict[str, str]:
    """Acknowledge, note, assign, silence, work on a gauge, tell the public, issue a level, write a line; what then
    stands in the addresses of pages, by the names that the rights have for it."""
    eventually(lambda: len(open_incidents(night, "stage")) > 2)
    worst, second, third, *_ = open_incidents(night, "stage")
    with night.signed_in("operator") as operator:
        done(operator.post(f"/api/v1/incidents/{worst['id']}/acknowledgement", json={}))
        done(operator.post(f"/api/v1/incidents/{worst['id']}/notes", json={"text": "下流の橋に班を出した"}))
        done(operator.post(f"/api/v1/incidents/{worst['id']}/assignment", json={"to": "河川課 当番"}))
        silence = {"reason": "工事の振動で誤報が続くため", "minutes": 120, "station_ids": ["ditch-kubo"]}
        done(operator.post("/api/v1/silences", json=silence))
        work = {"station_id": "pond-setoda", "reason": "水位計の清掃", "minutes": 60}
        done(operator.post("/api/v1/maintenance", json=work))
        done(operator.post("/api/v1/chronology", json={"text": "気象台から電話: 今夜いっぱい強い雨が続く見込み"}))
        out, over = (draft(operator, str(each["station_id"])) for each in (worst, second))
        for each in (out, over):
            publish(night, each)
        waiting = draft(operator, str(third["station_id"]))
    with night.signed_in("approver") as approver:
        clear = int(done(approver.post(f"/api/v1/public-messages/{over}/all-clear", json={}))["id"])
    return {
        "station_id": str(worst["station_id"]),
        "incident_id": str(worst["id"]),
        "message_id": str(out),
        "draft": str(waiting),
        "clear": str(clear),
        "camera_id": next(iter(night.city.cameras)),
        "step": "at",
    }


def breathe(seconds: float = 3.0) -> None:
    """Let the house do what is to be done of what it got."""
    time.sleep(seconds)


def draft(client: httpx.Client, station_id: str) -> int:
    """A message to the public as a draft; its number."""
    said = {"stations": [station_id], "gravity": 3, "headline_ja": "川に近づかないでください"}
    return int(
        done(client.post("/api/v1/public-messages", json={**said, "headline_en": "Keep away from the water"}))["id"]
    )


def publish(night: Night, message_id: int) -> None:
    """Approve and publish it as it stands."""
    with night.signed_in("approver") as approver:
        for act in ("approval", "publication"):
            mark = done(approver.get(f"/api/v1/public-messages/{message_id}"))["message"]["mark"]
            done(approver.post(f"/api/v1/public-messages/{message_id}/{act}", json={"seen": mark}))


def open_incidents(night: Night, rule: str) -> list[dict[str, Any]]:
    """Those of a rule that are open, the gravest first."""
    with night.signed_in("viewer") as viewer:
        found = done(viewer.get("/api/v1/incidents", params={"open": "true"}))["incidents"]
    return sorted((each for each in found if each["rule"] == rule), key=lambda each: -int(each["level"]))


def done(answer: httpx.Response) -> dict[str, Any]:
    """What was answered; what was refused fails the test with its sentence."""
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    found: dict[str, Any] = answer.json()
    return found


def eventually(what: Callable[[], object], within_s: float = 30.0) -> None:
    """Wait until it becomes true."""
    until = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < until, f"not within {within_s:g} s"
        time.sleep(0.1)


def link_to_answer(night: Night) -> str:
    """Where the crew answers, as its mail says."""
    eventually(lambda: _links(night))
    return _links(night)[0]


def _links(night: Night) -> list[str]:
    mails = [each for each in night.mailbox.mails if "crew@" in str(each["To"])]
    texts = [part.get_content() for each in mails for part in each.walk() if part.get_content_type() == "text/plain"]
    return [found.group() for text in texts if (found := re.search(r"http://\S+/a/\S+", text))]
