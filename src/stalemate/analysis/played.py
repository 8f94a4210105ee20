"""What a playback tells: policies on one clock, week by week, by place and as wholes. Light to import."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray

    Series = npt.NDArray[np.float32]
else:
    Series = Any

QUANTITIES: Final = (
    "open_share",
    "section_tonnes",
    "cuts",
    "bridges_down",
    "target_left",
    "front_tonnes",
    "shells_communist",
    "line_shift_km",
)
"""What is played: the state of lines, crossings, targets and sectors. A sum is that of the week."""

WHOLES: Final = (
    "front_tonnes",
    "cuts",
    "cuts_reported",
    "open_share",
    "bridges_down",
    "trucks",
    "trucks_lost",
    "shells_communist",
    "casualties_communist",
    "casualties_un",
    "deaths_us",
    "ground_km2",
    "sorties",
    "bombs_tonnes",
    "aircraft_lost",
    "lost_flak",
    "civilian_deaths",
    "displaced",
    "food_share",
    "civil_tonnes",
)
"""What is played of the whole, the last four of civilians."""


@dataclass(frozen=True)
class Track:
    """One quantity under one policy: ``median``, ``low``, ``high`` and ``one``, each float32 (week, place).

    The first three are of all wars in each week apart; ``one`` is the war asked for, whole.
    """

    quantity: str
    unit: str
    places: tuple[str, ...]
    median: Series
    low: Series
    high: Series
    one: Series


@dataclass(frozen=True)
class Wholes:
    """Quantities of the whole, by name, as tracks of one place without a name.

    ``to_date`` adds up the weeks of quantities that are sums, from the first day.
    """

    week: dict[str, Track]
    to_date: dict[str, Track]


@dataclass(frozen=True)
class Playback:
    """Policies side by side on one clock; ``weeks`` are first days, ``tracks`` quantity -> track a policy.

    ``difference`` is that of each pair of wars, the first policy less the second; None unless there are two.
    """

    scenario: str
    policies: tuple[str, ...]
    seed: int
    replicates: int
    replicate: int
    posterior: str
    weeks: tuple[date, ...]
    tracks: tuple[dict[str, Track], ...]
    wholes: tuple[Wholes, ...]
    difference: Wholes | None

    def to_xarray(self) -> "xarray.Dataset":
        """Return all tracks with units: (policy, statistic, week, place of its axis)."""
        import numpy as np
        import xarray

        from stalemate.systems.variables import RECORDED

        data, places = {}, {}
        for quantity in self.tracks[0]:
            axis = RECORDED[quantity].axes[0]
            tracks = [mine[quantity] for mine in self.tracks]
            places[axis] = list(tracks[0].places)
            values = np.stack([np.stack([t.median, t.low, t.high, t.one]) for t in tracks])
            data[quantity] = xarray.DataArray(
                values,
                dims=("policy", "statistic", "week", axis),
                attrs={"units": tracks[0].unit, "long_name": RECORDED[quantity].meaning},
            )
        return xarray.Dataset(
            data,
            coords={
                "policy": list(self.policies),
                "statistic": ["median", "low", "high", "one"],
                "week": np.array(self.weeks, dtype="datetime64[ns]"),
                **places,
            },
            attrs={"scenario": self.scenario, "seed": self.seed, "replicates": self.replicates},
        )
