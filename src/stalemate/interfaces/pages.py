"""Pages that stand alone: the scorecard, and the report of stored runs. No script, no address to fetch.

What stands in tables is escaped, so a scenario's texts cannot become markup. The same runs give the same
bytes.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import isnan
from shlex import quote
from typing import Any, Final

from stalemate.analysis.compare import Comparison, Contrast, FormContrast, comparison_of, estimate_of
from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.predict import HISTORICAL
from stalemate.analysis.scorecard import Score, Scorecard, scorecard_of
from stalemate.analysis.verdict import verdict
from stalemate.ensemble.outcomes import GROUPS, OUTCOMES, Outcome, outcome_named
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Recipe
from stalemate.errors import QueryError
from stalemate.evidence.figure import Source
from stalemate.evidence.ledger import Ledger
from stalemate.interfaces.strips import strip_of
from stalemate.interfaces.templating import environment
from stalemate.interfaces.wartables import MARKS, asked, span
from stalemate.scenario.schema import Scenario

SHORT: Final = ("front_tonnes", "shells_communist", "aircraft_lost", "civilian_deaths", "displaced")
"""Outcomes that are told first: what reaches the front, what comes of it, and what it costs to whom."""
FORM_OUTCOMES: Final = ("front_tonnes", "shells_communist", "aircraft_lost", "civilian_deaths")
"""Outcomes whose difference is shown under each rival form."""


@dataclass(frozen=True)
class Answer:
    """What one run says: of two policies their comparison, of another number each policy's outcomes."""

    heading: str
    recipe: Recipe
    policies: tuple[str, ...]
    said: tuple[str, ...]
    comparison: Comparison | None
    short: tuple[Contrast, ...]
    outcomes: tuple[tuple[Outcome, tuple[Estimate, ...]], ...]
    forms: tuple[tuple[FormContrast, tuple[Estimate, ...]], ...]
    form_labels: tuple[str, ...]
    chart: str
    map: str
    map_caption: str
    again: str


def scorecard_page(card: Scorecard) -> str:
    """Return the scorecard with a picture a row."""
    again = f"stalemate scorecard --replicates {card.replicates} --seed {card.seed}"
    if card.posterior:
        again += f" --posterior {quote(card.posterior.partition(' ')[0])}"
    return _page("scorecard.html", title="The model against the record", card=card, again=again)


def report_page(runs: Sequence[Runs], war: Scenario, ledger: Ledger) -> str:
    """Return the report of stored runs of one scenario, in their order; the first is the main question.

    Raises QueryError without matplotlib, and with every run that is of another scenario.
    """
    if find_spec("matplotlib") is None:
        raise QueryError("a report needs matplotlib; install it with: pip install 'stalemate-lab[plot]'")
    foreign = [
        f"run {place} is of {one.recipe.scenario} {one.recipe.scenario_digest[:16]}, not of {war.name} "
        f"{war.digest[:16]}"
        for place, one in enumerate(runs, 1)
        if one.recipe.scenario_digest != one.recipe.as_fought(war).digest
    ]
    if foreign:
        raise QueryError("\n".join([*foreign, "report runs of one scenario together, as it now stands"]))
    answers = [_answer(one, one.recipe.as_fought(war), ledger) for one in runs]
    card = _card(runs, war)
    misses = [row for row in card.rows if row.counts and not row.inside] if card else []
    main = answers[0]
    return _page(
        "report.html",
        title=main.heading,
        war=war,
        answers=answers,
        card=card,
        misses=misses,
        sourced=sum(not row.assumed for row in war.parameters),
        assumed=sum(bool(row.assumed) for row in war.parameters),
        sources=_sources(card.rows if card else (), ledger),
    )


