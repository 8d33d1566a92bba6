"""A site of files and a folder that it is copied to as if over ssh, with whatever may happen on the way."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.public import files
from dashboard.public.push import MARK, Push
from dashboard.public.push_settings import PushSettings
from tests.parts import program

PAGES = 10
BEGUN = datetime.now(UTC)


@dataclass
class FarCopy:
    """A site of files, and a folder that it is copied to as if over ssh: ``way`` is what lies between them.

    ``way`` is a shell script that gets the number of the connection as ``$N`` and runs the other side's rsync with
    ``"$@"``.
    """

    folder: Path
    limit_s: float = 20.0
    way: str = 'exec "$@"'
    never: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        program("rsync")
        self.site, self.there = self.folder / "site", self.folder / "there"
        self.there.mkdir(parents=True)
        (self.there / MARK).touch()
        self._count = self.folder / "count"
        shell = self.folder / "way.sh"
        shell.write_text(
            f"shift\necho x >> {self._count}\nN=$(wc -l < {self._count})\n. {self.folder}/way\n", encoding="utf-8"
        )
        self.settings = PushSettings(targets=(f"far:{self.there}",), shell=f"sh {shell}", limit_s=self.limit_s)
        self.push = Push(self.site, self.settings.targets[0], self.settings)

    def publish(self, edition: int, *pictures: str) -> None:
        """Write an edition as the publisher does: pictures that must go first, the freshness last."""
        for old in (self.site / "pictures").glob("*.jpg"):
            if f"pictures/{old.name}" not in pictures:
                old.unlink()
        with files.Batch(self.site) as batch:
            for each in pictures:
                batch.put(each, each.encode() * 500)
            for n in range(PAGES):
                batch.put(f"stations/s{n}.html", f"<p>edition {edition}</p>".encode() + os.urandom(2000))
            batch.put("freshness.json", stamp_of(edition).encode())

    def both_have(self, edition: int, *pictures: str) -> None:
        """Publish an edition that was carried before."""
        self.publish(edition, *pictures)
        shutil.copytree(self.site, self.there, dirs_exist_ok=True)

    def turn(self, way: str = 'exec "$@"') -> bool:
        """One turn over this way."""
        self._count.write_text("")
        (self.folder / "way").write_text(way, encoding="utf-8")
        return self.push.turn(self.never)

    def editions(self) -> set[str]:
        """The editions of the pages there; a half page fails."""
        found = set()
        for page in (self.there / "stations").glob("*.html"):
            body = page.read_bytes()
            head, _, rest = body.partition(b"</p>")
            assert len(rest) == 2000, f"{page.name} is half a page"
            found.add(head.decode().removeprefix("<p>"))
        return found

    @property
    def freshness(self) -> str:
        """What the copy says of its age."""
        told = json.loads((self.there / "freshness.json").read_text())
        return f"edition {told['edition']}"


def stamp_of(edition: int) -> str:
    """The freshness of an edition; each is an hour younger than the one before."""
    published_at = BEGUN + timedelta(hours=edition)
    return json.dumps({"published_at": published_at.isoformat(), "edition": edition})


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder with its content and the second of its time; that of the freshness is another in a
    copy."""
    return {
        each.relative_to(folder).as_posix(): (
            each.read_bytes(),
            0 if each.name == "freshness.json" else int(each.stat().st_mtime),
        )
        for each in folder.rglob("*")
        if each.is_file() and each.name != MARK
    }
