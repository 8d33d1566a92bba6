"""The pictures beside alerts: where they are looked up, and what of them leaves the house."""

from __future__ import annotations

from alerts.engine.rounds import Step
from alerts.engine.settings import AlertSettings
from alerts.pictures.album import Album
from alerts.pictures.doubts import Doubts
from alerts.pictures.photo import CARRIERS, Fit, NoPhotos, Photos
from alerts.pictures.second_look import EVERY, SecondLook
from alerts.pictures.sending import StillPhotos
from alerts.pictures.settings import PictureMessages
from alerts.pictures.witness import Witness
from deploy.wiring.stores import Stores
from ingest.store.cameras import SqlPictures
from ingest.store.leases import Fence


def witness_of(settings: AlertSettings, stores: Stores) -> Witness:
    """Who ties stills to the changes of alerts."""
    doubts = Doubts(stores.city, stores.log, SqlPictures(stores.database))
    return Witness(_album(settings.pictures, stores), settings.pictures.rules, doubts.about)


def second_look(settings: AlertSettings, stores: Stores, fence: Fence | None) -> Step:
    """The step that looks for a nearer still."""
    own = settings.pictures
    look = SecondLook(stores.database, _album(own, stores), own.rules, own.again_after, fence)
    return Step("pictures", look.turn, EVERY)


def photos_of(settings: AlertSettings, stores: Stores) -> Photos:
    """The pictures of messages; none where the city sends none."""
    own = settings.pictures
    return StillPhotos(stores.city, stores.stills, Fit(own.longest_px, own.most_bytes)) if own.send else NoPhotos()


def attaching(settings: AlertSettings) -> frozenset[str]:
    """The channels that take pictures along."""
    return CARRIERS if settings.pictures.send else frozenset()


def _album(own: PictureMessages, stores: Stores) -> Album:
    return Album(stores.city, SqlPictures(stores.database), own.within)
