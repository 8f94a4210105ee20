"""Runs as plain files: the page of each with its charts and tables, and a list that leads there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stalemate.errors import QueryError
from stalemate.interfaces.atlas.addresses import file_of, relative_from
from stalemate.interfaces.atlas.bench import Bench
from stalemate.interfaces.atlas.runpages import exported_run
from stalemate.interfaces.atlas.runquestions import RunQuestion, plain, question_of
from stalemate.interfaces.atlas.site import Site

if TYPE_CHECKING:
    from stalemate.ensemble.store import Recipe

_JOB: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class StoredRun:
    """A run with what it says: its name on the pages, its question, its answer."""

    name: str
    question: RunQuestion
    answer: dict[str, Any]


def stored_run(bench: Bench, named: str) -> StoredRun:
    """Return a run by its name in the workbench, or by the folder it is stored in, with what it says.

    Raises QueryError if there is neither, or if it is not done; RunError if the folder holds no whole run.
    """
    from stalemate.ensemble.runs import read_run
    from stalemate.interfaces.atlas.runanswers import answer_of

    if _JOB.fullmatch(named) and not Path(named).exists():
        place, kept = bench.jobs.run_of(named), bench.kept(named)
        answer = kept.answer if kept else answer_of(read_run(place), bench.war)
        return StoredRun(named, question_of(bench.asked(named)), answer)
    runs = read_run(Path(named))
    if runs.recipe.scenario != bench.war.name:
        raise QueryError(f"{named} is a run of {runs.recipe.scenario}; the pages are of {bench.war.name}")
    name = re.sub(r"[^a-z0-9-]+", "-", Path(named).resolve().name.lower()).strip("-") or "run"
    return StoredRun(name, _question(runs.recipe), answer_of(runs, bench.war))


def run_files(site: Site, runs: Sequence[StoredRun]) -> dict[str, bytes]:
    """Return the files of the pages of runs by name. Raises QueryError if two have one name."""
    from stalemate.interfaces.atlas.runtables import Tables, metadata_of

    if not runs:
        return {}
    names = [one.name for one in runs]
    if len(set(names)) < len(names):
        raise QueryError(f"two runs would stand under one name: {', '.join(names)}; rename a folder")
    files: dict[str, bytes] = {}
    rows = []
    for one in runs:
        where = f"/runs/{one.name}"
        values = exported_run(one.name, one.question, one.answer, relative_from(where))
        rows.append(values["run"])
        files[file_of(where)] = site.render("run.html", relative_from(where), **values).encode()
        for table in Tables(one.answer).all.values():
            for ending in table.formats:
                about = metadata_of(one.answer, one.name)
                files[f"runs/{one.name}/{table.key}.{ending}"] = table.file(ending, about)
    page = site.render(
        "runs.html", relative_from("/runs"), here="/runs", served=False, rows=rows, plain=plain
    )
    return files | {file_of("/runs"): page.encode()}


def _question(recipe: "Recipe") -> RunQuestion:
    from stalemate.ensemble.jobs import Asked

    return question_of(
        Asked(
            policies=tuple(policy.name for policy in recipe.policies),
            replicates=recipe.replicates,
            seed=recipe.seed,
            since_parting=recipe.window_start > recipe.start,
            repair=recipe.repair,
            fire=recipe.fire,
            ranges=recipe.ranges,
        )
    )
