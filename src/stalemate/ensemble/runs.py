"""The wars of a run in memory: outcomes, weekly series, and both as one labelled data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stalemate.ensemble.outcomes import DAYS_PER_WEEK, OUTCOMES, Column, Kept
from stalemate.ensemble.store import Recipe, arrays_of, check_sums, read_recipe, read_shard
from stalemate.errors import QueryError, RunError
from stalemate.systems.variables import RECORDED

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Runs:
    """The kept wars of one or more policies under the same luck; ``kept`` has one entry a policy."""

    recipe: Recipe
    kept: tuple[Kept, ...]

    def outcome(self, policy: int, name: str) -> npt.NDArray[np.float64]:
        """Return one outcome of the policy at a place of the recipe's list, (replicate,)."""
        return self.kept[policy].outcomes[name]

    def week_starts(self) -> tuple[date, ...]:
        """Return the first day of each week."""
        days = (self.recipe.end - self.recipe.start).days + 1
        return tuple(self.recipe.start + timedelta(days=day) for day in range(0, days, DAYS_PER_WEEK))

    def weekly(self, policy: int, quantity: str, place: str = "") -> npt.NDArray[np.float32]:
        """Return a weekly series of the policy at a place of the recipe's list, (replicate, week).

        Raises QueryError if the series is not kept.
        """
        column = (quantity, place)
        if column not in self.recipe.columns:
            raise QueryError(
                f"no weekly series {quantity!r} {place!r}; kept are {_shown(self.recipe.columns)}"
            )
        return self.kept[policy].weekly[:, :, self.recipe.columns.index(column)]

    def to_xarray(self) -> "xarray.Dataset":
        """Return outcomes (policy, replicate) and weekly series (policy, replicate, week), all with units."""
        import xarray

        recipe = self.recipe
        data = {
            o.name: xarray.DataArray(
                np.stack([kept.outcomes[o.name] for kept in self.kept]),
                dims=("policy", "replicate"),
                attrs={"units": o.unit, "long_name": o.label, "from": str(recipe.window_start)},
            )
            for o in OUTCOMES
        }
        weekly = np.stack([np.asarray(kept.weekly) for kept in self.kept])
        for quantity in dict.fromkeys(quantity for quantity, _ in recipe.columns):
            if quantity not in RECORDED:
                raise RunError(f"found the weekly series {quantity[:60]!r}, which this version does not know")
            variable = RECORDED[quantity]
            places = [place for name, place in recipe.columns if name == quantity and place]
            attrs = {"units": variable.unit, "long_name": variable.meaning, "week_is": str(variable.kind)}
            data[f"weekly_{quantity}"] = xarray.DataArray(
                weekly[..., recipe.columns.index((quantity, ""))],
                dims=("policy", "replicate", "week"),
                attrs=attrs,
            )
            if places:
                axis = variable.axes[0]
                first = recipe.columns.index((quantity, places[0]))
                data[f"weekly_{quantity}_by_{axis}"] = xarray.DataArray(
                    weekly[..., first : first + len(places)],
                    dims=("policy", "replicate", "week", axis),
                    coords={axis: places},
                    attrs=attrs,
                )
        return xarray.Dataset(
            data,
            coords={
                "policy": [policy.name for policy in recipe.policies],
                "replicate": np.arange(recipe.replicates),
                "repair": ("replicate", self.kept[0].repair),
                "fire": ("replicate", self.kept[0].fire),
                "week": np.array(self.week_starts(), dtype="datetime64[ns]"),
            },
            attrs={"scenario": recipe.scenario, "digest": recipe.scenario_digest, "seed": recipe.seed},
        )


def read_run(folder: Path) -> Runs:
    """Return a stored run: outcomes in memory, the rest read from its files where it is asked for.

    Raises RunError if it is absent, foreign, unfinished or damaged.
    """
    recipe = read_recipe(folder)
    check_sums(folder, recipe)
    return Runs(recipe, tuple(_of_policy(folder, recipe, p) for p in range(len(recipe.policies))))


def _of_policy(folder: Path, recipe: Recipe, policy: int) -> Kept:
    """Return the wars of one policy; every shard is read and checked, one after another."""
    weekly, answers = arrays_of(folder, recipe, policy)
    outcomes = {o.name: np.empty(recipe.replicates) for o in OUTCOMES}
    forms: dict[str, list[npt.NDArray[np.str_]]] = {"repair": [], "fire": []}
    widths = set()
    for shard in range(recipe.shards):
        part, wars = read_shard(folder, recipe, policy, shard), recipe.wars_of(shard)
        for name, values in part.outcomes.items():
            outcomes[name][wars.start : wars.stop] = values
        forms["repair"].append(part.repair)
        forms["fire"].append(part.fire)
        widths.add(np.shape(part.answers)[1])
    if len(widths) > 1:
        raise RunError("parts of a run hold different numbers of answers; make the run again")
    return Kept(outcomes, weekly, answers, **{name: np.concatenate(parts) for name, parts in forms.items()})


def joined(parts: Sequence[Kept]) -> Kept:
    """Return consecutive wars as one; the caller gives them in order."""
    return Kept(
        {o.name: np.concatenate([part.outcomes[o.name] for part in parts]) for o in OUTCOMES},
        np.concatenate([np.asarray(part.weekly) for part in parts]),
        np.concatenate([np.asarray(part.answers) for part in parts]),
        np.concatenate([part.repair for part in parts]),
        np.concatenate([part.fire for part in parts]),
    )


def part_of(kept: Kept, wars: slice) -> Kept:
    """Return some of the wars, by their places among those kept."""
    return Kept(
        {name: values[wars] for name, values in kept.outcomes.items()},
        kept.weekly[wars],
        kept.answers[wars],
        kept.repair[wars],
        kept.fire[wars],
    )


def _shown(kept: Sequence[Column]) -> str:
    return ", ".join(f"{quantity} of {place}" if place else quantity for quantity, place in kept)
