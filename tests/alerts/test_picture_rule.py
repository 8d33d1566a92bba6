"""The rule of pictures that cannot be trusted, and what its messages say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from alerts.engine.settings import AlertSettings
from alerts.messages.catalogue import texts
from alerts.messages.compose import compose
from alerts.messages.runs import Run
from alerts.messages.told import Context, Form
from alerts.records import Transition
from alerts.rules import camera, picture
from alerts.rules.facts import Facts, Found
from alerts.rules.settings.rules import RulesSettings
from ingest.cameras.asked import Asked
from ingest.devices import Pull
from ingest.health.problems import Health
from ingest.pull.vain import Cause
from ingest.readings import CameraReport, CameraState, Still
from ingest.sight.look import Look, PictureFault
from ingest.stations import Camera, Registry
from ingest.store.protocol import CameraLatest
from tests.alerts.house import House
from tests.alerts.night import CITY, GAUGE, OTHER, OTHER_GAUGE, RIVER, at

EYE = Camera(id="fujii-eye", station_id="fujii")
REGISTRY = Registry.of(CITY, [RIVER, GAUGE, OTHER, OTHER_GAUGE, EYE])
FROZEN, COVERED, DARK, BLURRED = PictureFault.FROZEN, PictureFault.COVERED, PictureFault.DARK, PictureFault.BLURRED


def seen(
    minute: float,
    *faults: PictureFault,
    still_min: float | None = None,
    said: CameraState = CameraState.ONLINE,
    word: str = "",
) -> CameraLatest:
    """A camera that was heard at a minute, with a still of that or another minute that shows faults."""
    taken = at(minute if still_min is None else still_min)
    report = CameraReport(EYE.id, said, at(minute), at(minute), word)
    still = Still(EYE.id, taken, taken, "fujii-eye/20260701/a.jpg", 640, 480, seq=1)
    return CameraLatest(report, still, Look(1, EYE.id, taken, taken, faults=frozenset(faults)), taken, at(minute))


def facts(minute: float, latest: CameraLatest, firing: Mapping[str, int] | None = None) -> Facts:
    return Facts(at(minute), REGISTRY, Health(at(minute)), {EYE.id: latest}, firing or {})


def ask(given: Facts, **settings: object) -> Found | None:
    return next(iter(picture.find(given, RulesSettings.model_validate({"picture": settings}))), None)


def told(found: Found | None) -> tuple[int, str]:
    assert found is not None
    return found.finding.reached, str(found.finding.detail["picture"])


@pytest.mark.parametrize("fault", PictureFault)
def test_every_fault_of_a_picture_is_found_and_may_be_left_out(fault: PictureFault) -> None:
    assert told(ask(facts(1, seen(0, fault)))) == (1, fault)
    assert ask(facts(1, seen(0, fault)), **{fault.value: False}) is None


def test_a_good_picture_is_none() -> None:
    assert ask(facts(1, seen(0))) is None
    assert ask(facts(1, seen(0, word="lens cleaned"))) is None


def test_the_fault_that_misleads_most_is_named_first_and_the_others_beside_it() -> None:
    found = ask(facts(1, seen(0, DARK, FROZEN, BLURRED)))
    assert found is not None
    assert found.finding.detail["picture"] == "frozen"
    assert found.finding.detail["picture_also"] == ["dark", "blurred"]
    assert told(ask(facts(1, seen(0, DARK, FROZEN)), frozen=False)) == (1, "dark")


def test_beside_water_it_weighs_more_and_at_another_station_it_does_not() -> None:
    frozen = seen(0, FROZEN)
    assert told(ask(facts(1, frozen, {GAUGE.id: 1}))) == (2, "frozen")
    assert told(ask(facts(1, frozen, {OTHER_GAUGE.id: 5}))) == (1, "frozen")
    assert told(ask(facts(1, frozen, {GAUGE.id: 2}), wet_from_level=3)) == (1, "frozen")
    assert told(ask(facts(1, frozen, {GAUGE.id: 3}), wet_from_level=3, while_wet_level=4)) == (4, "frozen")


def test_a_camera_that_speaks_and_sends_no_stills_has_to_do_so_for_a_while() -> None:
    silent = seen(60, still_min=40)
    found = ask(facts(60, silent))
    assert told(found) == (1, "no_still")
    assert found is not None
    assert found.lasting_s == 600
    frozen_too = ask(facts(60, seen(60, FROZEN, still_min=40)))
    assert frozen_too is not None
    assert (told(frozen_too), frozen_too.lasting_s) == ((1, "frozen"), 0.0)
    assert ask(facts(60, silent), no_still=False) is None


def test_a_camera_that_calls_itself_degraded_is_believed_in_its_own_words() -> None:
    found = ask(facts(1, seen(0, said=CameraState.DEGRADED, word="lens heater")))
    assert told(found) == (1, "own_word")
    assert found is not None
    assert found.finding.detail["reason"] == "lens heater"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("cause", Cause)
def test_why_a_camera_that_is_asked_gives_no_picture_is_said(cause: Cause, language: str) -> None:
    for rule in ("picture", "camera"):
        told_of = replace(change(picture="no_still", asked=str(cause)), rule=rule)
        body = compose([Run((told_of,))], Context(REGISTRY, at(0)), language, Form.LONG).body
        assert f": {texts(language)['values']['asked'][cause]}\n" in body


def test_a_camera_that_refuses_its_picture_is_not_offline_and_says_why() -> None:
    asked = Asked(EYE.id, at(58), at(58), failing_since=at(0), failures=9, cause=str(Cause.UNAUTHORIZED))
    pulled = EYE.model_copy(update={"pull": Pull(url="http://192.0.2.7/picture")})
    given = facts(60, replace(seen(0), asked=asked))
    found = ask(replace(given, registry=Registry.of(CITY, [RIVER, GAUGE, pulled])))
    assert told(found) == (1, "no_still")
    assert found is not None
    assert found.finding.detail["asked"] == "unauthorized"


def test_of_a_camera_that_is_offline_only_that_is_told() -> None:
    gone = facts(120, seen(0, FROZEN))
    assert [each.subject_id for each in camera.find(gone, RulesSettings())] == [EYE.id]
    found = ask(gone)
    assert found is not None
    assert (found.finding.reached, found.finding.left) == (0, frozenset())


# With the machine and the messages


@dataclass
class Watched(House):
    """A house whose camera is seen as ``latest`` says, and whose gauge stands at ``firing``."""

    latest: CameraLatest = field(default_factory=lambda: seen(60))
    wet: Mapping[str, int] = field(default_factory=dict)

    def facts(self, firing: Mapping[str, int]) -> Facts:
        del firing
        return replace(facts(0, self.latest, self.wet), now=self.clock.now())

    def look(self, minute: float, *faults: PictureFault, still_min: float | None = None) -> None:
        """A turn at a minute in which the camera has just been seen so."""
        self.clock.at = at(minute)
        self.latest = seen(minute, *faults, still_min=still_min)
        self.tick()

    def told(self, rule: str = "picture") -> list[tuple[int, int, str]]:
        return [(each.from_level, each.to_level, str(each.detail.get("picture"))) for each in self.transitions(rule)]


@pytest.fixture
def house(database: Database) -> Watched:
    made = Watched(database, AlertSettings())
    made.serve(REGISTRY)
    return made


def test_a_frozen_picture_is_told_at_once_and_its_end_after_ten_good_minutes(house: Watched) -> None:
    for minute in range(0, 30, 5):
        house.look(minute, FROZEN)
    assert house.told() == [(0, 1, "frozen")]
    for minute in range(30, 45, 5):
        house.look(minute)
    causes = [(each.cause, each.to_level) for each in house.transitions("picture")]
    assert causes == [("rise", 1), ("recovering", 1), ("fall", 0)]


def test_a_camera_that_falls_silent_while_its_picture_is_frozen_never_says_that_this_is_mended(house: Watched) -> None:
    house.look(0, FROZEN)
    for minute in range(1, 120):
        house.clock.at = at(minute)
        house.tick()
    assert [each.to_level for each in house.transitions("camera")] == [1]
    house.look(120, FROZEN)
    house.look(140, FROZEN)
    assert house.told() == [(0, 1, "frozen")]


def test_rising_water_raises_a_frozen_picture_and_falling_water_lowers_it_with_a_word_of_its_own(
    house: Watched,
) -> None:
    house.look(0, FROZEN)
    house.wet = {GAUGE.id: 2}
    house.look(5, FROZEN)
    house.wet = {}
    for minute in (10, 15, 20, 25):
        house.look(minute, FROZEN)
    assert [(before, after) for before, after, _ in house.told() if before != after] == [(0, 1), (1, 2), (2, 1)]
    text = compose([Run((house.transitions("picture")[-1],))], Context(REGISTRY, at(25)), "ja", Form.LONG)
    assert "カメラの画像が固まっています" in text.subject
    assert "画像はまだ直っていません" in text.body
    assert "信用できます" not in text.body


def test_a_camera_that_comes_back_has_time_to_send_a_still(house: Watched) -> None:
    house.look(100, still_min=0)
    house.look(105, still_min=0)
    house.look(107)
    assert not [each for each in house.transitions("picture") if each.to_level]
    for minute in range(110, 150, 5):
        house.look(minute, still_min=107)
    assert [after for _, after, _ in house.told() if after] == [1]


def change(**detail: object) -> Transition:
    return Transition("picture", EYE.id, "fujii", 0, 2, "rise", at(0), at(0), detail=detail)


@pytest.mark.parametrize("problem", [*PictureFault, "no_still", "own_word"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_problem_has_a_sentence_and_says_what_not_to_trust(problem: str, language: str) -> None:
    text = compose([Run((change(picture=problem),))], Context(REGISTRY, at(0)), language, Form.LONG)
    assert texts(language)["values"]["picture"][problem] in text.subject
    assert ("信用しないでください" if language == "ja" else "Do not trust") in text.body
    brief = compose([Run((change(picture=problem),))], Context(REGISTRY, at(0)), language, Form.SHORT).body
    assert ("カメラ" if language == "ja" else "amera") in brief


def test_a_camera_without_a_name_is_called_a_camera_once() -> None:
    alone = Context(REGISTRY, at(0))
    assert "カメラ: カメラ" not in compose([Run((change(picture="frozen"),))], alone, "ja", Form.LONG).body
    offline = replace(change(reason="no_heartbeat"), rule="camera")
    assert "カメラ: カメラ" not in compose([Run((offline,))], alone, "ja", Form.LONG).body


def test_of_two_cameras_the_message_says_which() -> None:
    second = EYE.model_copy(update={"id": "fujii-down", "name": {"ja": "下流", "en": "downstream"}})
    both = Context(Registry.of(CITY, [RIVER, GAUGE, EYE, second]), at(0))
    named = replace(change(picture="frozen"), subject_id="fujii-down")
    assert "藤井川 下流 カメラの画像が固まっています" in compose([Run((named,))], both, "ja", Form.LONG).subject
    unnamed = compose([Run((change(picture="frozen"),))], both, "ja", Form.LONG)
    assert "藤井川 fujii-eye " in unnamed.subject
    assert "カメラ: fujii-eye" in unnamed.body


def test_the_wait_of_a_rule_is_the_longer_of_the_two(house: Watched) -> None:
    slow = AlertSettings.model_validate({"rules": {"picture": {"duration_s": 1200}}})
    patient = Watched(house.database, slow, house.clock)
    patient.look(0, FROZEN)
    patient.look(19, FROZEN)
    assert not [each for each in patient.transitions("picture") if each.to_level]
    patient.look(20, FROZEN)
    assert [each.to_level for each in patient.transitions("picture")][-1:] == [1]
    assert patient.clock.now() - at(0) == timedelta(minutes=20)


def test_the_words_that_count_are_all_in_the_settings() -> None:
    names: Sequence[str] = [*PictureFault, "no_still", "own_word"]
    assert set(names) <= set(RulesSettings().picture.model_dump())
