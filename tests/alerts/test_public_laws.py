"""Whatever staff, rules and gauges do in whatever order, some things never happen to what the public is told."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alerts.cap.checks import faults
from alerts.cap.flood import Issued
from alerts.cap.wording import issued_levels_named, speaks_of_orders
from alerts.cap.writing import to_xml
from alerts.public.lifecycle import BY_RULE
from alerts.public.records import AUTOMATIC, Given, PublicMessage, Refused, State, Step
from alerts.public.rendering import Issuer, body
from alerts.public.settings import PublicMessages, same_person
from alerts.records import Outcome
from ingest.store.tables import metadata, open_database
from tests.alerts.cap_report import schema
from tests.alerts.public_house import TOWN, WHY, PublicHouse

STANDING = {
    "id": "high",
    "approved_by": ["課長", "部長"],
    "min_level": 4,
    "valid_until": "2030-01-01T00:00:00+09:00",
}
PEOPLE = ("当番", "課長", "部長")


class Night:
    """A house with what is true of its gauge at this moment, so that laws can be asked of it."""

    def __init__(self, folder: Path, choices: PublicMessages) -> None:
        engine = open_database(f"sqlite:///{folder / 'present.db'}")
        metadata.create_all(engine)
        self.house = PublicHouse(engine, choices)
        self.level = 0
        self.held = False
        self.unconfirmed = False
        self.seen: set[int] = set()

    def stands(self, level: int, kind: str) -> None:
        self.level, self.unconfirmed = level, kind == "unconfirmed"
        self.house.stands(level, unconfirmed=self.unconfirmed, unverified=kind == "silent")
        self.house.turn(1)

    def doubt(self) -> None:
        """The same level, on a value that is not believed any more."""
        self.stands(self.level, "unconfirmed")

    def work(self) -> None:
        self.house.works_on()
        self.held = True

    def decides(self, act: str, by: str, number: int, level: int) -> None:
        ids = [each.id for each in self.house.kept.newest(100)]
        if not ids:
            return
        desk, chosen = self.house.desk, ids[number % len(ids)]
        issued = Issued(level, "市長", self.house.clock.now()) if number % 3 == 0 else None
        text = Given({"ja": {"headline": f"警戒レベル{level}です"}}, gravity=level, issued=issued)
        acts: dict[str, Callable[[], Any]] = {
            "approve": lambda: desk.approve(chosen, by),
            "publish": lambda: desk.publish(chosen, by),
            "edit": lambda: desk.edit(chosen, by, text),
            "update": lambda: desk.update(chosen, by, text if number % 2 else Given()),
            "all clear": lambda: desk.all_clear(chosen, by),
            "correct": lambda: desk.correct(chosen, by, WHY, text if number % 2 else Given()),
            "cancel": lambda: desk.cancel(chosen, by, WHY),
        }
        acts[act]()

    def check(self) -> None:
        """The laws, of what was published since the last look and of every chain."""
        found = self.house.kept.newest(200, [State.PUBLISHED])
        for message in found:
            if message.id not in self.seen:
                self.seen.add(message.id)
                self._lawful(message)
        for chain_id in {each.chain_id for each in found}:
            caps = self.house.caps(chain_id)
            for number, cap in enumerate(caps):
                assert faults(cap, caps[:number]) == []
            assert schema().is_valid(to_xml(caps[-1]))

    def _lawful(self, message: PublicMessage) -> None:
        content = message.content
        if content.hazard is not None and message.step is not Step.ALL_CLEAR:
            assert not self.unconfirmed, "a suspect reading was published"
            assert not self.held, "a gauge under work was published"
            assert content.hazard <= self.level
        if message.step is Step.ALL_CLEAR:
            assert {each.actor for each in message.approvals} & set(PEOPLE), "nobody decided on an all-clear"
            assert not message.rule_id
        actors = {same_person(each.actor) for each in message.approvals}
        quick = message.step in (Step.CORRECTION, Step.CANCEL) or message.rule_id
        assert quick or len(actors) >= self.house.settings.needed(content.gravity)
        assert AUTOMATIC not in actors
        assert not any(each.startswith(BY_RULE) for each in actors)
        text = body(message, Issuer(TOWN, self.house.settings), "ja")
        issued = set() if content.issued is None else {str(content.issued.level)}
        assert set(issued_levels_named(text)) <= issued
        assert content.issued is not None or not speaks_of_orders(text)


WHAT = ("approve", "approve", "publish", "publish", "edit", "update", "all clear", "correct", "cancel")
KINDS = st.sampled_from(["good", "good", "good", "unconfirmed", "silent"])
ACTS = st.one_of(
    st.tuples(st.just("stands"), st.sampled_from([0, 1, 3, 4, 4, 5]), KINDS),
    st.tuples(
        st.just("decides"),
        st.sampled_from(WHAT),
        st.sampled_from(PEOPLE),
        st.sampled_from([0, 0, 0, 1, 2, 3]),
        st.integers(1, 5),
    ),
    st.tuples(st.just("sent")),
    st.tuples(st.just("doubt")),
    st.tuples(st.just("work")),
    st.tuples(st.just("work")),
    st.tuples(st.just("hours")),
)
CHOICES = st.sampled_from([{}, {"approvals": 2}, {"standing": [STANDING]}, {"approvals": 2, "standing": [STANDING]}])


@settings(
    max_examples=30, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(acts=st.lists(ACTS, min_size=5, max_size=25), choices=CHOICES)
def test_no_order_of_events_breaks_the_laws_of_what_the_public_is_told(
    acts: list[tuple[Any, ...]], choices: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        night = Night(Path(folder), PublicMessages.model_validate(choices))
        night.stands(4, "good")
        night.check()
        for act, *details in acts:
            _happens(night, act, details)
            night.check()
        night.house.database.dispose()


def _happens(night: Night, act: str, details: list[Any]) -> None:
    try:
        if act == "hours":
            night.house.turn(60 * 5)
            night.held = False  # the work of two hours has ended
        elif act == "sent":
            for each in night.house.kept.newest(100, [State.PUBLISHED]):
                night.house.all_become(each, Outcome.SENT)
        else:
            getattr(night, act)(*details)
    except Refused:
        pass
