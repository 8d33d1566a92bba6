"""The house of drills: settings, folder and contents of its own beside the real one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from alerts.answers.settings import AnswerSettings
from alerts.engine.settings import AlertSettings
from alerts.people import People
from alerts.store.people import SqlDirectory
from dashboard.accounts.records import Account
from dashboard.accounts.store import SqlAccounts
from dashboard.public.push_settings import PushSettings
from deploy.broker import BrokerSettings
from deploy.folder_lock import alone
from deploy.settings import Settings, SettingsError
from ingest.clock import JST
from ingest.mqtt_settings import MqttSettings
from ingest.pull.settings import CameraSettings
from ingest.stations import City, Registry
from ingest.store.registry import SqlRegistry

FOLDER = "drill"
MARK = "DRILL"
"""The file that lies in the data folder of every drill."""
PORTS_HIGHER = 100
HIGHEST_PORT = 65535
ALERTS = ("rules", "backfill_after_s", "tick_s", "digest_s", "escalation", "incidents", "public", "outbox")
"""What of the alerts holds in a drill as well, besides how the channels are reached."""
_MARK_TEXT = "訓練用のデータです。本番では使えません。\nData of a drill: no real house starts on it.\n"


def drill_house(settings: Settings) -> Settings:
    """The settings of the house of drills beside a real one.

    Made anew, with only what is named here taken over: a broker, a database, a past or an outside watchdog of the real
    house, also of a setting that is yet to come, cannot be reached from a drill by mistake.
    """
    ports = ("port", "alerts_port", "dashboard_port", "eyes_port", "site_port")
    monitor = {name: _moved(getattr(settings.monitor, name)) for name in ports}
    # The accounts of the real house are taken over with their second factors, which its key seals.
    accounts = settings.dashboard.accounts.model_copy(update={"key_file": str(settings.account_key)})
    dashboard = {"port": _moved(settings.dashboard.port), "url": "", "accounts": accounts}
    # Residents must never find a drill in the place of the real levels, nor be led from one to the other.
    site = {"port": _moved(settings.public.port), "folder": "", "address": "", "push": PushSettings()}
    public = {**site, "beside_dashboard": True}
    return Settings(
        data_folder=settings.data_folder / FOLDER,
        log_level=settings.log_level,
        broker=BrokerSettings(embedded=True, port=_moved(settings.broker.port)),
        mqtt=MqttSettings(client_id="mizumori-drill"),
        ingest=settings.ingest,
        cameras=CameraSettings(pull=False),
        health=settings.health,
        alerts=alerts_of_drill(settings.alerts),
        dashboard=settings.dashboard.model_copy(update=dashboard),
        public=settings.public.model_copy(update=public),
        monitor=settings.monitor.model_copy(update=monitor),
        drill=settings.drill.model_copy(update={"enabled": True}),
    )


def alerts_of_drill(real: AlertSettings) -> AlertSettings:
    """Without the watchdog outside, which must notice that the real house is down; the signs' broker would disconnect
    the real house if both had the same name there. No address leads to the real site."""
    signs = real.channels.mqtt.model_copy(update={"client_id": f"{real.channels.mqtt.client_id}-drill"})
    taken = {name: getattr(real, name) for name in ALERTS}
    own = {
        "public": real.public.model_copy(update={"link": "", "feed_url": ""}),
        "channels": real.channels.model_copy(update={"mqtt": signs}),
        "answers": _answers(real.answers),
    }
    return AlertSettings(**{**taken, **own})


def _answers(real: AnswerSettings) -> AnswerSettings:
    """The crews' endpoint of the drill, reached below the address of the real one; its links open nothing there."""
    url = f"{real.url.rstrip('/')}/{FOLDER}" if real.url else ""
    return real.model_copy(update={"port": _moved(real.port), "url": url})


def _moved(port: int) -> int:
    """The port beside; 0 stays none."""
    if port == 0:
        return 0
    return port + PORTS_HIGHER if port + PORTS_HIGHER <= HIGHEST_PORT else port - PORTS_HIGHER


def claim_folder(settings: Settings, database: Path | None) -> None:
    """Before the database is opened: refuse the folder of the other kind of house, and mark a new one of a drill."""
    mark = settings.data_folder / MARK
    if not settings.drill.enabled:
        if mark.exists():
            raise SettingsError(_holds_a_drill(settings.data_folder))
        return
    if not mark.exists():
        if database is not None and database.exists():
            raise SettingsError(_is_real(settings.data_folder))
        mark.write_text(_MARK_TEXT, encoding="utf-8")


def check_city(settings: Settings, city: City | None) -> None:
    """After the database is opened: the mark inside must say the same, also where files were moved about."""
    if city is None or city.drill == settings.drill.enabled:
        return
    raise SettingsError(_holds_a_drill(settings.data_folder) if city.drill else _is_real(settings.data_folder))


def _holds_a_drill(folder: Path) -> str:
    return f"{folder} holds a drill: run mizumori drill, or set data_folder to the folder of the real house"


def _is_real(folder: Path) -> str:
    return f"{folder} is not marked as a drill's: a drill needs a folder of its own, set data_folder to another"


def of_house(registry: Registry, settings: Settings) -> Registry:
    """The registry with the mark of this house."""
    return registry.model_copy(update={"city": registry.city.model_copy(update={"drill": settings.drill.enabled})})


def without_mark(registry: Registry) -> Registry:
    """The registry as a file says it: a drill is nothing that a file says."""
    return registry.model_copy(update={"city": registry.city.model_copy(update={"drill": False})})


def copied_from(real: Settings) -> tuple[Registry, People]:
    """The registry and the people in service in the real house, which may run meanwhile; nothing is written there."""
    with _real_house(real) as engine:
        registry, people = SqlRegistry(engine).registry(), SqlDirectory(engine).directory().people
    if registry is None:
        raise SettingsError("the real house has no registry: run mizumori registry import CITY.toml first")
    return registry, people


def accounts_of(real: Settings) -> Sequence[Account]:
    """The accounts of the real house: in a drill everybody signs in as always. Nothing is written there."""
    with _real_house(real) as engine:
        return SqlAccounts(engine).accounts()


@contextmanager
def _real_house(real: Settings) -> Iterator[Engine]:
    url = make_url(real.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError(f"{real.database_url} is no SQLite file: a drill copies its registry and people from one")
    file = Path(url.database).resolve()
    if not file.is_file():
        raise SettingsError(
            f"there is no real house in {real.data_folder}: run mizumori registry import CITY.toml first"
        )
    engine = create_engine(f"sqlite:///{file.as_uri()}?mode=ro&uri=true")
    try:
        yield engine
    except SQLAlchemyError as error:
        raise SettingsError(
            f"{file} cannot be read ({getattr(error, 'orig', error)}): start the real house once"
        ) from error
    finally:
        engine.dispose()


def put_aside(folder: Path, now: datetime) -> Path | None:
    """Move the folder of the last drill aside, so that the next begins anew; where it went, None where there was none.

    Raises InUse while it is being worked on.
    """
    if not folder.exists():
        return None
    with alone(folder):
        target = folder.with_name(f"{folder.name}-until-{now.astimezone(JST):%Y%m%dT%H%M%S}")
    return folder.rename(target)
