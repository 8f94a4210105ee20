"""Textbook network interdiction: which arcs matter most, and which to protect.

Equations: docs/model/interdiction.md.

Works on abstract networks without coordinates, read from a plain table. Each answer carries its certificate:
the value after the attack, computed without the solver, and the bound that no attack can pass.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Literal

from stalemate.analysis.game import AbstractGame, Attack, Protection, protect
from stalemate.analysis.maxflow_interdiction import FlowGame
from stalemate.analysis.netfile import PlainNetwork, read_network
from stalemate.analysis.shortest_path_interdiction import PathGame
from stalemate.errors import QueryError

Question = Literal["flow", "path", "both"]
DEFAULT_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Answer:
    """One question's answer.

    ``plain``: the value unattacked. ``witness``: arcs of a cut, or of a path, after the attack.
    ``question``: flow (values are capacities) or path (values are lengths), in the table's own units.
    """

    question: str
    plain: float
    attack: Attack
    witness: tuple[int, ...]
    protection: Protection | None


@dataclass(frozen=True)
class Interdiction:
    """The answers to what was asked: ``budget`` of the attacker, and how many arcs may be ``protected``."""

    network: PlainNetwork
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    budget: float
    protected: int
    answers: tuple[Answer, ...]


def interdict(
    network: PlainNetwork | Path | str,
    sources: Iterable[str],
    sinks: Iterable[str],
    attacks: float,
    *,
    question: Question | None = None,
    protected: int | None = None,
    undirected: bool = False,
    seconds: float = DEFAULT_SECONDS,
) -> Interdiction:
    """Find the best attack within the budget ``attacks``, and the best arcs to protect before it.

    network: a table's path, or one read already (``undirected`` then counts for nothing). question: all that
    the table has numbers for, by default. protected: how many arcs the defender protects, as many as
    ``attacks`` by default; 0 leaves that question out. seconds: most time for the attack, and again for the
    protection; what is not proven by then has a gap.

    Raises NetworkError with all faults of the table; QueryError for an unknown node, a node that is source
    and sink, a question that the table has no numbers for, no path, or a number out of range.
    """
    if not (math.isfinite(attacks) and 0 <= attacks <= 1e9):
        raise QueryError(f"attacks: found {attacks}; expected a number from 0 to 1,000,000,000")
    if protected is not None and protected < 0:
        raise QueryError(f"protected: found {protected}; expected a number of arcs, 0 or more")
    if not seconds > 0:
        raise QueryError(f"seconds: found {seconds}; expected more than 0")
    net = network
    if not isinstance(net, PlainNetwork):
        net = read_network(Path(net), undirected=undirected)
    starts, ends = net.places(sources, "source"), net.places(sinks, "sink")
    both = [net.nodes[node] for node in starts if node in ends]
    if both:
        raise QueryError(f"{', '.join(both)} is source and sink; expected different nodes")
    count = min(int(attacks), len(net.ends)) if protected is None else protected
    games: list[AbstractGame] = []
    for asked in _questions(net, question):
        games.append((FlowGame if asked == "flow" else PathGame)(net, starts, ends, attacks))
    return Interdiction(
        net,
        tuple(net.nodes[node] for node in starts),
        tuple(net.nodes[node] for node in ends),
        attacks,
        count,
        tuple(_answer(game, count, seconds) for game in games),
    )


def _questions(net: PlainNetwork, question: str | None) -> list[str]:
    known = [name for name, numbers in (("flow", net.capacity), ("path", net.length)) if numbers]
    if question is None:
        return known
    wanted = ["flow", "path"] if question == "both" else [question]
    columns = {"flow": "capacity", "path": "length and delay"}
    for name in wanted:
        if name not in columns:
            raise QueryError(f"question: found {name!r}; expected flow, path or both")
        if name not in known:
            raise QueryError(f"question {name}: the table has no {columns[name]}; add it, or ask {known[0]}")
    return wanted


def _answer(game: AbstractGame, count: int, seconds: float) -> Answer:
    plain = game.value(())
    if math.isinf(plain):
        raise QueryError("no path leads from a source to a sink; there is nothing to make longer")
    attack = game.attack((), until=monotonic() + seconds)
    protection = protect(game, count, attack, until=monotonic() + seconds) if count else None
    return Answer(game.question, plain, attack, game.witness(attack.arcs), protection)
