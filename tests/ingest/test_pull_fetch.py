"""One still from one camera over real sockets, well and badly behaved: what it brings, what it says, and how soon."""

from __future__ import annotations

import logging
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import pytest

from ingest.devices import Pull
from ingest.pull.fetch import Fetcher
from ingest.pull.settings import CameraSettings, Credential
from ingest.pull.vain import Cause, Vain
from simulators.http_camera import VIDEO, HttpCamera
from simulators.http_faults import FAULTS, bomb
from simulators.http_login import Login
from tests.brokers import free_port
from tests.deploy.shipped import certificate
from tests.ingest.pictures import jpeg

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PICTURE = jpeg()
PASSWORD = "a-word-that-nobody-may-see"
BRIEF_S, SOON_S = 0.5, 2.5


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    with HttpCamera(lambda _: PICTURE, lambda: NOW, frame_every_s=0.05) as serving:
        yield serving


def fetcher(timeout_s: float = 5.0, ca_file: str = "", password: str = PASSWORD) -> Fetcher:
    credential = Credential(username="viewer", password=password)
    return Fetcher(CameraSettings(timeout_s=timeout_s, ca_file=ca_file, credentials={"pond": credential}))


def vain(pull: Pull, timeout_s: float = 5.0, password: str = PASSWORD) -> Vain:
    with pytest.raises(Vain) as raised:
        fetcher(timeout_s, password=password).fetch(pull)
    assert PASSWORD not in str(raised.value)
    return raised.value


def test_a_picture_is_fetched_as_it_is(camera: HttpCamera) -> None:
    fetched = fetcher().fetch(Pull(url=camera.url()))
    assert fetched.data == PICTURE
    assert fetched.served_at == NOW
    assert fetched.modified_at is None


def test_a_file_of_a_web_server_tells_when_it_was_made(camera: HttpCamera) -> None:
    made_at = NOW - timedelta(minutes=4)
    camera.headers = {"Last-Modified": format_datetime(made_at, usegmt=True)}
    assert fetcher().fetch(Pull(url=camera.url())).modified_at == made_at


EXPECTED: dict[str, tuple[Cause, str]] = {
    "never_ends": (Cause.OVERSIZED, "too large"),
    "drips": (Cause.TIMED_OUT, "within 0.5 s"),
    "drips_head": (Cause.TIMED_OUT, "within 0.5 s"),
    "floods_head": (Cause.BROKEN_OFF, "broke off"),
    "silent": (Cause.TIMED_OUT, "within 0.5 s"),
    "slow": (Cause.TIMED_OUT, "within 0.5 s"),
    "hangs_up": (Cause.BROKEN_OFF, "broke off"),
    "breaks_off": (Cause.BROKEN_OFF, "broke off"),
    "redirects": (Cause.REDIRECTED, "to http://127.0.0.1:1/internal: no redirect"),
    "packed": (Cause.ENCODED, "Content-Encoding"),
    "oversized": (Cause.OVERSIZED, "40000000 bytes"),
    "bad_stream": (Cause.OVERSIZED, "without a whole picture"),
    "401": (Cause.UNAUTHORIZED, 'auth = "basic"'),
    "403": (Cause.FORBIDDEN, "403"),
    "404": (Cause.NOT_FOUND, "404"),
    "429": (Cause.BUSY, "interval_s"),
    "500": (Cause.BUSY, "500"),
}
LEFT_TO_THE_PIPELINE = {"truncated", "web_page", "old", "bomb"}
"""What comes whole and in time is judged where every picture is."""


@pytest.mark.parametrize("fault", EXPECTED)
def test_each_misbehaviour_has_a_reason_of_its_own_and_an_end(camera: HttpCamera, fault: str) -> None:
    begun_s = time.monotonic()
    why = vain(Pull(url=camera.url(misbehave=fault)), BRIEF_S if EXPECTED[fault][0] is Cause.TIMED_OUT else 5.0)
    assert time.monotonic() - begun_s < SOON_S
    assert (why.cause, EXPECTED[fault][1] in why.sentence) == (EXPECTED[fault][0], True), why.sentence
    assert why.answered


def test_every_fault_that_a_simulated_camera_knows_is_tried() -> None:
    assert EXPECTED.keys() | LEFT_TO_THE_PIPELINE == FAULTS.keys()


@pytest.mark.parametrize("fault", ["never_ends", "bad_stream", "floods_head", "packed"])
def test_an_answer_without_an_end_costs_no_more_memory_than_a_picture_may(camera: HttpCamera, fault: str) -> None:
    asked = fetcher()
    tracemalloc.start()
    try:
        with pytest.raises(Vain):
            asked.fetch(Pull(url=camera.url(misbehave=fault)))
        assert tracemalloc.get_traced_memory()[1] < 12 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_redirect_is_not_followed_and_its_secrets_are_not_told(camera: HttpCamera) -> None:
    sentence = vain(Pull(url=camera.url(misbehave="redirects"))).sentence
    assert "user" not in sentence
    assert "word" not in sentence
    assert "token" not in sentence
    assert camera.asked.total() == 1


