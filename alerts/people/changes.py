"""What one people file changes of another, as sentences. Addresses are shortened: sentences are kept and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alerts.people.models import People, Section

Document = Mapping[str, Any]


def changes(old: People, new: People) -> list[str]:
    """One sentence for each entry that was added, taken out or changed."""
    found = [
        line for section in Section for line in _of_section(section, _entries(old, section), _entries(new, section))
    ]
    if old.holidays != new.holidays:
        found.append(f"holidays: {len(old.holidays)} → {len(new.holidays)} dates")
    return found


def shortened(address: str) -> str:
    """An address that can be recognised by whoever knows it, and not used."""
    name, at, host = address.rpartition("@")
    if at:
        return f"{name[:2]}…@{host}"
    return f"{address[:8]}…{address[-2:]}" if len(address) > 12 else "…"


def _entries(people: People, section: Section) -> dict[str, Document]:
    return {each.id: each.model_dump(mode="json", exclude_defaults=True) for each in getattr(people, section)}


def _of_section(section: Section, old: Mapping[str, Document], new: Mapping[str, Document]) -> Iterator[str]:
    what = section.value[:-1]
    for name, document in new.items():
        if name not in old:
            yield f"{what} {name} added"
        elif document != old[name]:
            yield f"{what} {name}: {'; '.join(_differences(old[name], document))}"
    yield from (f"{what} {name} taken out" for name in old if name not in new)
    if [each for each in old if each in new] != [each for each in new if each in old]:
        yield f"{section.value} in another order"


def _differences(old: Document, new: Document) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if isinstance(before or [], list) and isinstance(after or [], list):
            yield f"{key} {_of_lists(before or [], after or [])}"
        else:
            yield f"{key} {_shown(before)} → {_shown(after)}"


def _of_lists(before: list[Any], after: list[Any]) -> str:
    added = [f"+{_shown(each)}" for each in after if each not in before]
    gone = [f"−{_shown(each)}" for each in before if each not in after]
    return " ".join([*added, *gone]) or "in another order"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return " ".join(
            f"{key}={shortened(str(each)) if key == 'address' else _shown(each)}" for key, each in value.items()
        )
    return "[" + ", ".join(map(_shown, value)) + "]" if isinstance(value, list) else str(value)
