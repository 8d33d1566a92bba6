from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given

from ingest.registry_files import diff, load, merge_past, to_csv, to_toml
from ingest.registry_files.changes import with_past
from ingest.sensors import Reads, Sensor
from ingest.stations import Gauge, Registry, ThresholdSet, in_force
from tests.ingest.registries import registries

SPRING = datetime(2026, 4, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 1, tzinfo=UTC)
MUCH_LATER = datetime(2200, 1, 1, tzinfo=UTC)


def with_thresholds(registry: Registry, *sets: ThresholdSet) -> Registry:
    gauges = {name: gauge.model_copy(update={"thresholds": sets}) for name, gauge in registry.gauges.items()}
    return registry.model_copy(update={"gauges": gauges})


def small(lat: float = 34.4, *sets: ThresholdSet) -> Registry:
    data = {
        "city": {"id": "x", "name": {"ja": "市"}},
        "stations": {"a": {"id": "a", "kind": "river", "name": {"ja": "川"}, "lat": lat, "lon": 133.0}},
        "gauges": {"a-g": {"id": "a-g", "station_id": "a"}},
    }
    return with_thresholds(Registry.model_validate(data), *sets)


@given(registries())
def test_what_is_exported_as_toml_loads_as_the_same_registry(registry: Registry) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.toml"
        file.write_text(to_toml(registry), encoding="utf-8")
        assert load(file) == registry


@given(registries())
def test_what_is_exported_as_tables_loads_as_the_same_registry(registry: Registry) -> None:
    with tempfile.TemporaryDirectory() as folder:
        to_csv(registry, Path(folder))
        assert load(Path(folder) / "registry.toml") == registry


@given(registries())
def test_a_registry_does_not_differ_from_itself(registry: Registry) -> None:
    assert diff(registry, registry) == []


@given(registries(), registries())
def test_every_threshold_set_of_the_past_outlives_an_import(old: Registry, new: Registry) -> None:
    renamed = {name: _named(gauge, name) for name, gauge in zip(old.gauges, new.gauges.values(), strict=False)}
    merged = merge_past(old, new.model_copy(update={"gauges": renamed}), MUCH_LATER)
    for name, gauge in merged.gauges.items():
        began = {each.valid_from for each in gauge.thresholds}
        assert began == {each.valid_from for each in (*old.gauges[name].thresholds, *renamed[name].thresholds)}
        assert all(each in gauge.thresholds for each in renamed[name].thresholds)


@given(registries(), registries())
def test_every_sensor_of_the_past_outlives_an_import(old: Registry, new: Registry) -> None:
    renamed = {name: _named(gauge, name) for name, gauge in zip(old.gauges, new.gauges.values(), strict=False)}
    merged = merge_past(old, new.model_copy(update={"gauges": renamed}), MUCH_LATER)
    for name, gauge in merged.gauges.items():
        replaced = {each.valid_from for each in renamed[name].sensors}
        kept = [each for each in old.gauges[name].sensors if each.valid_from not in replaced]
        assert sorted(gauge.sensors, key=repr) == sorted((*kept, *renamed[name].sensors), key=repr)
        assert list(gauge.sensors) == sorted(gauge.sensors, key=lambda each: each.valid_from)


def _named(gauge: Gauge, name: str) -> Gauge:
    return gauge.model_copy(update={"id": name})


def test_new_thresholds_leave_the_past_to_be_judged_by_the_old_ones() -> None:
    old = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}))
    new = small(34.4, ThresholdSet(valid_from=AUTUMN, levels={4: 1.5}))
    sets = merge_past(old, new, MUCH_LATER).gauges["a-g"].thresholds
    assert in_force(sets, datetime(2026, 6, 1, tzinfo=UTC)) == old.gauges["a-g"].thresholds[0]
    assert in_force(sets, datetime(2026, 11, 1, tzinfo=UTC)) == new.gauges["a-g"].thresholds[0]


def test_a_set_that_never_was_in_force_can_be_taken_back() -> None:
    mistaken = ThresholdSet(valid_from=AUTUMN, levels={4: 20.0})
    old = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}), mistaken)
    new = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}))
    assert merge_past(old, new, SPRING) == new
    assert mistaken in merge_past(old, new, AUTUMN).gauges["a-g"].thresholds


def test_a_set_of_the_same_moment_is_replaced() -> None:
    old = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}))
    new = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 1.5}))
    assert merge_past(old, new, MUCH_LATER) == new


def test_a_change_prints_what_was_and_what_will_be() -> None:
    old = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}))
    new = small(34.5, ThresholdSet(valid_from=SPRING, levels={3: 1.0, 4: 1.5}))
    assert "\n".join(map(str, diff(old, new))).split("\n") == [
        "changed station a",
        "    lat: 34.4 → 34.5",
        "changed gauge a-g",
        "    thresholds from 2026-04-01T00:00:00Z, hazard 4: 2.0 → 1.5",
        "    thresholds from 2026-04-01T00:00:00Z, hazard 3: – → 1.0",
    ]


def test_a_replaced_sensor_prints_what_begins() -> None:
    old = small().gauges["a-g"].model_copy(update={"sensors": (mounted(SPRING, 6.0),)})
    new = old.model_copy(update={"sensors": (mounted(SPRING, 6.0), mounted(AUTUMN, 5.5))})
    registry = small()
    changes = diff(
        registry.model_copy(update={"gauges": {"a-g": old}}), registry.model_copy(update={"gauges": {"a-g": new}})
    )
    assert "\n".join(map(str, changes)).split("\n") == [
        "changed gauge a-g",
        "    sensors from 2026-10-01T00:00:00Z: – → begins",
        "    sensors from 2026-10-01T00:00:00Z, reads: – → distance",
        "    sensors from 2026-10-01T00:00:00Z, height_m: – → 5.5",
    ]


def mounted(since: datetime, height_m: float, **more: str) -> Sensor:
    return Sensor(valid_from=since, reads=Reads.DISTANCE, height_m=height_m, **more)


def test_an_import_that_lists_only_the_newest_sensor_keeps_the_one_before() -> None:
    gauge = small().gauges["a-g"]
    old = gauge.model_copy(update={"sensors": (mounted(SPRING, 6.0),)})
    new = gauge.model_copy(update={"sensors": (mounted(AUTUMN, 5.5),)})
    assert with_past(new, old, AUTUMN).sensors == (*old.sensors, *new.sensors)
    assert with_past(old, with_past(new, old, AUTUMN), SPRING).sensors == old.sensors


def test_against_nothing_everything_is_added_and_what_is_gone_is_retired() -> None:
    new = small(34.4, ThresholdSet(valid_from=SPRING, levels={4: 2.0}))
    without = new.model_copy(update={"gauges": {}})
    assert [str(change) for change in diff(None, new)] == ["added city city", "added station a", "added gauge a-g"]
    assert [str(change) for change in diff(new, without)] == ["retired gauge a-g"]
