from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.channel import ChannelError
from alerts.deliveries import policy
from alerts.deliveries.limits import Quota, Rate, Used, month_of
from alerts.deliveries.policy import BACK_OFF_S, MOST_ATTEMPTS, Candidate, pick
from alerts.records import Delivery, Outcome
from tests.alerts.night import DUSK
from tests.alerts.post_room import delivery

REFUSED = ChannelError("no such user", permanent=True)
AWAY = ChannelError("the server is away")
NO_ANSWER = ChannelError("no answer came", unknown=True)


def begun(attempts: int = 1, doubts: int = 0) -> Delivery:
    return replace(delivery("duty"), outcome=Outcome.SENDING, attempts=attempts, doubts=doubts, began_at=DUSK)


def test_the_waits_grow_and_the_last_one_is_repeated() -> None:
    waits = [policy.failed(begun(n), AWAY, DUSK, idempotent=False).due_at - DUSK for n in range(1, 10)]
    assert [each.total_seconds() for each in waits] == [*BACK_OFF_S, 1800, 1800, 1800]


@pytest.mark.parametrize(("asked_s", "waited_s"), [(120, 120), (1, BACK_OFF_S[0]), (999_999, 3600)])
def test_retry_after_is_respected_up_to_an_hour(asked_s: int, waited_s: int) -> None:
    error = ChannelError("429", retry_after_s=asked_s)
    assert policy.failed(begun(), error, DUSK, idempotent=False).due_at == DUSK + timedelta(seconds=waited_s)


def test_what_cannot_help_is_given_up_at_once_and_the_rest_after_half_a_day() -> None:
    assert policy.failed(begun(), REFUSED, DUSK, idempotent=False).outcome is Outcome.FAILED
    assert policy.failed(begun(MOST_ATTEMPTS - 1), AWAY, DUSK, idempotent=True).outcome is Outcome.PENDING
    assert policy.failed(begun(MOST_ATTEMPTS), AWAY, DUSK, idempotent=True).outcome is Outcome.FAILED


@pytest.mark.parametrize("how", ["no answer", "end of the process"])
def test_a_doubt_is_answered_by_one_more_attempt_and_the_second_by_none(how: str) -> None:
    def doubted(found: Delivery) -> Delivery:
        if how == "no answer":
            return policy.failed(found, NO_ANSWER, DUSK, idempotent=False)
        return policy.cut_off(found, DUSK, idempotent=False)

    once = doubted(begun())
    assert (once.outcome, once.doubts) == (Outcome.PENDING, 1)
    twice = doubted(replace(once, outcome=Outcome.SENDING, attempts=2))
    assert (twice.outcome, twice.doubts, twice.settled_at) == (Outcome.UNKNOWN, 2, DUSK)


def test_where_the_other_side_knows_repeats_a_doubt_does_not_count() -> None:
    assert policy.failed(begun(9, doubts=8), NO_ANSWER, DUSK, idempotent=True).outcome is Outcome.PENDING
    assert policy.cut_off(begun(9, doubts=8), DUSK, idempotent=True).outcome is Outcome.PENDING
    assert policy.cut_off(begun(MOST_ATTEMPTS, doubts=8), DUSK, idempotent=True).outcome is Outcome.UNKNOWN


def test_what_may_have_arrived_is_never_called_failed() -> None:
    assert policy.failed(begun(2, doubts=1), REFUSED, DUSK, idempotent=False).outcome is Outcome.UNKNOWN
    assert policy.given_up(begun(1, doubts=1), policy.TOO_LATE, DUSK).outcome is Outcome.UNKNOWN


HAPPENS = st.sampled_from(["refused", "away", "no answer", "accepted", "crash", "crash before the channel had it"])


