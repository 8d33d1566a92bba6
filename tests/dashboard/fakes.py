"""Hand-written fakes for the dashboard's tests: a log, a registry, stills and alerts kept in memory."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from alerts.records import Delivery, Incident, Outcome, Transition
from ingest.clock import Clock
from ingest.health.fold import Device, GaugeState, with_reading, with_vitals
from ingest.health.limits import HealthSettings
from ingest.readings import CameraReport, CameraState, Quality, Reading, Still, Vitals
from ingest.sight.look import Look, PictureFault, Unjudged
from ingest.sight.masks import Masks
from ingest.stations import Quantity, Registry, StationKind
from ingest.store.protocol import (
    BusyTopic,
    CameraLatest,
    Copy,
    Course,
    DeadLetterSummary,
    HealthChanges,
    Latest,
    Marks,
    Pictured,
    Reference,
)
from tests.cameras import newest
from tests.dashboard.fake_city import SPOTS, history, reading


@dataclass
class FakeLog:
    """The log's protocol over lists; ``queries`` counts the expensive questions."""

    readings: list[Reading] = field(default_factory=list)
    reports: list[CameraReport] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    registry_revision: int = 1
    queries: int = 0
    broken: bool = False
    past_away: bool = False
    letters: DeadLetterSummary = field(default_factory=DeadLetterSummary)
    faults: dict[int, tuple[PictureFault, ...]] = field(default_factory=dict)
    """Of stills, by their number: those that stand."""
    known_at: dict[str, datetime] = field(default_factory=dict)
    """Of cameras that came into service of late."""
    unjudged: dict[int, Unjudged] = field(default_factory=dict)
    """Of stills, by their number: why nothing was told of them."""
    seen: dict[int, tuple[PictureFault, ...]] = field(default_factory=dict)
    """Those of this picture alone, where they are others."""

    def add(self, item: Reading | CameraReport | Still) -> None:
        """Append one row with the next sequence number."""
        match item:
            case Reading():
                self.readings.append(replace(item, seq=len(self.readings) + 1))
            case CameraReport():
                self.reports.append(replace(item, seq=len(self.reports) + 1))
            case Still():
                self.stills.append(replace(item, seq=len(self.stills) + 1))

    def marks(self) -> Marks:
        """The ends of the lists."""
        if self.broken:
            raise ConnectionError("the store is away")
        stills = len(self.stills)
        return Marks(len(self.readings), len(self.reports), stills, stills, self.registry_revision)

    def readings_after(self, seq: int, limit: int = 1000) -> list[Reading]:
        """Rows after ``seq``."""
        return self.readings[seq : seq + limit]

    def latest(self, gauge_ids: Collection[str] | None = None) -> dict[str, Latest]:
        """Newest reading and newest good reading of every gauge, or of some."""
        self.queries += 1
        found: dict[str, Latest] = {}
        for row in sorted(self.readings, key=lambda each: each.observed_at):
            before = found.get(row.gauge_id)
            older = before.good if before else None
            good = row if row.quality is Quality.GOOD else older
            found[row.gauge_id] = Latest(row, good)
        return {gauge_id: each for gauge_id, each in found.items() if gauge_ids is None or gauge_id in gauge_ids}

    def history(
        self, gauge_id: str, since: datetime, until: datetime, quantity: Quantity = Quantity.STAGE
    ) -> list[Reading]:
        """Readings of a gauge in a span; of corrected ones the last revision."""
        self.queries += 1
        last = {each.key: each for each in self.readings if each.gauge_id == gauge_id and each.quantity is quantity}
        mine = last.values()
        return sorted((each for each in mine if since <= each.observed_at <= until), key=lambda each: each.observed_at)

    def course(
        self, gauge_id: str, since: datetime, until: datetime, steps: int, quantity: Quantity = Quantity.STAGE
    ) -> Course:
        """All of them: a screen is wide enough for a test."""
        del steps
        return Course(self.history(gauge_id, since, until, quantity), timedelta(seconds=1), whole=not self.past_away)

    def states(self) -> dict[tuple[str, Quantity], Reading]:
        """Newest reading of everything that is not a stage."""
        found = sorted(self.readings, key=lambda each: each.observed_at)
        return {(each.gauge_id, each.quantity): each for each in found if each.quantity is not Quantity.STAGE}

    def recent(self, since: datetime) -> dict[str, list[Reading]]:
        """Good readings by gauge."""
        self.queries += 1
        found: dict[str, list[Reading]] = {}
        last = {(each.gauge_id, each.key): each for each in self.readings}
        for row in sorted(last.values(), key=lambda each: each.observed_at):
            if row.observed_at >= since and row.quality is Quality.GOOD:
                found.setdefault(row.gauge_id, []).append(row)
        return found

    def stages(
        self, since: datetime, gauge_ids: Collection[str] | None = None
    ) -> dict[str, list[tuple[datetime, float]]]:
        """Good stages by gauge."""
        found = self.recent(since)
        wanted = found if gauge_ids is None else [each for each in gauge_ids if each in found]
        return {each: [(row.observed_at, row.stage_m) for row in found[each]] for each in wanted}

    def cameras(self) -> dict[str, CameraLatest]:
        """Newest report and still of every camera."""
        self.queries += 1
        reports = {each.camera_id: each for each in self.reports}
        stills = {each.camera_id: each for each in sorted(self.stills, key=lambda still: still.taken_at)}
        looks = {key: self.look_at(still) for key, still in stills.items()}
        return {
            key: replace(newest(reports.get(key), stills.get(key), looks.get(key)), known_at=self.known_at.get(key))
            for key in reports.keys() | stills.keys() | self.known_at.keys()
        }

    def look_at(self, still: Still) -> Look:
        """What was found in a still: nothing, unless the test says otherwise."""
        faults = frozenset(self.faults.get(still.seq, ()))
        seen = frozenset(self.seen.get(still.seq, faults))
        at, why = still.received_at, self.unjudged.get(still.seq)
        return Look(still.seq, still.camera_id, still.taken_at, at, faults=faults, seen=seen, unjudged=why)

    def dead_letters(self) -> DeadLetterSummary:
        """What the test put there."""
        return self.letters


