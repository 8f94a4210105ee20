"""Best plans of sorties for many wars at once, each to proven optimality: docs/model/frontier.md.

For targets i and classes of aircraft a, over sorties n >= 0,

    maximise    sum_i objective_i (1 - exp(-d_i)) - sum_ia price_ia n_ia,      d_i = sum_a rate_ia n_ia
    subject to  sum_ia use_ria n_ia <= limit_r                                 for every limit r
                sum over i of group j of gain_i (1 - exp(-d_i)) >= floor_j     for every floor j.

All is concave, so the conditions of Karush, Kuhn and Tucker suffice. They are solved by the primal-dual
interior-point method with Mehrotra's correction (S. J. Wright 1997, *Primal-Dual Interior-Point Methods*),
the same step for all wars side by side: a target's block of the Hessian is diagonal plus rank one, so a step
costs one small system of the size of limits and floors. The proof is apart from the method: the multipliers,
whatever their origin, give Lagrange's bound on every plan, and the plan's own value bounds it from below.
"""

from dataclasses import dataclass, fields
from typing import Final, Self, final

import numpy as np
import numpy.typing as npt

from stalemate.errors import ModelError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

GAP: Final = 1e-6
"""What a plan may fall short of its bound, as a share of the value; floors are met within the same."""

_AIM: Final = 1e-8
_SPENT: Final = 1e-24
"""Mean product below which rounding leaves nothing to be found."""
_MOST_STEPS: Final = 120
_TO_THE_EDGE: Final = 0.995
"""Share of the way to the nearest bound that a step goes at most."""
_BALANCE: Final = 1e-4
"""No product of a variable and its multiplier may fall below this share of their mean: steps are cut until
none does. Without it a slack can vanish while its floor is still missed."""
_MOST_CAREFUL_STEPS: Final = 600
_MOST_CHANGE: Final = 1.0
"""Most damage that a careful step adds to a target or takes away."""
_IN_STEP: Final = 0.1
"""The products are never driven below this share of what the equations are still wrong by: a method that
closes in on the boundary sooner than on the equations comes to a halt there."""
_RIDGE: Final = 1e-14
_MOST_CUTS: Final = 40
_SLOW: Final = 0.1
"""A step that goes less far is tried again towards the centre."""
_TINY: Final = 1e-300
_NOTHING: Final = 1e-15
"""A bound so little above the value, as a share of all there is to gain, is no gap."""


@dataclass(frozen=True)
class Program:
    """One program a war. Arrays begin with the war.

    ``objective``: (war, target); ``price`` and ``rate``: (war, target, class), a rate of 0 where the class
    may not go. ``use``: (war, limit, target, class); ``limit``: (war, limit), infinite where nothing binds.
    ``gain``: (war, target); ``group``: (target,), the floor that the target counts towards, -1 for none;
    ``floor``: (war, floor), 0 or less where it asks for nothing.
    """

    objective: Floats
    price: Floats
    rate: Floats
    use: Floats
    limit: Floats
    gain: Floats
    group: npt.NDArray[np.int64]
    floor: Floats


@dataclass(frozen=True)
class Solved:
    """A plan with its proof, for every war.

    ``sorties``: (war, target, class), within all limits. ``value`` and ``bound``: (war,); no plan that keeps
    limits and floors is worth more than the bound. ``worth``: (war, limit), what one more unit of a limit
    adds; ``toll``: (war, floor), what one unit more of a floor costs. ``gap``: (war,), by what share of the
    value the bound lies above it; ``short``: (war,), the largest share by which the plan misses a floor.
    """

    sorties: Floats
    value: Floats
    bound: Floats
    worth: Floats
    toll: Floats
    gap: Floats
    short: Floats


def solve(program: Program) -> Solved:
    """Return the best plan of every war, with its bound.

    Raises ModelError where no plan was found within ``GAP`` of its bound and its floors.
    """
    scaled = _Scaled(program)
    best = _judge(scaled, _start(scaled))
    for careful in (False, True):
        again = np.flatnonzero(best.miss > GAP) if careful else np.arange(len(best.miss))
        if again.size:
            _approach(scaled, best, again, careful)
    worst = int(np.argmax(best.miss))
    if best.miss[worst] > GAP:
        raise ModelError(
            f"no best plan was proven in war {worst}: its bound lies {best.gap[worst]:.1g} above it, its "
            f"floors are missed by {best.short[worst]:.1g}; expected at most {GAP:g}"
        )
    return _answer(program, scaled, best)


