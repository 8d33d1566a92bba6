"""The bytes of the picture that goes along with a message, made when it is sent."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from alerts.pictures.photo import KEY, Fit, Photo
from alerts.pictures.reduced import Reduced, reduced
from alerts.records import Delivery, MessageKind
from ingest.stations import Camera, Registry
from ingest.store.protocol import Copy, Stills

log = logging.getLogger(__name__)


KINDS = frozenset({MessageKind.ALERT, MessageKind.ESCALATION, MessageKind.REMINDER})
"""Messages that take a picture along: whatever stands in the data of others, above all of those for the public."""
MOST_KEPT = 16
"""Pictures that are kept ready: a message goes to many at once."""
Made: TypeAlias = tuple[str, tuple[Any, ...], Fit, bool]
"""File, masks, size and whether it is marked."""


class StillPhotos:
    """The stills of the house. Of a camera with masks only the copy that was made with exactly its masks of now leaves
    it, and of a camera that is not in the registry any more nothing: nobody knows what of it is private.

    Several threads ask at once.
    """

    def __init__(self, registry: Callable[[], Registry], stills: Stills, fit: Fit) -> None:
        self._registry = registry
        self._stills = stills
        self._fit = fit
        self._lock = threading.Lock()
        self._ready: OrderedDict[Made, Reduced] = OrderedDict()

    def photo(self, delivery: Delivery, fit: Fit | None = None) -> Photo | None:
        """The picture of a delivery, marked in itself where that belongs to a drill. It goes with the first attempt
        alone: a picture may be why that failed, and the text must arrive."""
        said = delivery.data.get(KEY)
        if delivery.attempts > 1:
            return None
        if not isinstance(said, Mapping) or delivery.data.get("kind") not in KINDS:
            return None
        try:
            return self._photo(said, fit or self._fit, drill=delivery.drill)
        except Exception:
            log.exception("the picture of delivery %d cannot be sent; the message goes without", delivery.id)
            return None

    def _photo(self, said: Mapping[str, Any], fit: Fit, *, drill: bool) -> Photo | None:
        camera = self._registry().cameras.get(str(said["camera"]["id"]))
        small = self._made(camera, (str(said["file"]), camera.masks, fit, drill)) if camera is not None else None
        if camera is None or small is None:
            log.warning("the picture %s is not there or may not be sent; the message goes without", said["file"])
            return None
        return Photo(small.data, _name(camera, said, drill=drill), small.width_px, small.height_px)

    def _made(self, camera: Camera, wanted: Made) -> Reduced | None:
        """Made by one thread while the others wait for it: they want the same."""
        with self._lock:
            if wanted not in self._ready:
                file, _, fit, drill = wanted
                data = self._bytes(camera, file)
                small = reduced(data, fit.longest_px, fit.most_bytes, mark="DRILL" if drill else "") if data else None
                if small is None:
                    return None
                self._ready[wanted] = small
                while len(self._ready) > MOST_KEPT:
                    self._ready.popitem(last=False)
            return self._ready[wanted]

    def _bytes(self, camera: Camera, file: str) -> bytes | None:
        if camera.masks:
            return self._stills.read(file, Copy.MASKED, masks=camera.masks)
        return self._stills.read(file)


def _name(camera: Camera, said: Mapping[str, Any], *, drill: bool) -> str:
    """Camera and time, in Japan: ``drill-fujii-cam-20260701-2103.jpg``."""
    taken_at = "".join(each for each in str(said["taken_at"])[:16] if each.isdecimal())
    return f"{'drill-' if drill else ''}{camera.id}-{taken_at[:8]}-{taken_at[8:]}.jpg"
