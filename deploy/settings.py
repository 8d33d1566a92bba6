"""The only reader of settings: one TOML file, then the environment over it. Both are arguments here.

``MIZUMORI_MQTT__HOST=broker.example`` overrides ``host`` of ``[mqtt]``. Unknown keys are refused by name.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from alerts.drills.settings import DrillSettings
from alerts.engine.settings import AlertSettings
from dashboard.accounts.settings import AccountSettings
from dashboard.api.settings import ApiSettings
from dashboard.public.settings import PublicSettings as SiteSettings
from dashboard.tiles import TileSettings
from deploy.broker import BrokerSettings
from deploy.monitor.settings import MonitorSettings
from ingest.eyes.settings import EyesSettings
from ingest.health.limits import HealthSettings
from ingest.mqtt_settings import MqttSettings
from ingest.pull.settings import CameraSettings
from ingest.quality import ClockLimits
from ingest.store.past.settings import PastSettings

PREFIX = "MIZUMORI_"
NOT_SETTINGS = {"MIZUMORI_SETTINGS", "MIZUMORI_TEST_DATA"}
SECRETS = ("password", "token", "secret", "proxy", "fields")
MOVED: Mapping[str, str] = {
    "alerts.recipients": "who is told is no setting any more: write a people file (docs/people.md) and run "
    "mizumori people import FILE",
    "ingest.stills_kept_days": "write cameras.kept_days",
    "alerts.hold_s": "write alerts.rules.stage.hold_s",
    "alerts.hysteresis_m": "write alerts.rules.stage.hysteresis_m",
    "alerts.hysteresis_by_kind": "write [alerts.rules.stage.kinds.river] with hysteresis_m = 0.2, for each kind",
}
"""What earlier versions had, and what takes its place."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(Exception):
    """Settings that cannot be used: one sentence a mistake, saying what to write instead."""


class IngestSettings(BaseModel):
    """What ingest accepts."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    clock_ahead_s: float = Field(
        default=300.0, ge=0, le=86400, description="a device this far ahead of us has a wrong clock"
    )
    clock_behind_s: float = Field(
        default=7 * 86400.0,
        ge=3600,
        le=3650 * 86400.0,
        description="a reading this old on arrival was dated by a wrong clock",
    )

    @property
    def clock_limits(self) -> ClockLimits:
        """The limits in the form of the quality check."""
        return ClockLimits(timedelta(seconds=self.clock_ahead_s), timedelta(seconds=self.clock_behind_s))


class DashboardSettings(BaseModel):
    """Where the staff dashboard listens."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    host: str = Field(default="127.0.0.1", description="address of the staff dashboard; loopback only")
    port: int = Field(default=8050, ge=1, le=65535, description="port of the staff dashboard")
    url: str = Field(default="", description="address of the dashboard as written in messages; empty for none")
    api: ApiSettings = Field(default=ApiSettings(), description="how often the API may be asked")
    accounts: AccountSettings = Field(default=AccountSettings(), description="who signs in, and how")
    tiles: TileSettings = Field(default=TileSettings(), description="tiles under the map, where there is a server")

    @field_validator("host")
    @classmethod
    def _is_loopback(cls, host: str) -> str:
        if host not in LOOPBACK:
            raise ValueError(
                "the staff dashboard listens on loopback only: write 127.0.0.1, with nginx and TLS before it"
            )
        return host


class PublicSettings(SiteSettings):
    """Where the public page is written and served, and its times."""

    host: str = Field(default="127.0.0.1", description="address of the public page's small server")
    port: int = Field(default=8051, ge=1, le=65535, description="port of the public page's small server")
    folder: str = Field(default="", description="folder of the public files; empty for public/ in the data folder")
    beside_dashboard: bool = Field(
        default=True, description="write and serve it beside the dashboard; false where mizumori site runs by itself"
    )

    @property
    def site(self) -> SiteSettings:
        """The site's own part."""
        return SiteSettings(**{name: getattr(self, name) for name in SiteSettings.model_fields})