def _approach(scaled: "_Scaled", best: "_Judged", going: Places, careful: bool) -> None:
    """Go step by step in some wars, from the start, and put the best that is found into ``best``."""
    point = _start(scaled)
    for _ in range(_MOST_CAREFUL_STEPS if careful else _MOST_STEPS):
        if not going.size:
            return
        part = scaled.take(going)
        moved = _step(part, point.take(going), careful)
        point.put(going, moved)
        found = _judge(part, moved)
        better = found.miss < best.miss[going]
        best.put(going[better], found.take(np.flatnonzero(better)))
        going = going[~found.done & (moved.mean > _SPENT)]


def damage(rate: Floats, sorties: Floats) -> Floats:
    """Return the share of each target that a plan destroys: (war, target)."""
    return np.asarray(-np.expm1(-(rate * sorties).sum(-1)))


def profit(worth: Floats, rate: Floats, cost: Floats) -> Floats:
    """Return the most that each target can bring beyond its cost: (war, target).

    worth: (war, target), of all of it; rate and cost: (war, target, class), of a sortie. The best damage is
    ln(worth / c) where c, the least cost of a unit of damage over the classes, is below the worth.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        by_damage = np.where(rate > 0, cost / rate, np.inf).min(2)
        cheap = np.where(worth > 0, np.minimum(by_damage / worth, 1.0), 1.0)
        return np.asarray(worth * (1.0 - cheap + np.where(cheap > 0, cheap * np.log(cheap), 0.0)))


class _Scaled:
    """The programs in shares: of the most that a class could fly, of each limit and floor, of all there is.

    A column that is closed keeps a price and nothing else, so its sorties go to 0.
    """

    def __init__(self, program: Program) -> None:
        worth = program.objective > 0
        counted = (program.group >= 0) & (program.gain > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(program.use > 0, program.limit[:, :, None, None] / program.use, np.inf)
        room = each.min(1)
        self.open = (program.rate > 0) & (worth | counted)[:, :, None] & (room > 0)
        if np.isinf(room[self.open]).any():
            raise ModelError("a best plan needs a limit on the sorties of every class; found a class without")
        self.unit = np.where(self.open, room, 0.0).max(1)
        unit = self.unit[:, None, :]
        bound = np.isfinite(program.limit) & (program.limit > 0)
        limit = np.where(bound, program.limit, 1.0)[:, :, None, None]
        self.rows = np.where(bound[:, :, None, None] & self.open[:, None], program.use * unit[:, None], 0.0)
        self.rows /= limit
        self.rate = np.where(self.open, program.rate * unit, 0.0)
        price = program.price * unit
        self.scale = np.maximum(program.objective.sum(1), np.where(self.open, price, 0.0).max((1, 2)))
        self.scale = np.where(self.scale > 0, self.scale, 1.0)
        self.objective = program.objective / self.scale[:, None]
        self.price = np.where(self.open, price / self.scale[:, None, None], 1.0)
        asked = program.floor > 0
        self.target_floor = np.where(asked, 1.0, -1.0)
        self.group = program.group
        self.member = (self.group[None, :] == np.arange(asked.shape[1])[:, None]).astype(float)
        floor = np.where(asked, program.floor, np.inf)
        self.gain = program.gain * (1.0 / floor @ self.member)
        self.binding = np.concatenate([bound, asked], axis=1)

    def take(self, wars: Places) -> "_Scaled":
        """Return the programs of some wars."""
        part = object.__new__(_Scaled)
        part.group, part.member = self.group, self.member
        for name in ("open", "unit", "rows", "rate", "scale", "objective", "price", "target_floor", "gain"):
            setattr(part, name, getattr(self, name)[wars])
        part.binding = self.binding[wars]
        return part


@dataclass(frozen=True)
class _Arrays:
    """Arrays of one row a war, of which some rows may be taken or put back."""

    def take(self, wars: Places) -> Self:
        return type(self)(*(getattr(self, field.name)[wars] for field in fields(self)))

    def put(self, wars: Places, rows: Self) -> None:
        for field in fields(self):
            getattr(self, field.name)[wars] = getattr(rows, field.name)


@final
@dataclass(frozen=True)
class _Point(_Arrays):
    """Where the method stands: sorties x with multipliers z, slacks s of limits and floors with theirs, q."""

    x: Floats
    z: Floats
    s: Floats
    q: Floats

    @property
    def mean(self) -> Floats:
        """Mean product of a variable and its multiplier: (war,)."""
        total = (self.x * self.z).sum((1, 2)) + (self.s * self.q).sum(1)
        return np.asarray(total / (self.x[0].size + self.s[0].size))


@final
@dataclass(frozen=True)
class _Judged(_Arrays):
    """A feasible plan and multipliers, with what they prove, all in the program's shares."""

    plan: Floats
    multiplier: Floats
    value: Floats
    bound: Floats
    gap: Floats
    short: Floats

    @property
    def miss(self) -> Floats:
        """Return how far it is from a proof."""
        return np.maximum(self.gap, self.short)

    @property
    def done(self) -> Flags:
        """Return where nothing more is asked."""
        return self.miss <= _AIM


