"""Which addresses elsewhere a page of staff may show: those of live cameras, and nothing that could slip in."""

from __future__ import annotations

import time

import httpx
import pytest
from pydantic import ValidationError

from dashboard.staff.app import create_app
from dashboard.staff.live_origins import can_be_shown, origin, origins
from dashboard.staff.security import policy
from ingest.devices import Live
from ingest.stations import Registry
from tests.dashboard.camera_desk import COVERED, FROZEN, WELL, camera_desk
from tests.dashboard.staff_fakes import served


def rules(said: str) -> dict[str, list[str]]:
    return {rule.split()[0]: rule.split()[1:] for rule in said.split("; ")}


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://10.0.0.7/video.mjpg", "http://10.0.0.7"),
        ("https://Cam.Example.jp:8443/a/b.m3u8?x=1", "https://cam.example.jp:8443"),
        ("http://[2001:db8::7]:81/live", "http://[2001:db8::7]:81"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://cam.example.jp/x", None),
        ("http://cam.example.jp;script-src/x", None),
        ("http://a,b/x", None),
        ("http://*/x", None),
        ("http://*.example.jp/x", None),
        ("http://user:secret@cam.example.jp/x", None),
        ("http://cam.example.jp:99999/x", None),
        ("http:///x", None),
    ],
)
def test_an_address_is_named_by_scheme_host_and_port_or_not_at_all(url: str, named: str | None) -> None:
    assert origin(url) == named


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//cam/x"])
def test_the_registry_takes_no_live_view_that_is_no_web_address(url: str) -> None:
    with pytest.raises(ValidationError):
        Live(kind="page", url=url)


def test_a_live_view_whose_address_cannot_be_named_is_not_offered() -> None:
    assert not can_be_shown(None)
    assert can_be_shown(Live(kind="mjpeg", url="http://10.0.0.7/x"))


def city(live: dict[str, Live]) -> Registry:
    found = camera_desk(live=live).registry.current
    assert found
    return found


def test_each_kind_of_live_view_opens_what_it_needs_and_no_more() -> None:
    elsewhere = origins(
        city(
            {
                FROZEN: Live(kind="mjpeg", url="http://a.example.jp/1"),
                WELL: Live(kind="hls", url="https://b.example.jp:8443/2.m3u8"),
                COVERED: Live(kind="page", url="https://c.example.jp/3"),
            }
        )
    )
    made = rules(policy(["'sha256-x'"], elsewhere))
    assert made["img-src"] == ["'self'", "data:", "blob:", "http://a.example.jp"]
    assert made["connect-src"] == ["'self'", "http://a.example.jp", "https://b.example.jp:8443"]
    assert made["media-src"] == ["'self'", "blob:", "https://b.example.jp:8443"]
    assert made["script-src"] == ["'self'", "'sha256-x'"]
    assert made["default-src"] == ["'none'"]
    assert "c.example.jp" not in policy([], elsewhere)


def test_without_live_views_no_address_elsewhere_is_allowed() -> None:
    said = policy([], origins(city({})))
    assert "//" not in said
    assert said == policy([])


def test_pages_follow_the_registry_and_other_answers_allow_nothing_elsewhere() -> None:
    at_desk = camera_desk(live={FROZEN: Live(kind="mjpeg", url="http://a.example.jp/1")})
    with served(create_app(at_desk.services).server) as base, httpx.Client(base_url=base) as client:
        assert "http://a.example.jp" in client.get("/cameras").headers["content-security-policy"]
        assert "a.example.jp" not in client.get("/assets/staff.css").headers["content-security-policy"]
        at_desk.registry.current, at_desk.log.registry_revision = city({}), 2
        for _ in range(40):
            if "a.example.jp" not in client.get("/").headers["content-security-policy"]:
                break
            time.sleep(0.05)
        else:
            pytest.fail("the address stayed allowed")
