"""A fortnight of the record as a problem of choice, war by war: docs/model/frontier.md.

Wars are fought to the morning of a day under the historical policy. Then every fixed target, the railways
and road traffic are read off: what they are worth, what a sortie does there, what it costs in own aircraft
and in deaths of civilians. Beside them stands what the record flew in the fourteen days that follow, as the
committee plans it, dated raids among it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.ranking import COMMITTEE, meeting_on
from stalemate.engine import simulate as engine
from stalemate.engine.history import history_of
from stalemate.engine.simulate import Prepared, Structures
from stalemate.ensemble.pool import Progress, go_on, side_by_side
from stalemate.ensemble.runner import checked_counts
from stalemate.errors import QueryError
from stalemate.policies.naming import named
from stalemate.scenario.air import LEVELS, TARGET_CLASSES
from stalemate.scenario.resolve import DATED
from stalemate.scenario.schema import Scenario
from stalemate.systems import offers
from stalemate.systems.attrition import flak_per_1000
from stalemate.systems.bombing import bombs_per_sortie, deaths_per_tonne, local_flak
from stalemate.systems.system import Records
from stalemate.systems.theatre import DAM, FORTNIGHT, TOWN

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KINDS: Final = (*TARGET_CLASSES, "rail", "road")
"""What a target may be: a class of fixed targets, the railways, road traffic."""

_BLOCK: Final = 16
_PRESENT, _SHELTER, _WARNED = (DATED[f"civilian_{name}"] for name in ("present", "shelter", "warned"))
_GUNS, _TACTICS = DATED["loss_flak_guns"], DATED["loss_tactics_progress"]


@dataclass(frozen=True)
class Terms:
    """What a fortnight's targets are worth and cost, for every war; the last two are rail and road.

    ``gain`` and ``believed``: (war, target), what destroying it is worth as things stand and as they are
    thought to stand, in aim areas of a bridge. ``rate``: (war, target, class), damage of a sortie as an
    exponent, 0 out of reach. ``losses``: (war, target, class), own aircraft a sortie. ``deaths`` and
    ``deaths_if_warned``: (war, target, class), civilians killed a sortie, without and with the warning that a
    law may ask for. ``flown``: (war, target, class), the record's sorties.
    """

    gain: Floats
    believed: Floats
    rate: Floats
    losses: Floats
    deaths: Floats
    deaths_if_warned: Floats
    flown: Floats


@dataclass(frozen=True)
class Fortnight:
    """A fortnight from a day on, in some wars. ``kind``: (target,), a place in ``KINDS``.

    ``level``: (target,), whose approval an attack needs on the fortnight's laxest day, a place in LEVELS.
    ``targets`` are those known on the
    day or struck in a raid of the fortnight, then rail and road.
    """

    prepared: Prepared
    when: date
    seed: int
    targets: tuple[str, ...]
    kind: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    terms: Terms

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of aircraft."""
        return self.prepared.classes

    @property
    def wars(self) -> int:
        """Number of wars."""
        return len(self.terms.gain)

    def may(self, leave: str) -> Flags:
        """Return what may be struck with the approval of a level, whatever the law: (target,)."""
        return np.asarray((self.level <= LEVELS.index(leave)) & (self.level < LEVELS.index("never")))


def fortnight(
    war: Scenario,
    when: date,
    *,
    replicates: int,
    seed: int,
    structures: Structures | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Fortnight:
    """Return the record's fortnight from a day on, in some wars fought to its morning.

    Raises QueryError for a day outside the scenario, or if nothing was flown that could be flown elsewhere.
    """
    checked_counts(replicates, seed)
    if not war.start <= when <= war.end:
        raise QueryError(f"{when} is outside {war.name}, {war.start} to {war.end}")
    prepared = engine.prepare(war)
    day, policy = war.day_of(when), named("historical", war)
    raided = _raided(prepared, when)

    def one(_: object, part: range) -> Terms:
        seen = _Morning(prepared, day, raided)
        engine.simulate(
            prepared, policy, seed, part, record=(), structures=structures, until=day + 1, watch=seen.watch
        )
        return seen.terms

    parts = [(policy, range(at, min(at + _BLOCK, replicates))) for at in range(0, replicates, _BLOCK)]
    terms = _joined(list(side_by_side(parts, one, workers=workers, progress=progress)))
    if not terms.flown.sum((1, 2)).all():
        raise QueryError(f"nothing is flown at lines, roads or fixed targets in the fortnight from {when}")
    return _of_known(prepared, when, seed, terms, raided)


def _joined(parts: Sequence[Terms]) -> Terms:
    return Terms(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Terms)))


def _of_known(prepared: Prepared, when: date, seed: int, terms: Terms, raided: Floats) -> Fortnight:
    """Leave out the targets that nobody knew of."""
    day, classes = prepared.scenario.day_of(when), len(TARGET_CLASSES)
    listed = np.append(prepared.known[day] | (raided.sum(1) > 0), [True, True])
    of_class = prepared.theatre[0]["target_class"][: len(prepared.targets)]
    return Fortnight(
        prepared,
        when,
        seed,
        tuple(name for name, known in zip((*prepared.targets, "rail", "road"), listed, strict=True) if known),
        np.append(of_class, [classes, classes + 1])[listed],
        np.append(prepared.levels[day : day + FORTNIGHT].min(0), [0, 0])[listed],
        Terms(*(getattr(terms, field.name)[:, listed] for field in fields(Terms))),
    )


def _raided(prepared: Prepared, when: date) -> Floats:
    """Return the strike sorties of the dated raids of the fortnight: (target, class)."""
    sorties = np.zeros((len(prepared.targets), len(prepared.classes)))
    for raid in prepared.scenario.raids:
        if raid.role == "strike" and when <= raid.day < when + timedelta(days=FORTNIGHT):
            at = prepared.targets.index(raid.target), prepared.classes.index(raid.aircraft_class)
            sorties[at] += raid.sorties
    return sorties