def _start(scaled: _Scaled) -> _Point:
    """Begin with every class spread thin over all that is open to it, well inside all limits."""
    many = np.maximum(scaled.open.sum(1, keepdims=True), 1)
    x = np.where(scaled.open, 0.5 / many, 1e-3)
    used = (scaled.rows * x[:, None]).sum((2, 3)).max(1, initial=1e-9)
    x /= np.maximum(1.0, 2.0 * used)[:, None, None]
    wars, rows = scaled.binding.shape
    limits = scaled.rows.shape[1]
    s = np.ones((wars, rows))
    s[:, :limits] -= (scaled.rows * x[:, None]).sum((2, 3))
    q = 0.1 / s
    return _Point(x, 0.01 / x / many.mean((1, 2), keepdims=True), s, q)


def _step(scaled: _Scaled, at: _Point, careful: bool) -> _Point:
    """Take one step: the plain Newton direction first, then the one that it teaches.

    A careful step goes half way to the centre instead, and no farther than the gains are nearly straight.
    """
    wars, limits = scaled.rows.shape[:2]
    left = np.exp(-(scaled.rate * at.x).sum(2))
    on_floor = at.q[:, limits:] @ scaled.member
    bend = (scaled.objective + on_floor * scaled.gain) * left
    slope = (scaled.gain * left)[:, :, None] * scaled.rate
    rows = np.concatenate([scaled.rows, -scaled.member[None, :, :, None] * slope[:, None]], axis=1)
    flat = rows.reshape(wars, rows.shape[1], -1)
    got = ((scaled.gain * (1.0 - left)) @ scaled.member.T) - scaled.target_floor
    room = 1.0 - (flat[:, :limits] @ at.x.reshape(wars, -1, 1))[:, :, 0]
    lacking = np.concatenate([room, got], axis=1) - at.s
    pull = (scaled.objective * left)[:, :, None] * scaled.rate - scaled.price + at.z
    pull -= (at.q[:, None, :] @ flat).reshape(at.x.shape)
    inverse = _Inverse(at.x / at.z, scaled.rate, bend)
    eased = inverse(np.moveaxis(rows, 1, 3))
    system = flat @ eased.reshape(wars, -1, rows.shape[1])
    diagonal = np.arange(rows.shape[1])
    system[:, diagonal, diagonal] += at.s / at.q
    system[:, diagonal, diagonal] *= 1.0 + _RIDGE

    def direction(on_x: Floats, on_s: Floats) -> _Point:
        b = pull + on_x / at.x
        right = (flat @ inverse(b[..., None])[..., 0].reshape(wars, -1, 1))[:, :, 0] - lacking + on_s / at.q
        dq = np.asarray(np.linalg.solve(system, right[..., None])[..., 0], np.float64)
        dx = inverse((b - (dq[:, None, :] @ flat).reshape(at.x.shape))[..., None])[..., 0]
        return _Point(dx, (on_x - at.z * dx) / at.x, (on_s - at.s * dq) / at.q, dq)

    xz, sq, mean = at.x * at.z, at.s * at.q, at.mean
    wrong = (np.abs(pull) * at.x).sum((1, 2)) + (np.abs(lacking) * at.q).sum(1)
    least = _IN_STEP * wrong / (at.x[0].size + at.s[0].size)
    if careful:
        aim = np.maximum(0.5 * mean, least)
        then = direction(aim[:, None, None] - xz, aim[:, None] - sq)
        change = np.abs((scaled.rate * then.x).sum(2)).max(1)
        return _advance(at, then, _MOST_CHANGE / np.maximum(change, _TINY))[0]
    first = direction(-xz, -sq)
    after = _moved(at, first, np.minimum(*_reach(at, first))).mean
    aim = np.maximum(mean * np.clip(after / mean, 0.0, 1.0) ** 3, least)
    then = direction(
        aim[:, None, None] - xz - first.x * first.z,
        aim[:, None] - sq - first.s * first.q,
    )
    moved, length = _advance(at, then)
    slow = np.flatnonzero(length < _SLOW)
    if slow.size:
        aim = np.maximum(0.7 * mean, least)
        central = direction(aim[:, None, None] - xz, aim[:, None] - sq)
        again, far_enough = _advance(at, central)
        better = slow[far_enough[slow] > length[slow]]
        moved.put(better, again.take(better))
    return moved


