"""An article for each system of the model, from its own registry: what it does, reads, writes, rests on."""

import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache

from stalemate.engine.day import DAY
from stalemate.ensemble.questions import QUANTITIES
from stalemate.ensemble.store import model_digest
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.scores import Scored, scored
from stalemate.scenario.catalogue import PARAMETERS, Needed
from stalemate.scenario.schema import Observed, Parameter
from stalemate.systems.variables import BY_NAME, Variable


@dataclass(frozen=True)
class Article:
    """What is told of one system."""

    number: int
    name: str
    heading: str
    writes_in_words: str
    paragraphs: tuple[str, ...]
    equations: str
    reads: tuple[Variable, ...]
    reads_yesterday: tuple[Variable, ...]
    writes: tuple[Variable, ...]
    parameters: tuple[tuple[Needed, tuple[Parameter, ...]], ...]
    observations: tuple[tuple[Observed, Scored | None], ...]
    """What is held against the record, each with what the model said when it was last scored."""
    scored_anew: bool
    """Whether model and scenario are still those of the stored scores."""


@cache
def systems() -> dict[str, int]:
    """Return the systems by name with their number in the day."""
    return {system.name: number for number, system in DAY}


def article(archive: Archive, name: str) -> Article:
    """Return the article of a system that there is."""
    number, system = next((number, system) for number, system in DAY if system.name == name)
    told = inspect.cleandoc(sys.modules[type(system).__module__].__doc__ or "")
    first, *rest = re.split(r"\n\s*\n", told)
    equations = re.search(r"docs/model/[a-z_]+\.md", told)
    rows = archive.parameters_of(name)
    known = {(one.figure, one.quantity, one.place, one.start): one for one in scored()}
    needed = [one for one in PARAMETERS if one.owner == name]
    return Article(
        number=number,
        name=name,
        heading=re.sub(r"\s*Equations:\s*\S+", "", first),
        writes_in_words=(type(system).__doc__ or "").strip(),
        paragraphs=tuple(rest),
        equations=equations[0] if equations else "",
        reads=tuple(BY_NAME[field] for field in system.reads),
        reads_yesterday=tuple(BY_NAME[field] for field in system.reads_yesterday),
        writes=tuple(BY_NAME[field] for field in system.writes),
        parameters=tuple((one, tuple(row for row in rows if row.name == one.name)) for one in needed),
        observations=tuple(
            (row, known.get((row.figure, row.quantity, row.place or "", row.start)))
            for row in archive.war.observations
            if _owner(row.quantity) == name
        ),
        scored_anew=all(
            (row.scenario, row.model) == (archive.war.digest, model_digest()) for row in scored()
        ),
    )


def _owner(quantity: str) -> str:
    """Return the system that writes a quantity, or the first field it is made from."""
    fields = QUANTITIES[quantity].recorded if quantity in QUANTITIES else ()
    return BY_NAME[fields[0]].owner if fields else ""
