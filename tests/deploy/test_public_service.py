"""From a reading to a resident and back: the service drafts, people decide on the command line, the service sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.cap.reading import from_xml
from alerts.cap.vocabulary import MsgType
from alerts.people import GroupKind
from alerts.store.public import SqlPublicMessages
from deploy.__main__ import main
from deploy.settings import read_settings
from deploy.wiring.alerts import alerting
from deploy.wiring.site import PublicSite
from deploy.wiring.stores import open_stores
from ingest.readings import Reading
from ingest.stations import Registry, ThresholdSet
from ingest.store.appender import SqlAppender
from ingest.store.protocol import Batch
from tests.alerts.night import DUSK
from tests.alerts.public_house import TOWN
from tests.alerts.town import group, people, route
from tests.deploy.houses import CLOCK, eventually


def with_thresholds() -> Registry:
    gauge = TOWN.gauges["fujii-01"]
    levels = ThresholdSet(valid_from=DUSK.replace(year=2020), levels={2: 2.0, 3: 3.0, 4: 4.0})
    return TOWN.model_copy(
        update={"gauges": TOWN.gauges | {gauge.id: gauge.model_copy(update={"thresholds": (levels,)})}}
    )


def resident(folder: Path, number: int) -> dict[str, object]:
    address = {"channel": "logfile", "address": str(folder / f"resident-{number}.log")}
    return {"id": f"resident-{number}", "name": {"ja": "住民"}, "addresses": [address]}


def test_a_rise_is_drafted_published_and_corrected_through_the_running_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"MIZUMORI_DATA_FOLDER": str(tmp_path)}
    settings = read_settings(None, environment)
    stores = open_stores(settings)
    stores.registry.apply(with_thresholds(), CLOCK.now(), "test")
    residents = [resident(tmp_path, number) for number in range(2)]
    names = [str(each["id"]) for each in residents]
    directory = people(residents, [group("public", GroupKind.PUBLIC, names)], [route("public", "public")])
    stores.people.apply(directory, "test", CLOCK.now())
    service = alerting(settings, stores, CLOCK)
    service.start()
    try:
        now = CLOCK.now()
        SqlAppender(stores.database).append(Batch(readings=[Reading("fujii-01", 4.2, now, now, "first")]))
        kept = SqlPublicMessages(stores.database)
        assert eventually(lambda: len(kept.newest()) == 1)
        assert main(["public", "approve", "1", "--by", "課長"], environment) == 0
        assert main(["public", "publish", "1", "--by", "当番"], environment) == 0
        told = [tmp_path / f"resident-{number}.log" for number in range(2)]
        assert eventually(lambda: all(each.exists() and "氾濫危険水位に到達" in each.read_text() for each in told))
        correct = ("public", "correct", "1", "--by", "当番", "--why", "点検中の値でした")
        assert main([*correct, "--headline", "藤井川の水位計は点検中です"], environment) == 0
        assert eventually(lambda: all("訂正" in each.read_text() for each in told))
        assert PublicSite(settings, stores, CLOCK).turn()
    finally:
        service.stop()
        stores.close()
    caps = sorted((settings.public_folder / "feeds" / "cap").glob("*.xml"))
    found = [from_xml(each.read_bytes()) for each in caps]
    assert [each.msg_type for each in found] == [MsgType.ALERT, MsgType.UPDATE]
    assert "2 deliveries wait" in capsys.readouterr().out
