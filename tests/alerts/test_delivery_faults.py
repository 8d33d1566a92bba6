"""What a crash, a freeze and a second process leave: nothing lost, nothing oftener than twice, nor twice with a key."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from tests.alerts import delivery_faults as faults
from tests.alerts.delivery_pace import serve


def test_every_crash_point_loses_nothing_and_doubles_nothing_beyond_the_rule(tmp_path: Path) -> None:
    result = faults.crash_points_in_a_row(tmp_path / "place", random.Random(4))
    assert result.kept, str(result)
    assert result.plain.given == result.idempotent.given > 200


def test_kill_9_at_random_moments_loses_nothing_and_doubles_nothing_beyond_the_rule(tmp_path: Path) -> None:
    result = faults.kills(tmp_path / "place", 4, random.Random(9))
    assert result.kept, str(result)


def test_a_second_process_takes_over_from_one_that_was_killed_and_from_one_that_is_frozen(tmp_path: Path) -> None:
    result = faults.takeovers(tmp_path / "place", [signal.SIGKILL, signal.SIGSTOP], random.Random(5))
    assert result.kept, str(result)
    killed_s, frozen_s = result.took_s
    assert killed_s <= 3.0  # 1 s where nobody else uses the machine
    assert 4.0 <= frozen_s <= 10.0


def test_a_thousand_recipients_would_be_served_within_a_minute_though_another_channel_hangs(tmp_path: Path) -> None:
    """A tenth of them, in a tenth of the time."""
    pace = serve(tmp_path, 100)
    assert pace.last_s <= 6.0
    assert pace.recorded_s <= 6.0