@dataclass
class FakeHealth:
    """The keeper's word over a fake log: whatever was appended is folded when it is asked for."""

    log: FakeLog
    registry: Registry
    now: datetime
    clock: Clock
    said: list[Vitals] = field(default_factory=list)
    deaf: tuple[str, ...] = ()
    dry: str = ""
    stands_still: bool = False
    states: dict[str, GaugeState] = field(default_factory=dict)
    folded: int = 0
    spoken: int = 0

    def changed_after(self, revision: int) -> HealthChanges:
        """All states; of readings before yesterday none, for speed."""
        del revision
        known = {
            each.id: Device.of(each, self.registry.station_of(each).kind) for each in self.registry.gauges.values()
        }
        rows = [] if self.stands_still else self.log.readings[self.folded :]
        for row in rows:
            deaf = row.gauge_id in self.deaf and row.observed_at > self.now - timedelta(minutes=44)
            deaf = deaf or (row.gauge_id == self.dry and row.observed_at > self.now - timedelta(hours=5))
            if row.gauge_id in known and row.observed_at > self.now - timedelta(hours=24) and not deaf:
                state = self.states.get(row.gauge_id, GaugeState())
                self.states[row.gauge_id] = with_reading(state, row, known[row.gauge_id], HealthSettings())
        self.folded += len(rows)
        for said in self.said[self.spoken :]:
            state = self.states.get(said.gauge_id, GaugeState())
            self.states[said.gauge_id] = with_vitals(state, said, known[said.gauge_id], HealthSettings())
        self.spoken = len(self.said)
        turned_at = self.now if self.stands_still else self.clock.now()
        return HealthChanges(self.folded, self.folded, turned_at, dict(self.states))


@dataclass
class FakeRegistryStore:
    """A registry that a test can exchange."""

    current: Registry | None
    revision: int = 1

    def registry(self) -> Registry | None:
        """What the test put there."""
        return self.current

    def registry_revision(self) -> int:
        """What the test put there."""
        return self.revision


@dataclass
class FakeStills:
    """Images by file name."""

    files: dict[str, bytes] = field(default_factory=dict)
    copies: dict[tuple[str, Copy], bytes] = field(default_factory=dict)
    masked: dict[tuple[str, Masks], bytes] = field(default_factory=dict)
    """By the masks that they were made with."""

    def read(self, file: str, copy: Copy = Copy.WHOLE, masks: Masks | None = None) -> bytes | None:
        """The bytes, or None."""
        if copy is Copy.MASKED:
            assert masks is not None, "a masked copy is asked for with its masks"
            return self.masked.get((file, masks))
        return self.files.get(file) if copy is Copy.WHOLE else self.copies.get((file, copy))


@dataclass
class FakePictures:
    """The stills of a fake log, all of which were looked at; ``looks`` are those that found something."""

    log: FakeLog
    normal: dict[str, Reference] = field(default_factory=dict)

    def strip(self, camera_id: str, since: datetime, until: datetime, most: int) -> list[Pictured]:
        """Those of a span, spread evenly."""
        mine = [each for each in self._of([camera_id]) if since <= each.still.taken_at <= until]
        if len(mine) <= most or most < 2:
            return mine[-most:]
        return [mine[round(index * (len(mine) - 1) / (most - 1))] for index in range(most)]

    def nearest(self, camera_ids: Sequence[str], at: datetime, within: timedelta) -> Pictured | None:
        """The nearest of them."""
        near = [each for each in self._of(camera_ids) if abs(each.still.taken_at - at) <= within]
        return min(near, key=lambda each: abs(each.still.taken_at - at), default=None)

    def reference(self, camera_id: str) -> Reference | None:
        """What the test put there."""
        return self.normal.get(camera_id)

    def references(self) -> dict[str, Reference]:
        """All that the test put there."""
        return dict(self.normal)

    def _of(self, camera_ids: Sequence[str]) -> list[Pictured]:
        mine = [each for each in self.log.stills if each.camera_id in camera_ids]
        return [Pictured(each, self.log.look_at(each)) for each in sorted(mine, key=lambda still: still.taken_at)]