def _advance(at: _Point, way: _Point, most: Floats | float = 1.0) -> tuple[_Point, Floats]:
    """Go as far as all stays positive and in balance; return where that is, and how far it was.

    One length for all: the gains bend, so the multipliers' equations hold only where x goes too.
    """
    length = np.minimum(_TO_THE_EDGE * np.minimum(*_reach(at, way)), most)
    moved = _moved(at, way, length)
    for _ in range(_MOST_CUTS):
        least = np.minimum((moved.x * moved.z).min((1, 2)), (moved.s * moved.q).min(1))
        stray = least < _BALANCE * moved.mean
        if not stray.any():
            break
        length = np.where(stray, 0.7 * length, length)
        moved = _moved(at, way, length)
    return moved, length


def _moved(at: _Point, way: _Point, length: Floats) -> _Point:
    wide, narrow = length[:, None, None], length[:, None]
    return _Point(at.x + wide * way.x, at.z + wide * way.z, at.s + narrow * way.s, at.q + narrow * way.q)


class _Inverse:
    """The inverse of a target's block, diagonal plus rank one: (Sherman and Morrison 1950)."""

    def __init__(self, diagonal: Floats, rate: Floats, bend: Floats) -> None:
        self._diagonal, self._rate = diagonal[..., None], (diagonal * rate)[..., None]
        self._plain_rate = rate[..., None]
        self._share = (bend / (1.0 + bend * (rate * rate * diagonal).sum(2)))[:, :, None, None]

    def __call__(self, columns: Floats) -> Floats:
        """columns: (war, target, class, column)."""
        along = (self._rate * columns).sum(2, keepdims=True)
        return np.asarray(self._diagonal * columns - self._rate * (self._share * along))


def _reach(at: _Point, way: _Point) -> tuple[Floats, Floats]:
    """Return how far x and s, and how far z and q, may go before one of them is 0, at most all the way."""

    def room(now: Floats, change: Floats) -> Floats:
        with np.errstate(divide="ignore", over="ignore"):
            ratio = np.where(change < 0, -now / np.where(change < 0, change, -1.0), np.inf)
        return np.asarray(ratio.reshape(len(now), -1).min(1))

    return (
        np.minimum(1.0, np.minimum(room(at.x, way.x), room(at.s, way.s))),
        np.minimum(1.0, np.minimum(room(at.z, way.z), room(at.q, way.q))),
    )


def _judge(scaled: _Scaled, at: _Point) -> _Judged:
    """Make a plan within all limits of where the method stands, and prove how good it is."""
    limits = scaled.rows.shape[1]
    plan = np.where(scaled.open, at.x, 0.0)
    used = (scaled.rows * plan[:, None]).sum((2, 3)).max(1, initial=0.0)
    plan = plan / np.maximum(1.0, used)[:, None, None]
    struck = damage(scaled.rate, plan)
    value = (scaled.objective * struck).sum(1) - (np.where(scaled.open, scaled.price, 0.0) * plan).sum((1, 2))
    multiplier = np.where(scaled.binding, at.q, 0.0)
    bound = _bound(scaled, multiplier)
    asked = scaled.binding[:, limits:]
    missed = np.where(asked, 1.0 - (scaled.gain * struck) @ scaled.member.T, 0.0)
    short = missed.max(1, initial=0.0)
    over = bound - value
    gap = np.where(over <= _NOTHING, 0.0, over / np.maximum(np.abs(value), _TINY))
    return _Judged(
        plan,
        multiplier,
        value,
        bound,
        gap,
        short,
    )


def _bound(scaled: _Scaled, multiplier: Floats) -> Floats:
    """Return Lagrange's bound on every plan: with prices on limits and floors each target stands alone."""
    limits = scaled.rows.shape[1]
    on_floor = multiplier[:, limits:]
    worth = scaled.objective + (on_floor @ scaled.member) * scaled.gain
    cost = scaled.price + (multiplier[:, :limits, None, None] * scaled.rows).sum(1)
    alone = profit(worth, np.where(scaled.open, scaled.rate, 0.0), cost)
    return np.asarray(alone.sum(1) + multiplier[:, :limits].sum(1) - on_floor.sum(1))


def _answer(program: Program, scaled: _Scaled, best: _Judged) -> Solved:
    """Turn shares back into sorties, and multipliers into what a unit is worth."""
    limits = scaled.rows.shape[1]
    worth = best.multiplier * scaled.scale[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_limit = np.where(scaled.binding[:, :limits], worth[:, :limits] / program.limit, 0.0)
        by_floor = np.where(scaled.binding[:, limits:], worth[:, limits:] / program.floor, 0.0)
    return Solved(
        best.plan * scaled.unit[:, None, :],
        best.value * scaled.scale,
        best.bound * scaled.scale,
        by_limit,
        by_floor,
        best.gap,
        best.short,
    )
