"""What is remembered of a camera between two pictures: some tens of kilobytes, to and from bytes. Pure."""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.sight.detail import PATCH, Detail
from ingest.sight.look import PictureFault
from ingest.sight.samples import SIDE, Samples
from ingest.sight.structure import COLUMNS, HEIGHT, ROWS, WIDTH, Grey, Tiles

VERSION = 1
TILE_TYPE = "<f2"
"""Of the figures of tiles; grey levels are kept in bytes."""
FINEST = 0.02
"""Grey levels of the finest step in which detail is kept."""


class Light(StrEnum):
    """By which light a camera has a face of its own: by day, and at night under a lamp."""

    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True)
class Face:
    """The normal view of a camera in one light.

    ``grey`` is the picture in small, ``agreed`` how many pictures spoke for it (it counts from ``LEARNED`` on).
    ``usual`` is how like it each tile mostly is (what moves is not), ``sharp`` how sharp each tile mostly is (not a
    number: never seen with an edge). ``drift`` is how far it has followed the camera, right and down in points.
    ``detail`` is the fine structure of some tiles, once they are chosen.
    """

    grey: Grey
    usual: Tiles
    sharp: Tiles
    agreed: int = 1
    followed: int = 0
    drift: tuple[float, float] = (0.0, 0.0)
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How little a live camera's pictures change from one to the next: the low tenth of what was seen.

    ``busy`` is the share of samples that change, ``most`` the change of the picture in small and ``fine`` that of its
    samples (as ``frozen`` takes them), ``seen`` the pictures that went into them.
    """

    busy: float = 0.0
    most: float = 0.0
    fine: float = 0.0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A fault's last pictures in a row: how many had it, how many did not, and whether it stands."""

    bad: int = 0
    good: int = 0
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """What a face's last comparable picture lacked: the share of the usual view, when that was, since when it has been
    much, how many pictures in a row could be compared (counted up to a few), and the share of the detail's tiles that
    were there (0 where that is not known)."""

    share: float
    at: datetime
    since: datetime | None = None
    fresh: int = 1
    detail: float = 0.0


@dataclass(frozen=True)
class Memory:
    """What is known of a camera. A new one knows nothing.

    ``taken_at``, ``samples`` and ``coarse`` (see ``Gist``) are of its newest picture, ``width`` and ``height``
    its size, ``losses`` what the last comparable one lacked of each face.
    """

    width: int = 0
    height: int = 0
    taken_at: datetime | None = None
    samples: Samples | None = None
    coarse: Samples | None = None
    faces: Mapping[Light, Face] = field(default_factory=dict)
    changes: Mapping[Light, Change] = field(default_factory=dict)
    runs: Mapping[PictureFault, Run] = field(default_factory=dict)
    losses: Mapping[Light, Loss] = field(default_factory=dict)

    @property
    def standing(self) -> frozenset[PictureFault]:
        """The faults that stand."""
        return frozenset(fault for fault, run in self.runs.items() if run.stands)

    def to_bytes(self) -> bytes:
        """As it is kept; ``from_bytes`` gives the same back, numbers rounded to what their bytes hold."""
        head = json.dumps(_head(self), separators=(",", ":")).encode()
        arrays = b"".join(_arrays(self))
        return struct.pack("<4sBH", b"MZSM", VERSION, len(head)) + head + zlib.compress(arrays, 1)


def from_bytes(kept: bytes) -> tuple[Memory, str]:
    """The memory, and a sentence where it could not be read and a fresh one took its place (else empty)."""
    if not kept:
        return Memory(), ""
    try:
        return _read(kept), ""
    except (ValueError, KeyError, TypeError, struct.error, zlib.error) as problem:
        return Memory(), f"the camera's memory could not be read and begins anew: {problem}"


def _head(memory: Memory) -> dict[str, Any]:
    return {
        "size": [memory.width, memory.height],
        "taken_at": _seconds(memory.taken_at),
        "newest": memory.samples is not None,
        "faces": {light: [each.agreed, each.followed, *each.drift] for light, each in memory.faces.items()},
        "details": {
            light: [len(each.detail.tiles), each.detail.seen]
            for light, each in memory.faces.items()
            if each.detail is not None
        },
        "changes": {light: [each.busy, each.most, each.fine, each.seen] for light, each in memory.changes.items()},
        "losses": {
            light: [each.share, _seconds(each.at), _seconds(each.since), each.fresh, each.detail]
            for light, each in memory.losses.items()
        },
        "runs": {fault: [each.bad, each.good, each.stands] for fault, each in memory.runs.items()},
    }


