"""Whether an answer is what a description in OpenAPI 3.1 says of it. Strict: what is not described is a mistake, and a
word of the description that is not known here as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

KNOWN = frozenset(
    {
        *("$ref", "type", "properties", "required", "items", "anyOf", "enum", "additionalProperties", "format"),
        *("title", "description", "default", "const", "minimum", "maximum", "propertyNames"),
    }
)
TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def faults(said: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str = "$") -> Iterator[str]:
    """What is wrong with an answer by a schema of the description ``whole``."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from faults(said, whole["components"]["schemas"][name], whole, where)
    elif "anyOf" in schema:
        if all(list(faults(said, each, whole, where)) for each in schema["anyOf"]):
            yield f"{where} is none of {schema['anyOf']}"
    else:
        yield from _of_type(said, schema, whole, where)


def _of_type(said: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str) -> Iterator[str]:
    kind = schema.get("type")
    wrong = kind is not None and not isinstance(said, TYPES[kind])
    if wrong or (kind in ("integer", "number") and isinstance(said, bool)):
        yield f"{where} is no {kind}"
    elif "enum" in schema and said not in schema["enum"]:
        yield f"{where} is none of {schema['enum']}"
    elif schema.get("format") == "date-time" and datetime.fromisoformat(said).tzinfo is None:
        yield f"{where} has no offset"
    elif kind == "object":
        yield from _of_object(said, schema, whole, where)
    elif kind == "array":
        for number, each in enumerate(said):
            yield from faults(each, schema["items"], whole, f"{where}[{number}]")


def _of_object(said: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], where: str) -> Iterator[str]:
    inner, more = schema.get("properties", {}), schema.get("additionalProperties", False)
    yield from (f"{where} lacks {each}" for each in schema.get("required", ()) if each not in said)
    for key, value in said.items():
        if key in inner:
            yield from faults(value, inner[key], whole, f"{where}.{key}")
        elif isinstance(more, Mapping):
            yield from faults(value, more, whole, f"{where}.{key}")
        elif not more:
            yield f"{where} has {key}, of which nothing is said"
