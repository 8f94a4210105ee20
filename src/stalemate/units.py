"""How a number and its unit are shown to people.

The engine works in metric tonnes, kilometres, days, persons and sorties; a conversion factor, where one is
needed, belongs here and nowhere else.
"""


def with_unit(number: str, unit: str) -> str:
    """Return a number and its unit for people; a pure number's unit, 1, is not said."""
    return number if unit == "1" else f"{number} {unit}"
