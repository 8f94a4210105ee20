"""Write what the scorecard says, row by row, as the table that the atlas shows beside the record.

    scores.py

Each row carries the recipe it was made with: policy, seed, replicates, and the digests of scenario and model.
``fresh_docs.py --run`` writes it too, from the same wars as the tables of the pages.
"""

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stalemate.analysis.scorecard import Score, Scorecard, scorecard
from stalemate.ensemble.store import model_digest
from stalemate.interfaces.atlas.scores import Scored
from stalemate.scenario import read
from stalemate.scenario.schema import Scenario

SCENARIO: Final = "korea-1951"
REPLICATES: Final = 1000
TABLE: Final = Path(__file__).resolve().parents[1] / "src/stalemate/interfaces/atlas/scores.csv"


def rows(card: Scorecard, war: Scenario) -> list[Scored]:
    """Return the rows of a scorecard with its recipe."""
    return [
        Scored(
            figure=score.observed.figure,
            quantity=score.observed.quantity,
            place=score.observed.place or "",
            start=score.observed.start,
            end=score.observed.end,
            unit=score.observed.unit,
            record_low=score.observed.low,
            record_high=score.observed.high,
            role=score.observed.role,
            median=score.prediction.estimate.median,
            low=score.prediction.estimate.low,
            high=score.prediction.estimate.high,
            inside=score.inside,
            reason=score.reason or "",
            policy=card.policy,
            seed=card.seed,
            replicates=score.prediction.estimate.replicates,
            scenario=war.digest,
            model=model_digest(),
        )
        for score in card.rows
    ]


def write(card: Scorecard, war: Scenario) -> None:
    """Write the table."""
    names = [field.name for field in dataclasses.fields(Scored)]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(row, name) for name in names] for row in rows(card, war))


def scored_anew(replicates: int) -> Sequence[Score]:
    """Score the model, write the table, and return the rows."""
    war = read.load(SCENARIO)
    card = scorecard(war, replicates=replicates)
    write(card, war)
    return card.rows


if __name__ == "__main__":
    scored_anew(REPLICATES)
