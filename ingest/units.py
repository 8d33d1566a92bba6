"""The units in which sensors and messages state lengths and pressures, and what one of each is in SI. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GRAVITY_M_PER_S2 = 9.80665
"""Standard gravity (3rd CGPM, 1901); it differs from Japan's by less than 0.15 %."""
_PA_PER_M_OF_WATER = 1000.0 * GRAVITY_M_PER_S2

METRES_PER: Mapping[str, float] = MappingProxyType(
    {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "in": 0.0254, "ft": 0.3048}
)
"""Lengths; inch and foot are the international ones (exact since 1959)."""
PASCALS_PER: Mapping[str, float] = MappingProxyType(
    {
        "Pa": 1.0,
        "hPa": 100.0,
        "kPa": 1000.0,
        "MPa": 1_000_000.0,
        "mbar": 100.0,
        "bar": 100_000.0,
        "psi": 6894.757293168,
        "mH2O": _PA_PER_M_OF_WATER,
        "cmH2O": _PA_PER_M_OF_WATER / 100,
        "mmH2O": _PA_PER_M_OF_WATER / 1000,
    }
)
"""Pressures; the conventional metre of water is one of 1,000 kg/m³ under standard gravity."""
_SI_BY_SUFFIX: Mapping[str, str] = MappingProxyType({"m": "m", "pa": "Pa"})
_OTHER_SUFFIXES = frozenset({"c", "pct", "v", "a", "s", "hz", "db", "dbm", "ppm"})


def unit_of(channel: str) -> str:
    """The SI unit of a length or pressure that ends a channel's name (``distance_m``, ``pressure_pa``), else empty."""
    if "_" not in channel or "_per_" in channel:
        return ""
    return _SI_BY_SUFFIX.get(channel.rpartition("_")[2], "")


def is_other(channel: str) -> bool:
    """Whether a channel's name says that it is neither a length nor a pressure: ``temperature_c``, ``battery_v``."""
    return "_per_" in channel or ("_" in channel and channel.rpartition("_")[2] in _OTHER_SUFFIXES)
