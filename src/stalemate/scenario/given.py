"""Worlds that are given, not drawn: where each parameter stands in each member of an ensemble.

A posterior is one, calibrated to the record; the points of a design are another. They take the place of the
independent draws of ``resolve``; luck keeps its addresses. Members are kept apart by rival forms, so that
each combination of forms keeps its share of the wars: the record moves parameters and chooses no form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stalemate.errors import QueryError


@dataclass(frozen=True)
class GivenWorlds:
    """A named ensemble of worlds of one scenario; two of the same name and digest are equal.

    names: the parameters that it holds. quantiles: (member, parameter), each strictly between 0 and 1, where
    the parameter's own distribution is drawn. repair, fire: (member,), the rival form of each. ``digest`` is
    that of its file, ``made_from`` says in words how it was made. luck: (member,), the replicate whose luck
    a member meets; None for that of the replicate that is fought in its world.
    """

    name: str
    digest: str
    scenario_digest: str
    made_from: str
    names: tuple[str, ...] = field(compare=False)
    quantiles: npt.NDArray[np.float64] = field(compare=False)
    repair: npt.NDArray[np.str_] = field(compare=False)
    fire: npt.NDArray[np.str_] = field(compare=False)
    luck: npt.NDArray[np.int64] | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """Return the name with the first of the digest, as recipes keep it."""
        return f"{self.name} {self.digest[:16]}"

    def members(
        self, forms: Sequence[tuple[str, str]], replicates: range, turns: int
    ) -> npt.NDArray[np.int64]:
        """Return the member whose world each replicate is fought in, (replicate,).

        ``forms`` are the replicates' rival forms, which come again every ``turns`` replicates. Each takes the
        members of its forms in order, from the first again when all are used. Raises QueryError if there is
        no member of some forms.
        """
        of_forms: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
        for pair in set(forms):
            found = np.flatnonzero((self.repair == pair[0]) & (self.fire == pair[1]))
            if found.size == 0:
                raise QueryError(
                    f"the posterior {self.name} holds no war with repair {pair[0]} and fire {pair[1]}; "
                    "calibrate a run that takes all forms"
                )
            of_forms[pair] = found
        chosen = [
            of_forms[pair][replicate // turns % of_forms[pair].size]
            for pair, replicate in zip(forms, replicates, strict=True)
        ]
        return np.array(chosen, np.int64)
