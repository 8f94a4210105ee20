"""Unit names and the only conversion factors of the package.

The engine works in metric tonnes, kilometres, days, persons and sorties; the sources do not.
"""

from typing import Final

TONNES_PER_SHORT_TON: Final = 0.90718474
"""International avoirdupois short ton (2,000 lb)."""

KM_PER_MILE: Final = 1.609344
"""International statute mile."""

HOURS_PER_DAY: Final = 24.0


def with_unit(number: str, unit: str) -> str:
    """Return a number and its unit for people; a pure number's unit, 1, is not said."""
    return number if unit == "1" else f"{number} {unit}"


def short_tons_to_tonnes(short_tons: float) -> float:
    """Return metric tonnes for short tons of 2,000 lb."""
    return short_tons * TONNES_PER_SHORT_TON


def miles_to_km(miles: float) -> float:
    """Return kilometres for statute miles."""
    return miles * KM_PER_MILE


def pounds_to_tonnes(pounds: float) -> float:
    """Return metric tonnes for avoirdupois pounds."""
    return pounds * TONNES_PER_SHORT_TON / 2000.0
