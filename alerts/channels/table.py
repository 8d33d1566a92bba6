"""The table of channels: a new one is its file and its row here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels import apprise, email, line, logfile, mqtt_settings, slack, sms, teams, webhook
from alerts.channels.apprise import AppriseSettings
from alerts.channels.channel import Channel, ChannelError
from alerts.channels.email import EmailSettings
from alerts.channels.line import LineSettings
from alerts.channels.mqtt import OnFeedback, Signs
from alerts.channels.mqtt_settings import SignSettings
from alerts.channels.signs import SignState
from alerts.channels.slack import SlackSettings
from alerts.channels.sms import SmsSettings
from alerts.channels.teams import TeamsSettings
from alerts.channels.webhook import WebhookSettings
from alerts.pictures.photo import NoPhotos, Photos
from alerts.records import Delivery


class ChannelSettings(BaseModel):
    """The settings of each channel that has any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: EmailSettings = Field(default=EmailSettings(), description="the mail server")
    line: LineSettings = Field(default=LineSettings(), description="the LINE Official Account")
    webhook: WebhookSettings = Field(default=WebhookSettings(), description="how webhooks are called")
    sms: SmsSettings = Field(default=SmsSettings(), description="the provider of text messages")
    teams: TeamsSettings = Field(default=TeamsSettings(), description="how Microsoft Teams is reached")
    slack: SlackSettings = Field(default=SlackSettings(), description="how Slack is reached")
    mqtt: SignSettings = Field(default=SignSettings(), description="signs and sirens")
    apprise: AppriseSettings = Field(default=AppriseSettings(), description="how long apprise may take")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel needs besides its settings: the time, whom to tell what signs say of themselves, what is known of
    these, and the pictures that go along with messages."""

    now: Callable[[], datetime]
    on_feedback: OnFeedback | None = None
    signs: Sequence[SignState] = ()
    photos: Photos = field(default_factory=NoPhotos)


def _nothing(settings: ChannelSettings) -> str:
    del settings
    return ""


@dataclass(frozen=True, slots=True)
class Row:
    """One channel: how it is made, what an address of it is (ValueError says what to write), what is not set yet."""

    make: Callable[[ChannelSettings, Surroundings], Channel]
    check_address: Callable[[str], object]
    missing: Callable[[ChannelSettings], str] = _nothing


TABLE: Mapping[str, Row] = {
    "email": Row(lambda settings, around: email.Email(settings.email, around.photos), email.check_address),
    "line": Row(
        lambda settings, _: line.Line(settings.line), line.check_address, lambda settings: line.missing(settings.line)
    ),
    "webhook": Row(
        lambda settings, around: webhook.Webhook(settings.webhook, around.now, around.photos),
        webhook.check_address,
    ),
    "sms": Row(
        lambda settings, _: sms.Sms(settings.sms), sms.check_address, lambda settings: sms.missing(settings.sms)
    ),
    "teams": Row(lambda settings, _: teams.Teams(settings.teams), teams.check_address),
    "slack": Row(lambda settings, _: slack.Slack(settings.slack), slack.check_address),
    "mqtt": Row(
        lambda settings, around: Signs(settings.mqtt, around.now, around.on_feedback, around.signs),
        mqtt_settings.check_address,
        lambda settings: mqtt_settings.missing(settings.mqtt),
    ),
    "apprise": Row(lambda settings, around: apprise.Apprise(settings.apprise, around.photos), apprise.check_address),
    "logfile": Row(lambda _settings, _: logfile.LogFile(), logfile.check_address),
}
CHANNELS = tuple(TABLE)


class NotSetUp:
    """In the place of a channel that lacks a setting: what is sent through it waits, and says what to set."""

    idempotent = True

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def send(self, delivery: Delivery) -> str:
        """Always ChannelError."""
        del delivery
        raise ChannelError(self._sentence)

    def close(self) -> None:
        """Nothing is kept open."""


def channels(
    settings: ChannelSettings,
    now: Callable[[], datetime],
    on_feedback: OnFeedback | None = None,
    names: Collection[str] = CHANNELS,
    signs: Sequence[SignState] = (),
    photos: Photos | None = None,
) -> Mapping[str, Channel]:
    """The channels of these names. ``on_feedback`` gets the state of a sign after each command and each report;
    ``signs`` are what is known of them from before, ``photos`` the pictures of messages (None: they go without)."""
    around = Surroundings(now, on_feedback, signs, photos or NoPhotos())
    lacking = missing(settings)
    return {
        name: NotSetUp(lacking[name]) if name in lacking else row.make(settings, around)
        for name, row in TABLE.items()
        if name in names
    }


def missing(settings: ChannelSettings) -> Mapping[str, str]:
    """The channels that cannot send as they are set, each with a sentence that says what to set."""
    found = {name: row.missing(settings) for name, row in TABLE.items()}
    return {name: sentence for name, sentence in found.items() if sentence}


def check_address(channel: str, address: str) -> None:
    """ValueError, in the user's words, where nobody could be reached over that channel at that address."""
    if channel not in TABLE:
        raise ValueError(f"there is no channel {channel}; write one of {', '.join(CHANNELS)}")
    TABLE[channel].check_address(address)
