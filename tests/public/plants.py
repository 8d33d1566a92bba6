"""Secrets that are planted in a city, and the search for them in the files of its site."""

from __future__ import annotations

import gzip
import io
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import brotli
from PIL import Image, ImageDraw

VALUES_M = {
    "a suspect value": (8437.719, 2.613),
    "a bad value": (8961.337, 3.377),
    "a value during maintenance": (8513.553, 0.421),
    "a suspect value that was followed by a good one": (8779.117, 1.733),
}
"""What gauges said that is not for the public, in two cities; the first is found by its figures alone."""
COLOURS = ((255, 0, 255), (0, 255, 0))
"""Of what the masks cover."""
SIZE = (640, 360)
Contents = Mapping[str, bytes]
"""What the files of a site hold, by their names, as they are and unpacked."""


@dataclass
class Plants:
    """Secrets by what they are. ``variant`` makes others of them: two cities that differ in nothing else."""

    variant: int = 0
    planted: dict[str, str] = field(default_factory=dict)
    pieces: dict[str, bytes] = field(default_factory=dict)

    def word(self, what: str) -> str:
        """A word of small letters and figures that is in no language and that no file has to write otherwise."""
        self.planted[what] = f"zq{sha256(f'{what}{self.variant}'.encode()).hexdigest()[:12]}"
        return self.planted[what]

    def stage_m(self, what: str) -> float:
        """A value; where it is one that nothing else could be, it is looked for as it would be shown."""
        value_m = VALUES_M[what][self.variant]
        if not self.variant:
            self.planted[what] = f"{int(value_m * 100) / 100:.2f}"
        return value_m

    def telephone(self) -> str:
        """A number that nobody has."""
        self.planted["a telephone number"] = f"8190000000{self.variant}7"
        return f"+{self.planted['a telephone number']}"

    def hidden(self, what: str, data: bytes) -> bytes:
        """Bytes; their hash and a piece of their middle are looked for."""
        self.planted[f"{what}, hash"] = sha256(data).hexdigest()[:16]
        self.pieces[what] = data[len(data) // 2 :][:48]
        return data


def picture(colour: tuple[int, int, int], number: int) -> bytes:
    """A picture of grey noise with something private, well within the mask."""
    image = Image.frombytes("L", SIZE, random.Random(number).randbytes(SIZE[0] * SIZE[1])).convert("RGB")
    ImageDraw.Draw(image).rectangle((208, 128, 431, 223), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


def contents(site: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder by its name, as it is and unpacked."""
    for file in sorted(each for each in site.rglob("*") if each.is_file()):
        name, body = file.relative_to(site).as_posix(), file.read_bytes()
        yield name, body
        if file.suffix == ".gz":
            yield f"{name} unpacked", gzip.decompress(body)
        elif file.suffix == ".br":
            yield f"{name} unpacked", brotli.decompress(body)


def given_away(held: Contents, plants: Plants) -> list[tuple[str, str]]:
    """Which secrets are in which files or names of files."""
    words = {what: each.encode() for what, each in plants.planted.items()}
    found = []
    for name, body in held.items():
        text = f"{name}\n".encode() + body.lower()
        found += [(what, name) for what, word in words.items() if word in text and _stands_alone(word, text)]
        found += [(what, name) for what, piece in plants.pieces.items() if piece in body]
    return found


def _stands_alone(word: bytes, text: bytes) -> bool:
    """Whether it is not only the end of a longer number."""
    return re.search(rb"(?<![\d.])" + re.escape(word), text) is not None
