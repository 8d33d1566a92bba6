"""The table of channels, the addresses that each takes, and the log file."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.channels.line import LineSettings
from alerts.channels.logfile import LogFile
from alerts.channels.mqtt_settings import SignSettings
from alerts.channels.sms import SmsSettings
from alerts.channels.table import CHANNELS, ChannelSettings, channels, check_address, missing
from tests.alerts.parcels import BODY, SUBJECT, failure, now, parcel

LINE_USER = "U0123456789abcdef0123456789abcdef"


def test_the_table_makes_every_channel() -> None:
    made = channels(ChannelSettings(), now)
    assert tuple(made) == CHANNELS
    for each in made.values():
        each.close()


def test_a_channel_that_lacks_a_setting_says_which_and_keeps_its_messages() -> None:
    settings = ChannelSettings()
    assert set(missing(settings)) == {"line", "sms", "mqtt"}
    made = channels(settings, now)
    for name, sentence in missing(settings).items():
        error = failure(made[name], parcel(LINE_USER))
        assert (str(error), error.permanent, error.unknown) == (sentence, False, False)
        assert f"set alerts.channels.{name}." in sentence


def test_a_channel_with_its_settings_lacks_nothing() -> None:
    settings = ChannelSettings(
        line=LineSettings(token="x"), sms=SmsSettings(url="https://sms.example.jp/v1"), mqtt=SignSettings(host="x")
    )
    assert missing(settings) == {}


def test_no_secret_is_shown_with_the_settings() -> None:
    settings = ChannelSettings.model_validate(
        {
            "line": {"token": "hidden"},
            "sms": {"token": "hidden", "fields": {"api_secret": "hidden"}, "proxy": "http://user:hidden@proxy:8080"},
            "webhook": {"secret": "hidden" * 6, "secrets": {"duty": "hidden" * 6}},
            "email": {"password": "hidden"},
            "mqtt": {"password": "hidden"},
        }
    )
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "当番 <duty@city.example.jp>"),
        ("line", LINE_USER),
        ("line", LINE_USER.replace("U", "C")),
        ("line", "broadcast"),
        ("webhook", "http://10.0.0.5/hook"),
        ("sms", "090-1234-5678"),
        ("sms", "+81 90 1234 5678"),
        ("teams", "https://example.webhook.example/workflows/1"),
        ("slack", "https://hooks.example/services/1"),
        ("mqtt", "onomichi/signs/fujii-underpass"),
        ("apprise", "json://127.0.0.1/"),
        ("logfile", "messages.txt"),
    ],
)
def test_an_address_that_can_be_reached_is_taken(channel: str, address: str) -> None:
    check_address(channel, address)


@pytest.mark.parametrize(
    ("channel", "address", "sentence"),
    [
        ("email", "duty", "is not one address like name@example.jp"),
        ("email", "当番@city.example.jp", "in plain letters"),
        ("line", "@mizumori", "not the LINE ID that people search by"),
        ("line", LINE_USER.upper(), "write the user or group id"),
        ("webhook", "city.example.jp/hook", "write https://host/path"),
        ("webhook", "ftp://city.example.jp/", "write https://host/path"),
        ("webhook", "https://city.example.jp:port/", "write https://host/path"),
        ("webhook", "https://city.example.jp/a b", "write https://host/path"),
        ("sms", "1234", "write it as 090-1234-5678"),
        ("teams", "http://example.webhook.example/workflows/1", "must not travel in the clear"),
        ("slack", "http://hooks.example/services/1", "must not travel in the clear"),
        ("mqtt", "onomichi/signs/#", "is no topic of a sign"),
        ("mqtt", "onomichi/signs/a/state", "is no topic of a sign"),
        ("mqtt", "$SYS/signs", "is no topic of a sign"),
        ("apprise", "no-such-service://x", "does not know this kind of address"),
        ("apprise", "duty@city.example.jp", "write one address of apprise"),
        ("apprise", "json://a/ json://b/", "several are several recipients"),
        ("logfile", "/", "is no file to write to"),
        ("fax", "0848", "there is no channel fax; write one of email, line"),
    ],
)
def test_an_address_that_cannot_be_reached_is_refused_with_what_to_write(
    channel: str, address: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        check_address(channel, address)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("channel", ["webhook", "teams", "slack"])
def test_an_address_that_is_a_password_is_not_repeated(channel: str) -> None:
    with pytest.raises(ValueError, match="write https://host/path") as caught:
        check_address(channel, "htp://hooks.example/services/the-password")
    assert "the-password" not in str(caught.value)


def test_a_log_file_keeps_every_message_and_makes_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "messages.txt"
    for number in (7, 8):
        LogFile().send(parcel(str(file), id=number))
    assert file.read_text(encoding="utf-8") == "".join(
        f"--- {number} → duty\n{SUBJECT}\n\n{BODY}\n" for number in (7, 8)
    )


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for address in (tmp_path, tmp_path / "taken" / "messages.txt"):
        error = failure(LogFile(), parcel(str(address)))
        assert not error.permanent
        assert "the file could not be written" in str(error)