@pytest.mark.parametrize("kind", ["basic", "digest"])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_camera_that_wants_a_password_gets_it(
    kind: Literal["basic", "digest"], algorithm: Literal["MD5", "SHA-256"]
) -> None:
    login = Login(kind, "viewer", PASSWORD, algorithm=algorithm)
    with HttpCamera(lambda _: PICTURE, lambda: NOW, login=login) as camera:
        pull = Pull(url=camera.url() + "?channel=1", auth=kind, credential="pond")
        assert fetcher().fetch(pull).data == PICTURE
        assert camera.asked.total() == (2 if kind == "digest" else 1)


@pytest.mark.parametrize("kind", ["basic", "digest"])
def test_a_wrong_password_names_the_setting_to_look_at(kind: Literal["basic", "digest"]) -> None:
    with HttpCamera(lambda _: PICTURE, lambda: NOW, login=Login(kind, "viewer", PASSWORD)) as camera:
        why = vain(Pull(url=camera.url(), auth=kind, credential="pond"), password="another")
    assert why.cause is Cause.UNAUTHORIZED
    assert "[cameras.credentials.pond]" in why.sentence
    assert "another" not in why.sentence


def test_a_password_is_not_sent_in_the_clear_to_whoever_asks_for_it() -> None:
    """A camera that is to be asked by digest and wants basic gets no password, and a sentence says what to write."""
    with HttpCamera(lambda _: PICTURE, lambda: NOW, login=Login("basic", "viewer", PASSWORD)) as camera:
        why = vain(Pull(url=camera.url(), auth="digest", credential="pond"))
        assert camera.asked.total() == 1
    assert why.cause is Cause.UNAUTHORIZED
    assert 'write auth = "basic"' in why.sentence


def test_both_requests_of_digest_have_one_time_limit() -> None:
    with HttpCamera(lambda _: PICTURE, lambda: NOW, login=Login("digest", "viewer", PASSWORD)) as camera:
        begun_s = time.monotonic()
        pull = Pull(url=camera.url(misbehave="drips"), auth="digest", credential="pond")
        assert vain(pull, BRIEF_S).cause is Cause.TIMED_OUT
    assert BRIEF_S <= time.monotonic() - begun_s < BRIEF_S + 0.5


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="c", nonce="n", algorithm=ROT13, qop="auth"',
        'Digest realm="c", nonce="n", qop="auth-int"',
        'Digest realm="c"',
        "Digest nonsense",
    ],
)
def test_a_strange_digest_is_a_reason_and_no_crash(camera: HttpCamera, challenge: str) -> None:
    camera.login = Login("digest", "viewer", PASSWORD)
    camera.login.challenge = lambda: challenge  # type: ignore[method-assign]
    why = vain(Pull(url=camera.url(), auth="digest", credential="pond"))
    assert why.cause is Cause.UNAUTHORIZED
    assert "digest" in why.sentence


def test_a_credential_that_is_not_in_the_settings_is_named_and_nobody_is_asked(camera: HttpCamera) -> None:
    why = vain(Pull(url=camera.url(), auth="basic", credential="river"))
    assert why.cause is Cause.NO_CREDENTIAL
    assert "[cameras.credentials.river]" in why.sentence
    assert not why.answered
    assert camera.asked.total() == 0


def test_of_a_stream_of_pictures_the_first_is_taken(camera: HttpCamera) -> None:
    begun_s = time.monotonic()
    assert fetcher().fetch(Pull(url=camera.url(file=VIDEO))).data == PICTURE
    assert time.monotonic() - begun_s < SOON_S


def test_nobody_at_the_address_is_said_with_the_systems_words() -> None:
    why = vain(Pull(url=f"http://127.0.0.1:{free_port()}/snapshot.jpg?password=hidden"))
    assert why.cause is Cause.NO_CONNECTION
    assert "refused" in why.sentence
    assert "hidden" not in why.sentence
    assert not why.answered


def test_the_environments_proxy_is_not_used(camera: HttpCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    assert fetcher().fetch(Pull(url=camera.url())).data == PICTURE


def test_neither_address_nor_password_is_logged(camera: HttpCamera, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    camera.login = Login("basic", "viewer", PASSWORD)
    fetcher().fetch(Pull(url=camera.url() + "?token=hidden", auth="basic", credential="pond"))
    assert "hidden" not in caplog.text
    assert PASSWORD not in caplog.text
    assert "dmlld2Vy" not in caplog.text


def test_a_camera_over_https_is_trusted_by_its_own_authority(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, tmp_path / "server.key")
    with HttpCamera(lambda _: PICTURE, lambda: NOW, trust=context) as camera:
        pull = Pull(url=camera.url())
        assert pull.url.startswith("https://")
        assert fetcher(ca_file=str(trusted)).fetch(pull).data == PICTURE
        why = vain(pull)
    assert why.cause is Cause.NO_CONNECTION
    assert "cameras.ca_file" in why.sentence


def test_breaking_off_wakes_a_request_that_waits_at_once(camera: HttpCamera) -> None:
    asking = fetcher(timeout_s=30.0)
    found: list[Cause] = []

    def ask() -> None:
        try:
            asking.fetch(Pull(url=camera.url(misbehave="silent")))
        except Vain as why:
            found.append(why.cause)

    thread = threading.Thread(target=ask)
    thread.start()
    while not camera.asked:
        time.sleep(0.01)
    begun_s = time.monotonic()
    asking.close()
    thread.join(5.0)
    assert time.monotonic() - begun_s < 1.0
    assert found == [Cause.BROKEN_OFF]


def test_the_bomb_is_small() -> None:
    assert len(bomb()) < 1000
