"""From a scenario's parameters to one drawn world a replicate.

What we do not know is drawn once a replicate, luck day by day: the two never mix. Each parameter's quantile
is an addressed uniform number of its name, so a parameter more or less moves no other. The knots of a dated
parameter share one quantile.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from stalemate.elementary import exp_each, log_, log_each
from stalemate.errors import Fault, QueryError, ScenarioError
from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.forms import FIRE_FORMS, REPAIR_FORMS
from stalemate.scenario.given import GivenWorlds
from stalemate.scenario.schema import Parameter, Scenario
from stalemate.streams import Decision, normal_quantiles, unit_draws

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

MAX_DATED: Final = 48
MAX_KNOTS: Final = 16
DATED: Final[Mapping[str, int]] = MappingProxyType(
    {name: place for place, name in enumerate(needed.name for needed in PARAMETERS if needed.dated)}
)
"""Place of each dated parameter in the records' field ``today`` and in ``knots``."""

_Z95: Final = 1.6448536269514722
_HALVINGS: Final = 60


@dataclass(frozen=True)
class Structures:
    """The rival forms that replicates take in turn: repair forms fastest, then fire forms.

    So each combination gets an equal share of the replicates, whatever the block. With ``given`` worlds,
    such as a posterior, parameters are not drawn: each replicate takes the world of one of their members.
    """

    repair: tuple[str, ...] = REPAIR_FORMS
    fire: tuple[str, ...] = FIRE_FORMS
    given: GivenWorlds | None = None

    def of(self, replicate: int) -> tuple[str, str]:
        """Return the repair form and the fire form of a replicate."""
        repair = self.repair[replicate % len(self.repair)]
        return repair, self.fire[replicate // len(self.repair) % len(self.fire)]

    @property
    def turns(self) -> int:
        """Return after how many replicates the forms come again."""
        return len(self.repair) * len(self.fire)


@dataclass(frozen=True)
class Knots:
    """Where each day stands between the knots of each dated parameter.

    ``index`` and ``weight``: (day, dated), the knot before the day and the share of the next one; ``is_log``:
    (dated,), whether the knots are joined on logarithms.
    """

    index: npt.NDArray[np.int64]
    weight: Floats
    is_log: npt.NDArray[np.uint8]

    def on(self, day: int, place: int, worlds: Records) -> Floats:
        """Return the value of the dated parameter at ``place`` on a day: (replicate,), in its unit."""
        values: Floats = worlds["knots"][:, place, self.index[day, place]]
        share = self.weight[day, place]
        if share > 0:
            values = values + share * (worlds["knots"][:, place, self.index[day, place] + 1] - values)
        return exp_each(values) if self.is_log[place] else values


@cache
def world_type() -> np.dtype[np.void]:
    """Return the type of the record of one drawn world: address, forms, parameters, knots."""
    fields: list[tuple[str, str] | tuple[str, str, tuple[int, ...]]] = [
        ("seed", "u8"),
        ("replicate", "i8"),
        ("repair_form", "i8"),
        ("fire_form", "i8"),
    ]
    fields += [(needed.name, "f8") for needed in PARAMETERS if not needed.dated]
    fields += [("knots", "f8", (MAX_DATED, MAX_KNOTS))]
    return np.dtype(fields, align=True)


def resolve(scenario: Scenario, seed: int, replicates: range, structures: Structures) -> Records:
    """Return one drawn world for each replicate: (replicate,) records of ``world_type``.

    Raises QueryError for given worlds of another scenario, or without a member of some forms.
    """
    worlds = np.zeros(len(replicates), world_type())
    worlds["seed"] = np.uint64(seed)
    numbers = np.array(replicates, np.int64)
    worlds["replicate"] = numbers
    forms = [structures.of(int(replicate)) for replicate in replicates]
    worlds["repair_form"] = [REPAIR_FORMS.index(repair) for repair, _ in forms]
    worlds["fire_form"] = [FIRE_FORMS.index(fire) for _, fire in forms]
    given = structures.given
    if given is not None:
        member = _members(scenario, given, forms, replicates, structures.turns)
        places = {name: place for place, name in enumerate(given.names)}
        if given.luck is not None:
            worlds["replicate"] = given.luck[member]
    for name, rows in _by_name(scenario).items():
        if given is not None and name in places:
            u = np.ascontiguousarray(given.quantiles[member, places[name]])
        else:
            u = _drawn(name, seed, numbers)
        if name not in DATED:
            ends = scenario.narrowed.get(name)
            worlds[name] = quantiles(rows[0], u) if ends is None else _between(rows[0], ends, u)
            continue
        for place, row in enumerate(rows):
            values = quantiles(row, u)
            worlds["knots"][:, DATED[name], place] = log_each(values) if row.between == "log" else values
    return worlds


def draws_of(scenario: Scenario, seed: int, replicates: range) -> dict[str, Floats]:
    """Return the uniform number at which each parameter that is in doubt was drawn: name -> (replicate,)."""
    numbers = np.array(replicates, np.int64)
    return {
        name: _drawn(name, seed, numbers)
        for name, rows in _by_name(scenario).items()
        if any(row.distribution != "fixed" for row in rows) and not _is_one(scenario.narrowed.get(name))
    }


def _drawn(name: str, seed: int, replicates: npt.NDArray[np.int64]) -> Floats:
    return unit_draws(seed, zlib.crc32(name.encode()), replicates, Decision.PARAMETER)


def _members(
    scenario: Scenario, given: GivenWorlds, forms: list[tuple[str, str]], replicates: range, turns: int
) -> npt.NDArray[np.int64]:
    if given.scenario_digest != scenario.digest:
        raise QueryError(
            f"the posterior {given.name} is of another scenario than {scenario.name!r} as it now stands; "
            "calibrate again"
        )
    return given.members(forms, replicates, turns)


def knots(scenario: Scenario) -> Knots:
    """Return the place of every day of the scenario between the knots of every dated parameter.

    Raises ScenarioError if a parameter has more knots than the records hold.
    """
    index = np.zeros((scenario.days, MAX_DATED), np.int64)
    weight = np.zeros((scenario.days, MAX_DATED))
    is_log = np.zeros(MAX_DATED, np.uint8)
    days = np.arange(scenario.days)
    for name, rows in _by_name(scenario).items():
        if name not in DATED:
            continue
        if len(rows) > MAX_KNOTS:
            found, most = f"{len(rows)} knots of {name}", f"at most {MAX_KNOTS} (the records' size)"
            raise ScenarioError([Fault("parameters.csv", 0, "name", found, most)])
        at = np.array([(row.at - scenario.start).days if row.at is not None else 0 for row in rows])
        before = np.clip(np.searchsorted(at, days, side="right") - 1, 0, len(at) - 1)
        after = np.minimum(before + 1, len(at) - 1)
        gap = np.maximum(at[after] - at[before], 1)
        index[:, DATED[name]] = before
        if rows[0].between != "step":
            weight[:, DATED[name]] = np.where(after > before, np.clip((days - at[before]) / gap, 0, 1), 0)
        is_log[DATED[name]] = rows[0].between == "log"
    return Knots(index, weight, is_log)


def quantiles(row: Parameter, u: Floats) -> Floats:
    """Return the quantiles of one parameter row at probabilities ``u``: (replicate,), in the row's unit.

    Fixed arithmetic of the package, so the same bits on any machine.
    """
    if row.distribution == "fixed":
        return np.full(len(u), row.middle)
    assert row.low is not None
    assert row.high is not None
    low, high = row.low, row.high
    if row.distribution == "uniform":
        return low + u * (high - low)
    if row.distribution == "loguniform":
        return exp_each(log_(low) + u * (log_(high) - log_(low)))
    if row.distribution == "triangular":
        assert row.middle is not None
        rising, falling, width = row.middle - low, high - row.middle, high - low
        split = rising / width
        left = low + np.sqrt(u * width * rising)
        return np.where(u < split, left, high - np.sqrt((1 - u) * width * falling))
    z = normal_quantiles(u)
    if row.distribution == "normal":
        return (low + high) / 2 + z * ((high - low) / (2 * _Z95))
    middle, spread = (log_(low) + log_(high)) / 2, (log_(high) - log_(low)) / (2 * _Z95)
    return exp_each(middle + z * spread)


def share_below(row: Parameter, value: float) -> float:
    """Return the share of a parameter row's distribution below a value, by halving its quantiles."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if quantiles(row, np.array([middle]))[0] < value:
            low = middle
        else:
            high = middle
    return high


def _between(row: Parameter, ends: tuple[float, float], u: Floats) -> Floats:
    """Return the quantiles of a row given that it lies between two values."""
    first, last = (share_below(row, value) for value in ends)
    return np.clip(quantiles(row, first + u * (last - first)), *ends)


def _is_one(ends: tuple[float, float] | None) -> bool:
    return ends is not None and ends[0] == ends[1]


def _by_name(scenario: Scenario) -> dict[str, list[Parameter]]:
    rows: dict[str, list[Parameter]] = {}
    for row in scenario.parameters:
        rows.setdefault(row.name, []).append(row)
    return rows
