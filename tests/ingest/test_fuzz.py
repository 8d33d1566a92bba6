"""Fuzzed messages through decoders, judgement and worker. ``python -m tests.ingest.fuzz`` runs a million of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.messages import Refusal
from ingest.pipeline import Kept, dead_letter
from tests.ingest.cities import reading_message
from tests.ingest.fuzz import Account, fuzz
from tests.ingest.fuzz_messages import KINDS, Fuzzer


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")  # broken EXIF
def test_of_twenty_thousand_fuzzed_messages_none_crashes_and_each_is_accounted_for(tmp_path: Path) -> None:
    account = fuzz(20_000, seed=20260701, stored_every=10, folder=tmp_path)
    assert account.crashes == []
    assert account.messages == sum(account.as_.values()) == 20_000
    assert set(account.as_) == {"readings", "reports", "stills", "vitals", "dead_letters"}
    assert account.stored == 2_000
    assert account.readings > 3_000


def test_the_account_calls_a_crash_what_is_one() -> None:
    account, message = Account(), reading_message("{}")
    account.take(message, Kept(dead_letters=(dead_letter(message, Refusal.MALFORMED, "x"),)))
    assert account.crashes == []
    account.take(message, Kept(dead_letters=(dead_letter(message, Refusal.UNEXPECTED, "x"),)))
    account.take(message, Kept())
    assert [each.partition(":")[0] for each in account.crashes] == ["unexpected, x", "silently dropped"]


def test_the_same_seed_makes_the_same_messages() -> None:
    one, other = Fuzzer(random.Random(1)), Fuzzer(random.Random(1))
    for number in range(50 * len(KINDS)):
        assert one.message(number) == other.message(number)
