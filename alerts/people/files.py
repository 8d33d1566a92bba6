"""The people file: read with every mistake and its line, and written again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import TypeAdapter, ValidationError

from alerts.people.checks import Known, remarks
from alerts.people.models import Contact, Date, Group, People, Route, Section
from alerts.people.sentences import EXAMPLES, sentence
from ingest.registry_files.document import read_document
from ingest.registry_files.entries import Place
from ingest.registry_files.mistakes import FileMistakes, Mistake
from ingest.registry_files.sentences import unknown_key

_ENTRIES: Mapping[Section, type[Contact | Group | Route]] = {
    Section.CONTACTS: Contact,
    Section.GROUPS: Group,
    Section.ROUTES: Route,
}
_HOLIDAYS = TypeAdapter(tuple[Date, ...])


class PeopleMistakes(FileMistakes):
    """A people file cannot be used."""


def load(path: Path, known: Known) -> People:
    """The people that a TOML file describes.

    Raises ``PeopleMistakes`` with every mistake, ``OSError`` where the file cannot be read.
    """
    document, top = read_document(path, PeopleMistakes)
    keys = ("holidays", *Section)
    mistakes = [top.mistake(unknown_key(key, keys), (key,)) for key in document if key not in keys]
    holidays = _holidays(document.get("holidays", []), top, mistakes)
    entries = {section: _entries(document.get(section, []), section, top, mistakes) for section in Section}
    if not mistakes:
        people = People(holidays=holidays, **entries)
        mistakes = [
            top.inside(each.section, each.index).mistake(str(each), each.path) for each in remarks(people, known)
        ]
    if mistakes:
        raise PeopleMistakes(mistakes)
    return people


def to_toml(people: People) -> str:
    """The whole directory as one text that can be read again; values that are the default are left out."""
    lines = [f"holidays = [{', '.join(each.isoformat() for each in people.holidays)}]"] if people.holidays else []
    for section in Section:
        for entry in getattr(people, section):
            lines += ["", f"[[{section}]]"]
            document = entry.model_dump(mode="json", exclude_defaults=True)
            lines += [f"{key} = {_written(value)}" for key, value in document.items()]
    return "\n".join(lines).lstrip("\n") + "\n"


def _written(value: Any) -> str:
    """A value on one line, but for a list of tables, which has one for each."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_written(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[\n" + "".join(f"  {_written(each)},\n" for each in value) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _holidays(found: Any, top: Place, mistakes: list[Mistake]) -> tuple[Any, ...]:
    try:
        return _HOLIDAYS.validate_python(found)
    except ValidationError:
        mistakes.append(top.mistake(f"`holidays` are dates: write {EXAMPLES['holidays']}", ("holidays",)))
        return ()


def _entries(found: Any, section: Section, top: Place, mistakes: list[Mistake]) -> tuple[Any, ...]:
    place = top.inside(section)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        mistakes.append(place.mistake(f"write [[{section}]] above each of them"))
        return ()
    made = [_entry(data, section, place.inside(index), mistakes) for index, data in enumerate(found)]
    return tuple(each for each in made if each is not None)


def _entry(
    data: dict[str, Any], section: Section, place: Place, mistakes: list[Mistake]
) -> Contact | Group | Route | None:
    try:
        return _ENTRIES[section].model_validate(data)
    except ValidationError as error:
        name = f"{section.value[:-1]} {data['id']}" if isinstance(data.get("id"), str) else section.value[:-1]
        for detail in error.errors(include_url=False):
            path = tuple(each for each in detail["loc"] if each != "[key]")
            mistakes.append(place.mistake(f"{name}: {sentence(section, detail)}", path))
        return None
