"""Messages as tests ask for them, by the name of a situation or from the detail of a rise."""

from __future__ import annotations

from itertools import product
from typing import Any

from alerts.messages.compose import compose
from alerts.messages.told import Form, Text
from ingest.stations import City, Gauge, Registry, Station
from tests.alerts.scenes import (
    CITY,
    SITUATIONS,
    STAGE_DETAIL,
    context,
    run,
)

LANGUAGES = ("ja", "en")
BOTH = list(product(LANGUAGES, SITUATIONS))
PERSONAL = "https://kotae.city.example.jp/" + "x" * 31


def told(name: str = "a straight rise to 4", language: str = "ja", form: Form = Form.LONG, **more: Any) -> Text:
    return compose([SITUATIONS[name]], context(**more), language, form)


def stage(language: str = "ja", stage_m: float = 4.23, **detail: Any) -> Text:
    found = {key: value for key, value in {**STAGE_DETAIL, **detail}.items() if value is not None}
    return compose([run(stage_m=stage_m, detail=found)], context(), language)


def of(*items: Station | Gauge, city: City = CITY) -> Registry:
    return Registry.of(city, items)