@given(st.lists(HAPPENS, max_size=60))
def test_whatever_happens_a_recipient_gets_a_message_twice_at_the_most(story: list[str]) -> None:
    """Each doubtful attempt is counted as one that arrived."""
    found, arrived = delivery("duty"), 0
    for event in story:
        if found.outcome is not Outcome.PENDING:
            break
        found = replace(found, outcome=Outcome.SENDING, attempts=found.attempts + 1)
        arrived += event in ("no answer", "accepted", "crash")
        if event.startswith("crash"):
            found = policy.cut_off(found, DUSK, idempotent=False)
        elif event == "accepted":
            found = policy.sent(found, "", DUSK)
        else:
            error = {"refused": REFUSED, "away": AWAY, "no answer": NO_ANSWER}[event]
            found = policy.failed(found, error, DUSK, idempotent=False)
    assert arrived <= 2
    if arrived and found.settled_at is not None:
        assert found.outcome in (Outcome.SENT, Outcome.UNKNOWN)


def candidate(number: int, name: str, level: int = 2, attempts: int = 0, due_s: int = 0) -> Candidate:
    return Candidate(number, name, level, attempts, DUSK + timedelta(seconds=due_s))


def test_the_urgent_go_first_then_the_new_then_the_longest_due() -> None:
    found = [
        candidate(1, "failed before", attempts=2),
        candidate(2, "new"),
        candidate(3, "older", due_s=-60),
        candidate(4, "urgent again", level=4, attempts=1),
        candidate(5, "urgent", level=5),
    ]
    assert [each.id for each in pick(found, 9, 9)] == [5, 4, 3, 2, 1]


def test_a_recipient_has_one_message_under_way_and_old_failures_leave_room_for_new_ones() -> None:
    found = [candidate(n, f"dead {n}", attempts=1) for n in range(4)] + [candidate(9, "duty"), candidate(10, "duty")]
    assert [each.id for each in pick(found, 4, 2)] == [9, 0, 1]


def test_a_month_is_that_of_japan() -> None:
    assert month_of(datetime(2026, 6, 30, 14, 59, 59, tzinfo=UTC)) == "2026-06"
    assert month_of(datetime(2026, 6, 30, 15, 0, tzinfo=UTC)) == "2026-07"


def test_a_quota_keeps_a_part_for_what_is_urgent_and_says_how_far_it_is_used_up() -> None:
    quota = Quota(per_month=200, warn_share=0.7, urgent_share=0.2)
    assert [quota.stands(used) for used in (0, 139, 140, 159, 160, 199, 200)] == [
        Used.ENOUGH,
        Used.ENOUGH,
        Used.WARNED,
        Used.WARNED,
        Used.RESERVE,
        Used.RESERVE,
        Used.ALL,
    ]
    assert [quota.allows(used, urgent=False) for used in (159, 160)] == [True, False]
    assert [quota.allows(used, urgent=True) for used in (199, 200)] == [True, False]
    assert Quota().allows(10**9, urgent=False)


@given(st.integers(1, 5), st.integers(1, 20), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=60))
def test_within_any_second_and_any_minute_no_more_is_begun_than_allowed(
    per_second: int, per_minute: int, steps: list[tuple[int, int]]
) -> None:
    """Times in tenths of a second, so that they are exact."""
    rate, now, begun_at = Rate(per_second, per_minute), 0, list[int]()
    for later, wanted in steps:
        now += later
        free = rate.free(now / 10)
        assert free is not None
        rate.take(min(free, wanted), now / 10)
        begun_at += [now] * min(free, wanted)
        if not rate.free(now / 10):
            assert rate.wait_s(now / 10) > 0
            assert rate.free(now / 10 + rate.wait_s(now / 10) + 1e-6)
    for start in begun_at:
        assert sum(1 for each in begun_at if start <= each < start + 10) <= per_second
        assert sum(1 for each in begun_at if start <= each < start + 600) <= per_minute


def test_a_restart_does_not_begin_the_minute_anew() -> None:
    assert Rate(0, 3, begun_s=[100.0, 130.0]).free(140.0) == 1
    assert Rate(0, 3, begun_s=[100.0, 130.0]).free(161.0) == 2
    assert Rate().free(0.0) is None
