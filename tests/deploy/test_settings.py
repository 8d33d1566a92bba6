"""Settings: one file, the environment over it, and a clear sentence for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rules.place import Place, places
from alerts.rules.settings.rules import RulesSettings
from deploy.__main__ import main
from deploy.commands.settings import page
from deploy.settings import Settings, SettingsError, describe, read_settings
from ingest.stations import City, Gauge, Registry, Station, StationKind

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    file = folder / "mizumori.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold() -> None:
    assert read_settings(None, {}) == Settings()


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[mqtt]\nhost = "one.example"\nport = 1884\n')
    environment = {"MIZUMORI_MQTT__HOST": "two.example", "MIZUMORI_BROKER__EMBEDDED": "false", "PATH": "/bin"}
    settings = read_settings(file, environment)
    assert (settings.mqtt.host, settings.mqtt.port) == ("two.example", 1884)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mqtt]\nhots = 1\n", "there is no setting mqtt.hots"),
        ("[mqtt]\nport = 'many'\n", "mqtt.port"),
        ("[mqtt\n", "not a TOML file"),
        ("[dashboard]\nhost = '0.0.0.0'\n", "listens on loopback only: write 127.0.0.1"),
        ("[alerts.outbox.pigeon]\nworkers = 1\n", "there is no channel pigeon: write one of email"),
        ("[alerts.rules.stage]\nhold_s = -1\n", r"alerts\.rules\.stage\.hold_s"),
        ("[alerts.rules.stage]\nhold_s = inf\n", r"alerts\.rules\.stage\.hold_s"),
        ("[[alerts.recipients]]\nid='a'\nchannel='email'\n", "write a people file .* and run mizumori people import"),
        ("[drill]\nreal_recipients = 'perhaps'\n", r"drill\.real_recipients"),
        ("[alerts]\nhold_s = 600\n", r"alerts\.hold_s: write alerts\.rules\.stage\.hold_s"),
        ("[alerts]\nhysteresis_m = 0.2\n", r"write alerts\.rules\.stage\.hysteresis_m"),
        ("[alerts.hysteresis_by_kind]\nriver = 0.2\n", r"write \[alerts\.rules\.stage\.kinds\.river\]"),
        ("[mqtt]\nca_file = 'no/such/file'\n", "there is no such file"),
        ("[mqtt]\nhost = ''\n", "mqtt.host"),
        ("[public]\naddress = 'levels.city.example'\n", "write https://levels.city.example/ with https:// before it"),
        ("[public]\naddress = 'https://levels.city.example'\n", "and a slash at its end"),
        ("[public]\nlanguages = 'ja, en'\n", r'public\.languages: write a list, \["ja", "en"\]'),
        ("[public]\nlanguages = ['ja', 'ja']\n", "a language is named twice"),
        ("[public.push]\ntargets = '/x'\n", r'public\.push\.targets: write a list, \["/x"\]'),
        ("[public.data]\ncontact = 'data@city.example'\n", "write https://city.example/contact or mailto:data@city"),
    ],
)
def test_a_mistake_is_named_with_what_to_write(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read_settings(written(tmp_path, text), {})


def test_a_mistake_in_the_environment_is_named_too() -> None:
    with pytest.raises(SettingsError, match=r"there is no setting mqtt\.hots"):
        read_settings(None, {"MIZUMORI_MQTT__HOTS": "x"})
    with pytest.raises(SettingsError, match=r"^MIZUMORI_MQTT__PORT: mqtt.port"):
        read_settings(None, {"MIZUMORI_MQTT__PORT": "many"})
    with pytest.raises(SettingsError, match=r"there is no setting hots"):
        read_settings(None, {"MIZUMORI_HOTS": "x"})


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(written(tmp_path, "one = 1\n[mqtt]\ntwo = 2\nport = 0\n"), {})
    assert len(str(caught.value).splitlines()) == 3


def test_a_password_is_not_repeated_in_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(written(tmp_path, "[mqtt]\npassword = 12345\n"), {})
    assert "12345" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path, {})


def test_an_underpass_keeps_its_small_hysteresis_when_another_kind_is_set(tmp_path: Path) -> None:
    rules = read_settings(written(tmp_path, "[alerts.rules.stage.kinds.river]\nhysteresis_m = 0.2\n"), {}).alerts.rules
    gauge = Gauge(id="g", station_id="s")
    assert at_a(StationKind.RIVER, gauge, rules).hysteresis_m({1: 2.0}) == 0.2
    assert at_a(StationKind.UNDERPASS, gauge, rules).hysteresis_m({2: 0.05, 4: 0.15}) == 0.02


def test_no_hysteresis_asks_for_less_than_a_dry_bed() -> None:
    gauge = Gauge(id="g", station_id="s", hysteresis_m=0.5)
    assert at_a(StationKind.RIVER, gauge, Settings().alerts.rules).hysteresis_m({1: 0.10, 2: 3.0}) == 0.05


def at_a(kind: StationKind, gauge: Gauge, rules: RulesSettings) -> Place:
    """Where a gauge stands, by the numbers for a kind of station."""
    station = Station(id=gauge.station_id, kind=kind, name={"ja": "試験"}, lat=34.4, lon=133.2)
    return places(Registry.of(City(id="demo", name={"ja": "試験市"}), [station, gauge]), rules)[gauge.id]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no settings file"):
        read_settings(tmp_path / "none.toml", {})


def test_the_embedded_broker_is_reached_by_the_protocol_it_speaks() -> None:
    settings = read_settings(None, {"MIZUMORI_BROKER__PORT": "1999"})
    reached = settings.broker_reached
    assert (reached.host, reached.port, reached.protocol) == ("127.0.0.1", 1999, "3.1.1")
    real = read_settings(None, {"MIZUMORI_BROKER__EMBEDDED": "false", "MIZUMORI_MQTT__HOST": "far.example"})
    assert (real.broker_reached.host, real.broker_reached.protocol) == ("far.example", "5")


def test_a_broker_that_is_named_but_not_used_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"mqtt\.port is set, but the embedded broker is on"):
        read_settings(None, {"MIZUMORI_MQTT__PORT": "1999"})


def test_a_default_is_written_as_a_settings_file_would_have_it() -> None:
    shown = {key: default for key, default, _ in describe()}
    assert [key for key, default in shown.items() if "'" in default or "=(" in default] == []
    assert shown["alerts.escalation"].startswith("{ min_level = 4, steps = [{ after_s = 300.0 }], repeat_s = 600.0 }")
    assert shown["alerts.rules.stage.kinds"] == "underpass = { hysteresis_m = 0.02 }"


def test_every_setting_is_documented() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page()
    assert "|  |" not in page()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["levels", "--settings", "x.toml"], "--settings stands before the command"),
        (["bench", "ingest", "--gauges", "0"], "write a number above 0"),
        (["bench", "past", "--rate", "-1"], "write a number above 0"),
    ],
)
def test_an_argument_that_cannot_be_says_what_to_write(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments, {})
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
