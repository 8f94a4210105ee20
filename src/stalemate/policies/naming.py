"""Policies by name: ``banfill``, ``smart:delay=30``, ``historical:law=additional-protocol-1``.

What follows a colon wraps what stands before it, from left to right.
"""

import difflib
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from stalemate.errors import PolicyError
from stalemate.policies import wrappers
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.plans import (
    Banfill,
    BanfillAdded,
    CloseSupport,
    Historical,
    NoBombing,
    NoDams,
    NoRestrictions,
    Optimal,
    Restraint,
    Smart,
)
from stalemate.scenario.air import LAWS
from stalemate.scenario.schema import MOST_DAYS, Scenario

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        plan.name: plan.summary
        for plan in (
            Historical,
            Banfill,
            BanfillAdded,
            Smart,
            CloseSupport,
            Restraint,
            NoDams,
            NoRestrictions,
            Optimal,
            NoBombing,
        )
    }
)
"""Every policy of the program with one line on it."""

CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cap": "cap=0.5: this share of the policy's sorties at lines, roads and fixed targets",
        "effort": "effort=record: its own mix, with as many of these sorties as the record flew each month",
        "delay": "delay=30: the policy begins so many days later, at most ten years",
        "truce": "truce=1952-10-08..1953-04-26: no attack on anything from day to day",
        "law": f"law={LAWS[-1]}: the policy under that body of law from the first day",
    }
)
"""What may follow a policy's name after a colon."""

MOST_CHANGES: Final = 8
"""Changes of one policy, at most."""

_WINTERS: Final[Mapping[str, Callable[[date, date, date], AbstractPolicy]]] = {
    "smart": Smart,
    "no-restrictions": NoRestrictions,
    "optimal": Optimal,
}
_DATED: Final[Mapping[str, Callable[[date], AbstractPolicy]]] = {
    "close-support": CloseSupport,
    "restraint": Restraint,
    "no-dams": NoDams,
}


def named(name: str, scenario: Scenario) -> AbstractPolicy:
    """Return a policy by name, with its dates from the scenario's manifest, and the changes that follow.

    Raises PolicyError for an unknown name or change, or a date that the manifest lacks.
    """
    plain, *changes = name.split(":")
    if len(changes) > MOST_CHANGES:
        raise PolicyError(f"policy {plain[:60]!r}: found {len(changes)} changes; at most {MOST_CHANGES}")
    policy = _plan(plain, scenario)
    for change in changes:
        policy = _changed(policy, change, scenario)
    return policy


def _plan(name: str, scenario: Scenario) -> AbstractPolicy:
    if name == Historical.name:
        return Historical()
    if name == NoBombing.name:
        return NoBombing(scenario.start)
    if name in _DATED:
        return _DATED[name](_date(scenario, name, "parts"))
    if name in (Banfill.name, BanfillAdded.name):
        starts, ends, parts = (
            _date(scenario, Banfill.name, key) for key in ("model_starts", "model_ends", "parts")
        )
        banfill = Banfill(starts, ends, parts)
        return banfill if name == Banfill.name else BanfillAdded(banfill, parts)
    if name in _WINTERS:
        starts, ends = (_date(scenario, Banfill.name, key) for key in ("model_starts", "model_ends"))
        return _WINTERS[name](starts, ends, _date(scenario, Smart.name, "parts"))
    near = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise PolicyError(f"found the policy {name[:60]!r}; expected one of {', '.join(NAMES)}{hint}")


def _changed(policy: AbstractPolicy, change: str, scenario: Scenario) -> AbstractPolicy:
    key, _, value = change.partition("=")
    if key not in CHANGES:
        known = "; ".join(CHANGES.values())
        raise PolicyError(
            f"policy {policy.label!r}: found the change {change[:60]!r}; expected one of {known}"
        )
    try:
        if key == "cap":
            share = float(value)
            if not 0 <= share < float("inf"):
                raise ValueError
            return wrappers.capped(policy, share, scenario.start)
        if key == "effort":
            if value != "record":
                raise ValueError
            return wrappers.matched(policy, scenario.start)
        if key == "delay":
            days = int(value)
            if not 0 <= days <= MOST_DAYS:
                raise ValueError
            return wrappers.delayed(policy, days)
        if key == "truce":
            begins, ends = (date.fromisoformat(day) for day in value.split(".."))
            if not scenario.start <= begins <= ends:
                raise ValueError
            return wrappers.truce(policy, begins, ends)
    except ValueError:
        raise PolicyError(
            f"policy {policy.label!r}: found the change {change[:60]!r}; expected one as {CHANGES[key]}"
        ) from None
    for law in LAWS:
        if value == law:
            return wrappers.under_law(policy, law, scenario.start)
    raise PolicyError(
        f"policy {policy.label!r}: found the law {value[:60]!r}; expected one of {', '.join(LAWS)}"
    )


def _date(scenario: Scenario, policy: str, key: str) -> date:
    try:
        return scenario.policies[policy][key]
    except KeyError:
        message = f"scenario {scenario.name!r} gives no date {key!r} for the policy {policy!r}"
        raise PolicyError(f"{message}; add it to [policies.{policy}] in scenario.toml") from None