class Settings(BaseModel):
    """Everything that can be set."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    data_folder: Path = Field(default=Path("var"), description="folder of the database, stills and public files")
    database: str = Field(default="", description="sqlite:/// and a path; empty for mizumori.db in the data folder")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="how much is logged")
    broker: BrokerSettings = Field(default=BrokerSettings(), description="the embedded broker")
    mqtt: MqttSettings = Field(default=MqttSettings(), description="the broker that ingest listens to")
    ingest: IngestSettings = Field(default=IngestSettings(), description="what ingest accepts")
    cameras: CameraSettings = Field(default=CameraSettings(), description="keeping of stills, asking for them")
    eyes: EyesSettings = Field(default=EyesSettings(), description="how stills are looked at")
    health: HealthSettings = Field(default=HealthSettings(), description="from when on a device is in trouble")
    past: PastSettings = Field(default=PastSettings(), description="where the past is kept")
    alerts: AlertSettings = Field(default=AlertSettings(), description="the rules and how people are told")
    dashboard: DashboardSettings = Field(default=DashboardSettings(), description="the staff dashboard")
    public: PublicSettings = Field(default=PublicSettings(), description="the public page")
    monitor: MonitorSettings = Field(default=MonitorSettings(), description="metrics and health of the services")
    drill: DrillSettings = Field(default=DrillSettings(), description="drills")

    @model_validator(mode="before")
    @classmethod
    def _messages_link_to_the_site(cls, given: Any) -> Any:
        """Messages lead to the site where nothing else is written: its address is said once."""
        found = given if isinstance(given, dict) else {}
        site, alerts = found.get("public"), found.get("alerts", {})
        if not isinstance(site, dict) or not isinstance(alerts, dict):
            return given
        address, public = site.get("address"), alerts.get("public", {})
        if not isinstance(address, str) or not isinstance(public, dict) or public.get("link"):
            return given
        return {**found, "alerts": {**alerts, "public": {**public, "link": address}}}

    @property
    def database_url(self) -> str:
        """The URL of the present."""
        return self.database or f"sqlite:///{self.data_folder / 'mizumori.db'}"

    @property
    def account_key(self) -> Path:
        """The file with the key of the second factors."""
        named = self.dashboard.accounts.key_file
        return Path(named) if named else self.data_folder / "accounts.key"

    @property
    def public_folder(self) -> Path:
        """The folder of the public files."""
        return Path(self.public.folder) if self.public.folder else self.data_folder / "public"

    @property
    def broker_reached(self) -> MqttSettings:
        """How ingest reaches the broker: the embedded one where it is on, which speaks 3.1.1."""
        if not self.broker.embedded:
            return self.mqtt
        changes = {"host": "127.0.0.1", "port": self.broker.port, "protocol": "3.1.1", "tls": False}
        return self.mqtt.model_copy(update=changes)


def read_settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a file with the environment over it; SettingsError says every mistake."""
    document = _read_file(file) if file is not None else {}
    for name, value in environment.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS:
            _put(document, name, value)
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error, file, environment))) from error
    _check_broker(settings)
    return settings


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"there is no settings file {file}: create it, or leave --settings out") from error
    except OSError as error:
        raise SettingsError(f"the settings file {file} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not a TOML file in UTF-8: {error}") from error


def _put(document: dict[str, Any], name: str, value: str) -> None:
    *path, last = name.removeprefix(PREFIX).lower().split("__")
    for part in path:
        document = document.setdefault(part, {})
        if not isinstance(document, dict):
            raise SettingsError(f"{name}: {part} is a single value in the file, not a table")
    document[last] = value


def _sentences(error: ValidationError, file: Path | None, environment: Mapping[str, str]) -> Iterator[str]:
    for each in error.errors():
        key = ".".join(str(part) for part in each["loc"])
        variable = f"MIZUMORI_{key.replace('.', '__').upper()}"
        where = variable if variable in environment else str(file or "settings")
        if key in MOVED:
            yield f"{where}: {key}: {MOVED[key]}"
        elif each["type"] == "extra_forbidden":
            yield f"{where}: there is no setting {key}; docs/settings.md lists all of them"
        elif each["type"] in ("tuple_type", "list_type") and isinstance(each["input"], str):
            yield f"{where}: {key}: write a list, {_as_list(key, each['input'])}"
        else:
            yield f"{where}: {key}: {each['msg'].removeprefix('Value error, ')}{_given(key, each['input'])}"


def _as_list(key: str, written: str) -> str:
    """``["ja", "en"]`` of "ja, en"; nothing that is, or could hold, a secret."""
    if _is_secret(key):
        return '["one", "another"]'
    return json.dumps([each.strip() for each in written.split(",") if each.strip()], ensure_ascii=False)


def _given(key: str, value: object) -> str:
    """What was written; nothing that is, or could hold, a secret."""
    return f" (it is {value!r})" if isinstance(value, str | int | float) and not _is_secret(key) else ""


def _is_secret(key: str) -> bool:
    return any(word in key for word in SECRETS)


def _check_broker(settings: Settings) -> None:
    """A broker that is named but not used would let devices and ingest talk past each other."""
    named = settings.mqtt.model_fields_set & {"host", "port", "username", "tls", "ca_file"}
    if settings.broker.embedded and named:
        keys = ", ".join(f"mqtt.{each}" for each in sorted(named))
        raise SettingsError(
            f"{keys} is set, but the embedded broker is on: set broker.embedded = false to use your own"
        )


def describe(model: type[BaseModel] = Settings, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every setting as (key, default, description), in order: what docs/settings.md is made of."""
    for name, field in model.model_fields.items():
        default = field.get_default()
        if isinstance(default, BaseModel):
            yield from describe(type(default), f"{path}{name}.")
        else:
            yield f"{path}{name}", _shown(default), field.description or ""
        if each := _by_name(field.annotation):
            yield from describe(each, f"{path}{name}.NAME.")


def _by_name(annotation: object) -> type[BaseModel] | None:
    """The model of a table of tables, such as [alerts.outbox.email]; None for all else."""
    of = get_args(annotation) if get_origin(annotation) is dict else ()
    return of[1] if of and isinstance(of[1], type) and issubclass(of[1], BaseModel) else None


def _shown(default: object) -> str:
    if default in ((), "", {}):
        return "empty"
    if isinstance(default, dict):
        return ", ".join(f"{key} = {_inside(value)}" for key, value in default.items())
    if isinstance(default, tuple):
        return ", ".join(map(_inside, default))
    return _inside(default)


def _inside(value: object) -> str:
    """A value as TOML has it within a line, without quotes."""
    if isinstance(value, BaseModel):
        return _inside({name: each for name, each in value if each not in ((), "", {})})
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_inside(each)}' for key, each in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_inside, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