def _arrays(memory: Memory) -> list[bytes]:
    newest = [] if memory.samples is None or memory.coarse is None else [memory.samples, memory.coarse]
    details = [each.detail for each in memory.faces.values() if each.detail is not None]
    faces = [_kept_face(face) for face in memory.faces.values()]
    return [each.tobytes() for each in newest] + faces + [_kept_detail(detail) for detail in details]


def _kept_face(face: Face) -> bytes:
    tiles = np.stack([face.usual, face.sharp]).astype(TILE_TYPE)
    return np.rint(face.grey).astype(np.uint8).tobytes() + tiles.tobytes()


def _kept_detail(detail: Detail) -> bytes:
    """In bytes, each patch about its middle in steps as fine as they can be: faint structure is known finely."""
    low, high = (fold(detail.patches, axis=(1, 2), keepdims=True) for fold in (np.min, np.max))
    middle, step = (low + high) / 2, np.maximum((high - low) / 254, FINEST)
    steps = np.rint((detail.patches - middle) / step).astype(np.int8)
    scales = np.concatenate([middle, step]).astype("<f4")
    kept: list[bytes] = [detail.tiles.astype(np.uint8).tobytes(), scales.tobytes(), steps.tobytes()]
    return b"".join(kept)


def _read(kept: bytes) -> Memory:
    magic, version, length = struct.unpack_from("<4sBH", kept)
    if magic != b"MZSM" or version != VERSION:
        raise ValueError("it is of another version")
    start = struct.calcsize("<4sBH")
    head = json.loads(kept[start : start + length])
    arrays = _Arrays(zlib.decompress(kept[start + length :]))
    width, height = head["size"]
    memory = Memory(
        width=int(width),
        height=int(height),
        taken_at=_moment(head["taken_at"]),
        samples=arrays.take(SIDE * SIDE) if head["newest"] else None,
        coarse=arrays.take(HEIGHT // 2, WIDTH // 2) if head["newest"] else None,
        faces={Light(light): arrays.face(*numbers) for light, numbers in head["faces"].items()},
        changes={Light(light): Change(*numbers) for light, numbers in head["changes"].items()},
        losses={Light(light): _loss(*numbers) for light, numbers in head.get("losses", {}).items()},
        runs={PictureFault(fault): Run(*numbers) for fault, numbers in head["runs"].items()},
    )
    details = {Light(light): arrays.detail(*numbers) for light, numbers in head.get("details", {}).items()}
    faces = {light: replace(face, detail=details.get(light)) for light, face in memory.faces.items()}
    return replace(memory, faces=faces)


def _loss(share: float, at: float, since: float | None, fresh: int, detail: float) -> Loss:
    return Loss(share, datetime.fromtimestamp(at, UTC), _moment(since), fresh, detail)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class _Arrays:
    """Cuts what was kept into arrays, in the order of ``_arrays``; ValueError where bytes are missing."""

    def __init__(self, kept: bytes) -> None:
        self._kept, self._at = kept, 0

    def take(self, *shape: int, kind: str = "u1") -> NDArray[Any]:
        begun = self._at
        self._at += math.prod(shape) * np.dtype(kind).itemsize
        if self._at > len(self._kept):
            raise ValueError("bytes are missing")
        return np.frombuffer(self._kept[begun : self._at], dtype=kind).reshape(shape)

    def face(self, agreed: int, followed: int, right: float, down: float) -> Face:
        grey = self.take(HEIGHT, WIDTH).astype(np.float32)
        usual, sharp = self.take(2, ROWS, COLUMNS, kind=TILE_TYPE).astype(np.float32)
        return Face(grey, usual, sharp, agreed, followed, (right, down))

    def detail(self, tiles: int, seen: int) -> Detail:
        places = self.take(tiles).astype(np.intp)
        if places.size and int(places.max()) >= ROWS * COLUMNS:
            raise ValueError("a detail lies outside of the picture")
        middle, step = self.take(2, tiles, 1, 1, kind="<f4")
        steps = self.take(tiles, PATCH, PATCH, kind="i1")
        return Detail(places, (middle + step * steps).astype(np.float32), seen)