@dataclass
class FakeAlertLog:
    """Transitions and deliveries in lists."""

    recorded: list[Transition] = field(default_factory=list)
    deliveries: dict[int, list[Delivery]] = field(default_factory=dict)
    """By the transition that they tell of."""

    incidents: list[Incident] = field(default_factory=list)

    def waiting(self) -> list[Incident]:
        """Worst first."""
        return sorted((each for each in self.incidents if each.waits), key=lambda each: (-each.level, each.id))

    def waiting_since(self, waiting: Sequence[Incident]) -> dict[int, datetime]:
        """Since they were opened."""
        return {each.id: each.opened_at for each in waiting}

    def last_transition_id(self) -> int:
        """The number of the newest."""
        return len(self.recorded)

    def transitions(self, limit: int = 100, subject_id: str | None = None) -> list[Transition]:
        """Newest first."""
        rows = [each for each in self.recorded if subject_id in (None, each.subject_id)]
        return sorted(rows, key=lambda each: -each.id)[:limit]

    def current(self) -> dict[str, Transition]:
        """Newest by gauge."""
        return {each.subject_id: each for each in sorted(self.recorded, key=lambda each: each.id)}

    def deliveries_of(self, transition_ids: list[int]) -> dict[int, list[Delivery]]:
        """By transition."""
        return {each: self.deliveries[each] for each in transition_ids if each in self.deliveries}


SILENT, NEVER, UNCONFIRMED, FAULTY = "asahi-bridge", "higashi-under", "kita-under", "ueda-ditch"
"""Stations of the storm that do not behave."""


def storm(now: datetime) -> FakeLog:
    """A log in the middle of a storm, with a silent gauge, one never heard, one unconfirmed and one faulty."""
    log = FakeLog()
    last = now - timedelta(minutes=2)
    for spot in SPOTS:
        if spot.id != NEVER:
            for each in history(spot, last, -0.8 if spot.id == SILENT else 0.0):
                log.add(each)
    for each in history(SPOTS[0], last, gauge_id="hongo-bridge-right"):
        log.add(replace(each, value=round(each.value - 0.12, 3)))
    log.add(reading(f"{UNCONFIRMED}-01", 0.21, now - timedelta(minutes=1), Quality.SUSPECT))
    log.add(reading("hongo-bridge-01", 9.4, now - timedelta(hours=5, minutes=3), Quality.SUSPECT))
    log.add(reading("hongo-bridge-01", 327.67, now - timedelta(hours=3, minutes=3), Quality.BAD))
    log.add(reading(f"{FAULTY}-01", 655.35, now - timedelta(minutes=1), Quality.BAD))
    _add_cameras(log, now)
    return log


def _add_cameras(log: FakeLog, now: datetime) -> None:
    for number, spot in enumerate(each for each in SPOTS if each.camera):
        camera_id = f"{spot.id}-cam"
        at = now - timedelta(minutes=96 if spot.id == SILENT else 3)
        dark = spot.id == "oike-pond"
        state = CameraState.DEGRADED if dark else CameraState.ONLINE
        log.add(CameraReport(camera_id, state, at, at, "dark" if dark else ""))
        log.add(Still(camera_id, at, at, f"{camera_id}/{number:04d}.jpg", 640, 360))


def stills(log: FakeLog) -> FakeStills:
    """A drawn picture for every still of the log."""
    return FakeStills({still.file: picture(still.seq) for still in log.stills})


