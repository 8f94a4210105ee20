"""What can be asked of a run: policies, laws, rival forms, and the parameters that can be narrowed."""

from functools import cache
from typing import Final

from pydantic import BaseModel, Field

from stalemate.interfaces.atlas.runquestions import LARGEST_SEED, MOST_POLICIES, MOST_RANGES, MOST_WARS
from stalemate.scenario.air import LAWS
from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.narrow import open_to_narrowing
from stalemate.scenario.schema import Scenario

EXPOSED: Final = (
    "worth_supply",
    "worth_road",
    "worth_rail",
    "repair_man_hours_per_cut",
    "repair_labour",
    "truck_payload_t",
    "truck_lost_per_1000_sorties",
    "fire_retribution",
    "fire_surplus",
    "loss_tactics_factor",
    "loss_flak_per_1000",
    "civilian_total_deaths",
)
"""Parameters that the form shows at first: those that answers hang on most, and what harm rests on."""


class Choice(BaseModel):
    """One of the words that can be chosen, and what it means."""

    name: str
    meaning: str


class ParameterChoice(BaseModel):
    """A parameter that can be narrowed, its range as the scenario has it, and what that rests on."""

    name: str
    meaning: str
    unit: str
    low: float
    high: float
    distribution: str = Field(description="Of normal and lognormal ones the ends are the 5 and 95 % points.")
    system: str
    sources: list[str] = Field(description="Ids of figures of the record.")
    assumed: str | None = Field(description="Why it is assumed, where no figure says it.")
    shown: bool = Field(description="Whether the form shows it at first.")


class Limits(BaseModel):
    """How much can be asked for."""

    policies: int = MOST_POLICIES
    replicates: int = MOST_WARS
    seed: int = LARGEST_SEED
    ranges: int = MOST_RANGES
    waiting: int
    at_once: int


class RunOptions(BaseModel):
    """Everything that a question can be made of."""

    policies: list[Choice]
    changes: list[Choice] = Field(description="What may follow a policy's name after a colon.")
    laws: list[Choice]
    repair: list[Choice]
    fire: list[Choice]
    parameters: list[ParameterChoice]
    limits: Limits


def options_of(war: Scenario, waiting: int, at_once: int) -> RunOptions:
    """Return what can be asked of a scenario."""
    from stalemate.analysis.compare import FIRE_WORDS, REPAIR_WORDS
    from stalemate.policies.naming import CHANGES, NAMES

    def choices(words: "dict[str, str]") -> list[Choice]:
        return [Choice(name=name, meaning=meaning) for name, meaning in words.items()]

    return RunOptions(
        policies=choices(dict(NAMES)),
        changes=choices(dict(CHANGES)),
        laws=choices({law: _LAW_WORDS[law] for law in LAWS}),
        repair=choices(REPAIR_WORDS),
        fire=choices(FIRE_WORDS),
        parameters=list(parameters_of(war)),
        limits=Limits(waiting=waiting, at_once=at_once),
    )


@cache
def _known() -> dict[str, tuple[str, str]]:
    return {needed.name: (needed.meaning, needed.owner) for needed in PARAMETERS}


def parameters_of(war: Scenario) -> tuple[ParameterChoice, ...]:
    """Return the parameters of a scenario that can be narrowed, those of the form first."""
    found = []
    for name, row in open_to_narrowing(war).items():
        meaning, system = _known()[name]
        assert row.low is not None
        assert row.high is not None
        found.append(
            ParameterChoice(
                name=name,
                meaning=meaning,
                unit=row.unit,
                low=row.low,
                high=row.high,
                distribution=row.distribution,
                system=system,
                sources=list(row.sources),
                assumed=row.assumed,
                shown=name in EXPOSED,
            )
        )
    order = {name: place for place, name in enumerate(EXPOSED)}
    return tuple(sorted(found, key=lambda one: (order.get(one.name, len(order)), one.name)))


_LAW_WORDS: Final = {
    "hague-1907": "the law that bound then",
    "additional-protocol-1": "the protocol of 1977, as if it had bound then",
}
