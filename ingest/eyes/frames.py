"""How a task and its outcome cross the pipe between two processes: lengths, a JSON head, then the bytes.

Nothing that comes out of the process that opens pictures is run or trusted: not pickle, lengths bounded, every field
read as what it must be.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any, TypeAlias

from ingest.messages import Refusal
from ingest.sight.look import PictureFault, Unjudged
from ingest.sight.tasks import Examined, Seen, Task

Frame: TypeAlias = tuple[Mapping[str, Any], Sequence[bytes]]
_LENGTH = struct.Struct("!I")
MOST_HEAD, MOST_PARTS, MOST_BYTES = 1_000_000, 8, 200_000_000


class Broken(Exception):
    """What came is no frame, or the other side is gone."""


def write(stream: IO[bytes], frame: Frame) -> None:
    """Send a frame whole; OSError where the other side is gone."""
    head, parts = frame
    text = json.dumps({"head": head, "lengths": [len(each) for each in parts]}).encode()
    stream.write(b"".join((_LENGTH.pack(len(text)), text, *parts)))
    stream.flush()


def read(stream: IO[bytes]) -> Frame | None:
    """The next frame, None where the other side ended between two; Broken for anything else."""
    start = stream.read(_LENGTH.size)
    if not start:
        return None
    try:
        (length,) = _LENGTH.unpack(start)
        envelope = json.loads(_exactly(stream, length, MOST_HEAD))
        lengths = [int(each) for each in envelope["lengths"]]
        if len(lengths) > MOST_PARTS or min(lengths, default=0) < 0 or sum(lengths) > MOST_BYTES:
            raise Broken("lengths beyond sense")
        return dict(envelope["head"]), [_exactly(stream, each, MOST_BYTES) for each in lengths]
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise Broken(f"not a frame: {error!r}") from error


def _exactly(stream: IO[bytes], length: int, most: int) -> bytes:
    if length > most:
        raise Broken(f"{length} bytes announced")
    data = stream.read(length)
    if len(data) < length:
        raise Broken("it ended within a frame")
    return data


def of_task(task: Task) -> Frame:
    """A task as a frame."""
    head = {
        "taken_at": task.taken_at.isoformat(),
        "masks": task.masks,
        "clock_area": task.clock_area,
        "lit": task.lit,
        "place": task.place,
        "rewound": task.rewound,
        "learn": task.learn,
    }
    return head, (task.data, task.memory)


def to_task(frame: Frame) -> Task:
    """The task in a frame."""
    head, (data, memory) = frame
    return Task(
        data=data,
        taken_at=datetime.fromisoformat(head["taken_at"]),
        masks=_masks(head["masks"]),
        clock_area=head["clock_area"] and tuple(head["clock_area"]),
        lit=head["lit"],
        place=head["place"] and tuple(head["place"]),
        memory=memory,
        rewound=head["rewound"],
        learn=head["learn"],
    )


def _masks(masks: Any) -> Any:
    """Lists as the tuples that they were: masks are remembered by value."""
    return None if masks is None else tuple(tuple((x, y) for x, y in polygon) for polygon in masks)


def of_examined(done: Examined) -> Frame:
    """An outcome as a frame."""
    look = done.seen
    head = {
        "refusal": done.refusal,
        "detail": done.detail,
        "judged": look.judged,
        "faults": sorted(look.faults),
        "seen": sorted(look.seen),
        "figures": dict(look.figures),
        "begun_anew": look.begun_anew,
        "unjudged": look.unjudged,
    }
    return head, (done.thumb, done.masked, done.masked_thumb, look.memory, look.miniature)


def to_examined(frame: Frame) -> Examined:
    """The outcome in a frame; Broken where it holds anything else."""
    try:
        head, (thumb, masked, masked_thumb, memory, miniature) = frame
        look = Seen(
            judged=bool(head["judged"]),
            faults=frozenset(PictureFault(each) for each in head["faults"]),
            seen=frozenset(PictureFault(each) for each in head["seen"]),
            figures={str(name): _finite(value) for name, value in head["figures"].items()},
            memory=memory,
            miniature=miniature,
            begun_anew=bool(head["begun_anew"]),
            unjudged=Unjudged(head["unjudged"]) if head["unjudged"] else None,
        )
        refusal = Refusal(head["refusal"]) if head["refusal"] else ""
        return Examined(refusal, _words(head["detail"]), thumb, masked, masked_thumb, look)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken(f"not an outcome: {error!r}") from error


def _finite(value: Any) -> float:
    """A number that every database takes."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no figure")
    return number


def _words(said: Any) -> str:
    """Text that can be written and shown, whatever a library puts into its errors."""
    return "".join(each if each.isprintable() else " " for each in str(said))