def picture(seed: int) -> bytes:
    """A small drawing of a river under a grey sky."""
    image = Image.new("RGB", (640, 360), (126, 138, 150))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 150), (180, 96 + seed % 20), (360, 140), (640, 104), (640, 220), (0, 220)], fill=(70, 92, 84))
    draw.polygon([(240, 190), (400, 190), (640, 360), (0, 360)], fill=(116, 104, 84))
    draw.rectangle((0, 176, 640, 196), fill=(96, 98, 102))
    for pier in (210, 430):
        draw.rectangle((pier, 190, pier + 22, 300), fill=(88, 90, 94))
    for wave in range(12):
        draw.line((120 + wave * 31, 226 + wave * 11 % 90, 190 + wave * 31, 228 + wave * 11 % 90), fill=(146, 134, 112))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def alerts(now: datetime) -> FakeAlertLog:
    """Seven recent transitions with deliveries of every outcome."""
    rows = (
        ("mizue", 2, 1, 1.18, 170, "fall", False),
        ("oike-pond", 0, 2, 2.14, 88, "rise", False),
        ("asahi-bridge", 2, 3, 2.03, 74, "rise", False),
        ("hama-pump", 2, 3, 1.61, 41, "rise", False),
        ("hongo-bridge", 3, 4, 3.31, 22, "rise", False),
        ("ekimae-under", 4, 5, 0.31, 9, "rise", False),
        ("kita-under", 0, 4, 0.21, 1, "rise", True),
    )
    log = FakeAlertLog()
    for number, (station, before, after, stage_m, minutes, reason, unconfirmed) in enumerate(rows, start=1):
        at = now - timedelta(minutes=minutes)
        log.recorded.append(
            Transition(
                rule="stage",
                subject_id=f"{station}-01",
                station_id=station,
                from_level=before,
                to_level=after,
                cause=reason,
                observed_at=at,
                recorded_at=at,
                reading_seq=number,
                stage_m=stage_m,
                unconfirmed=unconfirmed,
                id=number,
            )
        )
        log.deliveries[number] = _deliveries(number, at)
    log.incidents = _incidents(now)
    return log


def _incidents(now: datetime) -> list[Incident]:
    """Three that wait for somebody, one at a hazard of 5, and one that is acknowledged."""
    rows = (
        ("hongo-bridge", "stage", 4, 22, 4),
        ("ekimae-under", "stage", 5, 9, 4),
        ("hama-pump", "rise", 3, 41, 0),
        ("asahi-bridge", "silence", 2, 48, 0),
    )
    return [
        Incident(
            station_id,
            rule,
            opened_at=now - timedelta(minutes=minutes),
            level=level,
            peak_level=level,
            acknowledged_level=acknowledged,
            id=number,
        )
        for number, (station_id, rule, level, minutes, acknowledged) in enumerate(rows, start=1)
    ]


def _deliveries(transition_id: int, at: datetime) -> list[Delivery]:
    outcomes = {5: (Outcome.FAILED, "550 mailbox unavailable"), 6: (Outcome.UNKNOWN, ""), 7: (Outcome.PENDING, "")}
    last, error = outcomes.get(transition_id, (Outcome.SENT, ""))
    rows = (("email", Outcome.SENT, ""), ("email", Outcome.SENT, ""), ("line", last, error))
    return [
        Delivery(
            f"person-{number}",
            channel,
            address="…",
            subject="…",
            body="…",
            due_at=at,
            key=f"key-{transition_id}-{number}",
            message_id=transition_id,
            outcome=outcome,
            attempts=1,
            settled_at=at,
            error=why,
            id=number,
        )
        for number, (channel, outcome, why) in enumerate(rows, start=1)
    ]


OUT_GATEWAY = "hill"
UNDER_THE_HILL = ("naka-ditch", "matsu-pond")
"""A gateway that went out three quarters of an hour ago, and the gauges that it alone hears."""


def vitals(now: datetime) -> list[Vitals]:
    """What the devices of the storm said: a gateway that went out, an empty battery, one that is low, a weak signal."""
    minutes = timedelta(minutes=1)
    said = []
    for spot in SPOTS:
        gateway = "town-hall" if spot.kind is StationKind.RIVER else "waterworks"
        if spot.id in UNDER_THE_HILL:
            said.append(Vitals(f"{spot.id}-01", now - 44 * minutes, 77.0, 3.61, -101.0, 3.0, (OUT_GATEWAY,)))
        elif spot.id not in (SILENT, NEVER):
            said.append(Vitals(f"{spot.id}-01", now - 2 * minutes, 84.0, 3.58, -96.0, 6.0, (gateway,)))
    said += [
        Vitals(f"{SILENT}-01", now - 50 * minutes, None, 2.91, -99.0, 4.0, ("town-hall",)),
        Vitals("shin-pond-01", now - 1 * minutes, 18.0, 3.41, -104.0, 2.0, ("waterworks",)),
        Vitals("tani-upper-01", now - 1 * minutes, 71.0, 3.55, -127.0, -14.0, ("town-hall", "waterworks")),
    ]
    return said


def letters(now: datetime) -> DeadLetterSummary:
    """Some refused messages."""
    topic = "mizumori/v1/mori-weir/gauge/mori-weir-02/reading"
    return DeadLetterSummary(
        counts={"unknown_device": 212, "malformed": 9},
        kept={"unknown_device": 212, "malformed": 9},
        newest_at=now - timedelta(minutes=4),
        busiest=(BusyTopic(topic, 212, 0, now - timedelta(minutes=4)),),
    )
