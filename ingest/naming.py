"""What every model of the registry is made of: a frozen value, an identifier, a name in several languages, a length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Lower-case name used in topics and addresses, for example ``fujii-01``."""


def _to_the_millimetre(length_m: float) -> float:
    return round(length_m, 3)


Metres = Annotated[float, AfterValidator(_to_the_millimetre)]
"""A length kept to the millimetre, as stages are: a tie between the two must stay a tie."""


class Frozen(BaseModel):
    """A value that refuses unknown keys, infinite numbers and later changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _has_japanese(names: dict[str, str]) -> dict[str, str]:
    if not names.get("ja", "").strip():
        raise ValueError('a name needs at least Japanese: name = { ja = "…", en = "…" }')
    return names


Names = Annotated[dict[str, str], AfterValidator(_has_japanese)]
"""A name per language; Japanese is required and stands in where another is missing."""


def named(names: Mapping[str, str], language: str) -> str:
    """The name in ``language``, else in English unless Japanese was asked for, else in Japanese."""
    return names.get(language) or (names.get("en") if language != "ja" else None) or names["ja"]
