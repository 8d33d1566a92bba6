"""Cameras, pumps and gates in the registry's files: what is taken, and what is said of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.devices import Box, Live, Pull
from ingest.registry_files import to_toml
from tests.ingest.test_registry_files import GOOD, THRESHOLDS, loaded, mistakes

CAMERA = """
[[stations.cameras]]
id = "fujii-c"
"""
WHOLE = """interval_s = 60
heartbeat_s = 600
public = true
lit = true
masks = [[[0.0, 0.5], [0.2, 0.5], [0.2, 1.0]], [[0.7, 0.1], [0.9, 0.1], [0.9, 0.3], [0.7, 0.3]]]
clock_area = { left = 0.0, top = 0.0, right = 1.0, bottom = 0.07 }
pull = { url = "http://192.0.2.7:8080/snapshot.jpg?channel=1", auth = "digest", credential = "dam" }
live = { kind = "hls", url = "https://video.example.jp/fujii.m3u8" }
"""
PUMPS = """
[[stations.pumps]]
id = "fujii-p1"
name = { ja = "1号ポンプ" }
start_m = 1.2
capacity_m3_per_s = 0.8

[[stations.gates]]
id = "fujii-q"
interval_s = 300
"""


def test_all_that_is_set_of_a_camera_is_read_and_written_again(tmp_path: Path) -> None:
    registry = loaded(tmp_path, GOOD + CAMERA + WHOLE + PUMPS)
    camera = registry.cameras["fujii-c"]
    assert (camera.heartbeat_s, camera.public, camera.lit) == (600, True, True)
    assert camera.masks[0] == ((0.0, 0.5), (0.2, 0.5), (0.2, 1.0))
    assert camera.clock_area == Box(left=0, top=0, right=1, bottom=0.07)
    assert camera.pull == Pull(url="http://192.0.2.7:8080/snapshot.jpg?channel=1", auth="digest", credential="dam")
    assert camera.live == Live(kind="hls", url="https://video.example.jp/fujii.m3u8")
    assert registry.pumps["fujii-p1"].start_m == 1.2
    assert registry.gates["fujii-q"].interval_s == 300
    assert loaded(tmp_path, to_toml(registry)) == registry


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("public = 2", "`public`"),
        ('lit = "often"', "`lit`"),
        ("masks = [[[0.1, 0.2], [0.3, 0.2]]]", "a mask needs three points or more"),
        ("masks = [[[0.1, 0.2], [0.3, 2.0], [0.3, 0.4]]]", "at most 1"),
        ("masks = [[[0.1, 0.1], [0.5, 0.5], [0.5, 0.1], [0.1, 0.5]]]", "must not cross itself"),
        ("clock_area = { left = 0.5, top = 0.0, right = 0.5, bottom = 0.1 }", "left must be less than right"),
        ('pull = { url = "rtsp://192.0.2.7/stream" }', "write http:// or https://"),
        ('pull = { url = "http://staff:pond@192.0.2.7/a.jpg" }', "name them in `credential`"),
        ('pull = { url = "http://192.0.2.7/a.jpg", auth = "digest" }', "goes together with `credential`"),
        ('pull = { url = "http://192.0.2.7/a.jpg", auth = "oauth" }', "write one of none, basic, digest"),
        ('pull = { address = "http://192.0.2.7/a.jpg" }', "`address` is not known"),
        ('live = { kind = "rtsp", url = "http://192.0.2.7/" }', "write one of hls, mjpeg, page"),
        ('live = { kind = "page", url = "javascript:alert(1)" }', "write http:// or https://"),
    ],
)
def test_a_mistake_in_a_camera_says_what_to_write_instead(tmp_path: Path, written: str, said: str) -> None:
    (found, *_) = mistakes(tmp_path, GOOD + CAMERA + written + "\n")
    assert "camera fujii-c" in found
    assert said in found
    assert "staff:pond" not in found


def test_a_pump_that_no_flood_would_start_says_what_to_write_instead(tmp_path: Path) -> None:
    """Centimetres in place of metres: its alert would wait for ever."""
    (found,) = mistakes(tmp_path, GOOD + CAMERA + PUMPS.replace("start_m = 1.2", "start_m = 120.0"))
    assert "pump fujii-p1" in found
    assert "start_m 120 lies above the highest threshold of the inner gauge" in found
    assert "in metres" in found


def test_a_pump_cannot_have_the_id_of_a_gauge_for_their_readings_stand_side_by_side(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD + '\n[[stations.pumps]]\nid = "fujii-g"\n')
    assert "pump fujii-g: this id is taken already" in found


def test_a_gauge_observes_the_stage_and_nothing_else(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace('id = "fujii-g"', 'id = "fujii-g"\nquantity = "running"'))
    assert "`quantity`" in found
    assert "write one of stage" in found


def test_the_inner_gauge_is_the_one_that_says_so_else_the_first_without_a_role(tmp_path: Path) -> None:
    second = '\n[[stations.gauges]]\nid = "fujii-h"\nrole = "ROLE"\n' + THRESHOLDS
    inner = loaded(tmp_path, GOOD + second.replace("ROLE", "inner")).inner_gauge_of("fujii")
    outer = loaded(tmp_path, GOOD + second.replace("ROLE", "outer")).inner_gauge_of("fujii")
    assert inner is not None
    assert outer is not None
    assert (inner.id, outer.id) == ("fujii-h", "fujii-g")
