"""The tokens of crews' links, and the secret that signs them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.answers.secret import SecretFile
from alerts.answers.settings import AnswerSettings
from alerts.answers.tokens import DRILL_PURPOSE, LONGEST, MINUTE, Claim, issue, read
from tests.alerts.crew_desk import CREW, SECRET
from tests.alerts.phone import CLAIM
from tests.alerts.scenes import at


@given(
    contact_id=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True),
    incident_id=st.integers(min_value=0, max_value=2**40),
    minutes=st.integers(min_value=0, max_value=10**6),
)
def test_a_token_says_what_it_was_issued_for(contact_id: str, incident_id: int, minutes: int) -> None:
    claim = Claim(contact_id, incident_id, at(minutes))
    token = issue(claim, SECRET)
    assert read(token, SECRET) == claim
    assert len(token) <= LONGEST


def test_a_token_is_short_enough_for_a_text_message() -> None:
    assert len(issue(Claim("crew-12", 12_345, at(0)), SECRET)) <= 40


def test_an_expiry_is_never_cut_short() -> None:
    late = Claim(CREW, 7, at(0) + timedelta(seconds=1))
    found = read(issue(late, SECRET), SECRET)
    assert found is not None
    assert late.expires_at <= found.expires_at < late.expires_at + MINUTE


def test_no_other_token_is_taken_for_a_good_one() -> None:
    token = issue(CLAIM, SECRET)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in enumerate(token):
        for other in letters:
            if other != letter:
                assert read(token[:place] + other + token[place + 1 :], SECRET) is None
    for odd in (token[:-1], token + "A", token + "=", token + "\n", " " + token, "", "A", "é" * 40, "A" * 10_000):
        assert read(odd, SECRET) is None


@given(st.text(max_size=200))
def test_what_was_not_signed_is_nothing(text: str) -> None:
    assert read(text, SECRET) is None


def test_a_token_of_another_secret_or_purpose_opens_nothing() -> None:
    token = issue(CLAIM, SECRET)
    assert read(token, b"t" * 32) is None
    assert read(token, SECRET, b"something else\0") is None
    assert read(issue(CLAIM, SECRET, DRILL_PURPOSE), SECRET) is None


def test_the_secret_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    file = SecretFile(tmp_path / "data" / "answers.secret")
    first = file()
    assert len(first) == 32
    assert SecretFile(file.path)() == first
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.path.parent.iterdir()] == ["answers.secret"]
    file.rotate()
    assert file() != first
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_several_that_make_the_secret_at_once_agree_on_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [Thread(target=lambda: found.append(SecretFile(tmp_path / "s")())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_empty_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"")
    with pytest.raises(OSError, match="remove it"):
        SecretFile(tmp_path / "s")()


@pytest.mark.parametrize("values", [{"secret": "short"}, {"url": "kotae.example.jp"}, {"url": "javascript:alert(1)"}])
def test_settings_that_would_make_bad_links_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"write|leave"):
        AnswerSettings.model_validate(values)
