"""All that is done with the bytes of one still, in one call: opened, recognised, copied, masked. Pure.

It runs in a process of its own (ingest/eyes/process.py): the bytes may be anything.
"""

from __future__ import annotations

from PIL import Image

from ingest.messages import Refused
from ingest.sight.copying import THUMB_QUALITY, WHOLE_QUALITY, jpeg, small
from ingest.sight.masking import masked
from ingest.sight.masks import Masks
from ingest.sight.opening import opened
from ingest.sight.recognise import recognised
from ingest.sight.tasks import Examined, Task


def examine(task: Task) -> Examined:
    """Open the picture to its last pixel, judge it, make its copies. Never raises for what is in the bytes."""
    try:
        picture = opened(task.data)
    except Refused as refused:
        return Examined(refused.refusal, refused.detail)
    whole, thumb = _masked_copies(picture, task.masks)
    seen = recognised(picture, task)
    return Examined(thumb=jpeg(small(picture), THUMB_QUALITY), masked=whole, masked_thumb=thumb, seen=seen)


def _masked_copies(picture: Image.Image, masks: Masks | None) -> tuple[bytes, bytes]:
    """Both are made from the masked pixels: reduced first, a hidden pixel would be mixed into those beside it."""
    if masks is None:
        return b"", b""
    shown = masked(picture, masks)
    return jpeg(shown, WHOLE_QUALITY), jpeg(small(shown), THUMB_QUALITY)
