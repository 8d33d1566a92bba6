"""Simulated cameras that are asked over HTTP."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

import pytest

from simulators.http_camera import VIDEO, HttpCamera
from simulators.http_faults import BOUNDARY, FAULTS
from simulators.http_login import Login, digest_response
from tests.ingest.pictures import jpeg
from tests.parts import program

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PICTURES = {"": jpeg(0), "up": jpeg(1), "off": None}
RFC_7616 = {
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "qop": "auth",
}


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    with HttpCamera(PICTURES.__getitem__, lambda: NOW, frame_every_s=0.02) as serving:
        yield serving


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def test_each_camera_has_its_snapshot_and_one_that_is_off_says_so(camera: HttpCamera) -> None:
    assert get(camera.url()) == (HTTPStatus.OK, PICTURES[""])
    assert get(camera.url("up")) == (HTTPStatus.OK, PICTURES["up"])
    assert get(camera.url("off"))[0] == HTTPStatus.SERVICE_UNAVAILABLE
    assert get(camera.url("stranger"))[0] == HTTPStatus.NOT_FOUND
    assert get(camera.url(file="other.jpg"))[0] == HTTPStatus.NOT_FOUND
    assert get(camera.url(misbehave="unheard_of"))[0] == HTTPStatus.NOT_FOUND


def test_its_film_is_one_picture_after_another(camera: HttpCamera) -> None:
    with urllib.request.urlopen(camera.url(file=VIDEO), timeout=5) as film:
        assert film.headers["Content-Type"] == f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        data = film.read(3 * len(PICTURES[""] or b""))
    assert data.count(f"--{BOUNDARY}\r\n".encode()) >= 2


def test_it_ends_though_somebody_still_watches(camera: HttpCamera) -> None:
    with urllib.request.urlopen(camera.url(file=VIDEO), timeout=5) as film:
        film.read(10)
        begun_s = time.monotonic()
        camera.over.set()
        film.read()
    assert time.monotonic() - begun_s < 2.0


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_reckoned_as_in_the_example_of_rfc_7616(algorithm: Literal["MD5", "SHA-256"], response: str) -> None:
    login = Login("digest", "Mufasa", "Circle of Life", realm="http-auth@example.org")
    assert digest_response(login, "GET", "/dir/index.html", RFC_7616, algorithm) == response


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_curl_signs_in_by_digest(camera: HttpCamera, algorithm: Literal["MD5", "SHA-256"]) -> None:
    camera.login = Login("digest", "viewer", "the word", algorithm=algorithm)
    curl = [program("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", "--digest"]
    for word, status in (("the word", "200"), ("another word", "401")):
        said = subprocess.run([*curl, "-u", f"viewer:{word}", camera.url("up")], capture_output=True, text=True)
        assert said.stdout == status


def test_a_signature_does_not_serve_for_another_nonce_or_another_address() -> None:
    login = Login("digest", "viewer", "word")
    nonce = login.challenge().split('nonce="')[1].split('"')[0]
    said = {"nonce": nonce, "nc": "1", "cnonce": "c", "qop": "auth"}

    def signed(uri: str, said: dict[str, str]) -> str:
        found = digest_response(login, "GET", uri, said)
        pairs = {**said, "uri": uri, "username": "viewer", "response": found}
        return "Digest " + ", ".join(f'{key}="{value}"' for key, value in pairs.items())

    assert login.admits("GET", "/a", signed("/a", said))
    assert not login.admits("GET", "/b", signed("/a", said))
    assert not login.admits("GET", "/a", signed("/a", {**said, "nonce": "mine"}))
    assert not login.admits("GET", "/a", "Digest nonsense")
    assert not login.admits("GET", "/a", "Basic dmlld2VyOndvcmQ=")


def test_basic_takes_the_word_and_nothing_else() -> None:
    login = Login("basic", "viewer", "word")
    assert login.admits("GET", "/", "Basic dmlld2VyOndvcmQ=")
    for wrong in ("", "Basic", "Basic dmlld2VyOndvcmQ", "Basic ?", "Basic dmlld2VyOndvcmRz"):
        assert not login.admits("GET", "/", wrong)


@pytest.mark.parametrize("fault", [name for name in FAULTS if name.isdecimal()])
def test_a_fault_that_is_a_status_answers_it(camera: HttpCamera, fault: str) -> None:
    camera.misbehave = fault
    assert get(camera.url("up"))[0] == int(fault)
