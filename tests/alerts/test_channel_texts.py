"""Texts that fit: nothing that a person must see is cut off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.fitting import CUT, in_pieces, shortened, units

LINK = "https://mizumori.example.jp/a/Zk3x"


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert shortened("水位 3.10 m", 9) == "水位 3.10 m"


def test_a_long_text_is_cut_at_a_word_before_its_link() -> None:
    text = f"藤井川 水位 3.10 m 急に上昇 氾濫のおそれがあります {LINK}"
    cut = shortened(text, 59)
    assert cut == f"藤井川 水位 3.10 m 急に上昇{CUT}\n{LINK}"
    assert units(cut) <= 59


@pytest.mark.parametrize("tail", [LINK, f"{LINK}\n【訓練】", "【訓練】", f"【訓練】\n{LINK}"])
def test_the_marks_of_a_drill_and_the_link_are_never_cut(tail: str) -> None:
    text = f"【訓練】藤井川\n{'水位が上がっています。' * 40}\n{tail}\n"
    for most in (1, 20, 70, 200):
        cut = shortened(text, most)
        assert cut.startswith("【訓練】")
        assert cut.endswith(f"{CUT}\n{tail}")
    assert units(shortened(text, 200)) <= 200


@given(st.text(alphabet="あ海😀a 。\n", max_size=300), st.integers(1, 80))
def test_a_cut_text_is_never_too_long_and_begins_as_it_did(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert units(cut) <= max(most, units(text) if units(text) <= most else most)
    assert text.startswith(cut.removesuffix(CUT))


@given(st.text(alphabet="あ😀b 。\n", max_size=300), st.integers(2, 60), st.integers(1, 5))
def test_pieces_hold_every_word_as_far_as_they_reach(text: str, most: int, pieces: int) -> None:
    found = in_pieces(text, most, pieces)
    assert len(found) <= pieces
    assert all(units(each) <= most for each in found)
    told = "".join("".join(found).split()).removesuffix(CUT)
    assert "".join(text.split()).startswith(told)
    if not "".join(found).endswith(CUT):
        assert told == "".join(text.split())