def _answer(runs: Runs, war: Scenario, ledger: Ledger) -> Answer:
    from stalemate.interfaces.reportpictures import war_map, weekly_chart

    recipe = runs.recipe
    names = tuple(policy.name for policy in recipe.policies)
    comparison = comparison_of(runs, war) if len(names) == 2 else None
    drawable = bool(war.nodes)
    what = "Railways; towns with the share on record as destroyed by the end of the war; the front"
    beside = f". Beside each sector: {names[0]} less {names[1]}, median" if comparison else ""
    return Answer(
        heading=_heading(names),
        recipe=recipe,
        policies=names,
        said=verdict(comparison) if comparison else (),
        comparison=comparison,
        short=tuple(comparison.contrast(name) for name in SHORT) if comparison else (),
        outcomes=tuple(
            (o, tuple(estimate_of(o, kept.outcomes[o.name]) for kept in runs.kept)) for o in OUTCOMES
        ),
        forms=_forms(comparison) if comparison else (),
        form_labels=tuple(outcome_named(name).label for name in FORM_OUTCOMES),
        chart=_address(weekly_chart(runs, war.observations)),
        map=_address(war_map(war, ledger, runs)) if drawable else "",
        map_caption=f"{what}{beside}. Coast and rivers: GSHHG, WDBII, LGPL 3.",
        again=again_of(recipe),
    )


def _address(picture: bytes) -> str:
    return "data:image/svg+xml;base64," + b64encode(picture).decode()


def _heading(names: Sequence[str]) -> str:
    if len(names) == 2:
        return f"Would {names[0]} have served better than {names[1]}, and at what cost to whom?"
    return f"What happens under {', '.join(names)}"


def _forms(comparison: Comparison) -> tuple[tuple[FormContrast, tuple[Estimate, ...]], ...]:
    wanted = [outcome_named(name) for name in FORM_OUTCOMES]
    return tuple(
        (form, tuple(c.difference for outcome in wanted for c in form.contrasts if c.outcome == outcome))
        for form in comparison.forms
    )


def again_of(recipe: Recipe) -> str:
    """Return the command that fights a run again; a shell takes its names for names whatever they hold."""
    names = [policy.name for policy in recipe.policies]
    verb = "compare" if len(names) == 2 else "run"
    forms = [f"--{kind} {quote(form)}" for kind in ("repair", "fire") for form in getattr(recipe, kind)]
    posterior = [f"--posterior {quote(recipe.posterior.partition(' ')[0])}"] if recipe.posterior else []
    parts = [
        f"stalemate {verb} {' '.join(map(quote, names))}",
        f"--scenario {quote(recipe.scenario)}",
        f"--replicates {recipe.replicates} --seed {recipe.seed}",
        f"--until {recipe.end}",
        *(["--since-parting"] if recipe.window_start > recipe.start else []),
        *forms,
        *posterior,
        *(f"--range {quote(one.name)}={one.low!r}..{one.high!r}" for one in recipe.ranges),
        "--out RUN",
    ]
    return " ".join(parts)


def _card(runs: Sequence[Runs], war: Scenario) -> Scorecard | None:
    for one in runs:
        if HISTORICAL in [policy.name for policy in one.recipe.policies] and one.recipe.end == war.end:
            return scorecard_of(one, one.recipe.as_fought(war))
    return None


def _sources(rows: Sequence[Score], ledger: Ledger) -> list[tuple[Source, list[str]]]:
    """Return the sources of the figures of rows, by author, each with the figures taken from it."""
    figures: dict[str, list[str]] = {}
    for row in rows:
        figure = ledger.figures.get(row.observed.figure)
        if figure is not None and row.observed.figure not in figures.setdefault(figure.source, []):
            figures[figure.source].append(row.observed.figure)
    found = [(ledger.sources[source], ids) for source, ids in figures.items() if source in ledger.sources]
    return sorted(found, key=lambda pair: pair[0].citation.casefold())


def _page(template: str, **values: Any) -> str:
    known = {
        "number": number,
        "span": _span,
        "percent": lambda share: f"{share:.0%}",
        "asked": lambda row: asked(row).replace("\n", ", "),
        "strip_of": strip_of,
        "verb": lambda band: ("not told apart", "higher", "lower")[band.side],
        "groups": GROUPS,
        "marks": MARKS,
    }
    return environment("stalemate.interfaces", known).get_template(template).render(**values) + "\n"


def _span(low: float, high: float) -> str:
    return "none" if isnan(low) else span(low, high)