def _ever_at_lines(prepared: Prepared) -> Flags:
    """Return which classes the record ever ordered to rail and to road: (2, class)."""
    history, scenario = history_of(prepared), prepared.scenario
    ever = np.zeros((2, len(prepared.classes)), np.bool_)
    for day in range(scenario.days):
        ordered = history(scenario.start + timedelta(days=day))
        ever |= np.stack([ordered.rail.sum(1) + ordered.bridge.sum(1) > 0, ordered.road > 0])
    return ever


@final
class _Morning:
    """One block's morning; watches the wars until the committee's turn, then reads off the terms."""

    terms: Terms

    def __init__(self, prepared: Prepared, day: int, raided: Floats) -> None:
        self._prepared, self._day, self._raided = prepared, day, raided

    def watch(self, system: str, day: int, theatre: Records, worlds: Records, wars: Records) -> None:
        """Let the committee meet on a copy of the day, and take down what can be had and what is planned."""
        go_on()
        if system != COMMITTEE or day != self._day:
            return
        place, states = meeting_on(day, theatre, worlds, wars)
        lines = _ever_at_lines(self._prepared)
        of_wars = [
            self._of_war(place[0], world, war, lines) for world, war in zip(worlds, states, strict=True)
        ]
        self.terms = Terms(*(np.stack(column) for column in zip(*of_wars, strict=True)))

    def _of_war(self, one: np.void, world: np.void, war: np.void, lines: Flags) -> tuple[Floats, ...]:
        targets, classes = len(self._prepared.targets), len(self._prepared.classes)
        of_class = one["target_class"][:targets]
        full = war["class_value"][of_class] * one["target_worth"][:targets]
        unbroken = (of_class != DAM) | (war["lowered"] == 0)
        of_lines = [float(world["worth_rail"]), float(world["worth_road"])]
        gain = np.append(full * war["target_left"][:targets] * unbroken, of_lines)
        believed = np.append(full * war["believed_left"][:targets] * unbroken, of_lines)
        rate = np.array(
            [[offers.rate(one, world, war, i, k) for k in range(classes)] for i in range(targets)]
            + [_line_rates(one, world, war, lines)[line] for line in range(2)]
        )
        fire = np.append([local_flak(world, war, i) for i in range(targets)], [1.0, 1.0])
        flak = war["loss_rate"][:classes] / world["loss_flak_per_1000"]
        flak = flak * flak_per_1000(world, war["today"][_GUNS], war["today"][_TACTICS])
        losses = fire[:, None] * flak + world["loss_accident_per_1000"] * 0.001
        tonnes = np.array([bombs_per_sortie(world, int(kind)) for kind in one["kind"][:classes]])
        unwarned, warned = _deaths_a_tonne(one, world, war, of_class)
        return (
            gain,
            believed,
            rate,
            losses,
            unwarned[:, None] * tonnes,
            warned[:, None] * tonnes,
            self._flown(one, war),
        )

    def _flown(self, one: np.void, war: np.void) -> Floats:
        """Return the record's sorties of the fortnight: (target, class). Bridges count as rail."""
        targets, classes = len(self._prepared.targets), len(self._prepared.classes)
        flown = np.zeros((targets + 2, classes))
        flown[:targets] = self._raided
        for k in range(classes):
            slots = slice(0, int(war["plan_count"][k]))
            np.add.at(flown[:, k], war["plan_target"][k, slots], war["plan_sorties"][k, slots])
        rail, bridge, road = (
            one[f"ordered_{name}"][:classes] * war["order_weight"][place]
            for place, name in enumerate(("rail", "bridge", "road"))
        )
        flown[targets], flown[targets + 1] = FORTNIGHT * (rail + bridge), FORTNIGHT * road
        return flown


def _line_rates(one: np.void, world: np.void, war: np.void, lines: Flags) -> list[list[float]]:
    """Return what a sortie of each class does at rail and at road, where the record ever sent it there."""
    mended = offers.mended_cuts(one, world, war)
    rail = [offers.rail_rate(one, world, war, mended, k) for k in range(lines.shape[1])]
    road = [offers.road_rate(one, world, war, k) for k in range(lines.shape[1])]
    return [
        [rate if ever else 0.0 for rate, ever in zip(rates, sent, strict=True)]
        for rates, sent in zip((rail, road), lines, strict=True)
    ]


def _deaths_a_tonne(one: np.void, world: np.void, war: np.void, of_class: Floats) -> tuple[Floats, Floats]:
    """Return deaths a tonne at each target, then rail and road, as civilians.py counts them.

    First as the record warned, then with the warning that a law may ask for near other targets than towns.
    """
    in_town, elsewhere = deaths_per_tonne(world)
    in_town *= war["today"][_PRESENT] * war["today"][_SHELTER]
    told = min(1.0, float(war["today"][_WARNED] * one["leaflets"]))
    saved = 1.0 - world["civilian_warning_factor"]
    near, by_law = float(world["civilian_near_dwellings"]), float(world["civilian_law_warned"])
    town = in_town * (1.0 - saved * told)
    plain = near * in_town * (1.0 - saved * told) + (1.0 - near) * elsewhere
    asked = near * in_town * (1.0 - saved * max(told, by_law)) + (1.0 - near) * elsewhere * (
        1.0 - saved * by_law
    )
    is_town = of_class == TOWN
    lines = [elsewhere, elsewhere]
    return (
        np.append(np.where(is_town, town, plain), lines),
        np.append(np.where(is_town, town, asked), lines),
    )
