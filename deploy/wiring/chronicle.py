"""The chronology and what stands, as the pages and the API read them."""

from __future__ import annotations

from alerts.store.chronology import SqlChronology
from alerts.store.stands import SqlStands
from dashboard.chronicle import Chronicle
from deploy.settings import Settings
from deploy.wiring.stores import Stores


def chronicle(settings: Settings, stores: Stores) -> Chronicle:
    """On the stores of the house."""
    return Chronicle(SqlChronology(stores.database), SqlStands(stores.database), settings.drill.enabled)
