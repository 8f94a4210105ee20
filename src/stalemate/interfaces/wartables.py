"""Comparisons, runs, answers and scores as text that reads well in 80 columns."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stalemate.analysis.compare import DATED_FIRE, Comparison, estimate_of
from stalemate.analysis.estimate import Estimate, number
from stalemate.analysis.precision import Precision
from stalemate.analysis.predict import Prediction
from stalemate.analysis.scorecard import Score, Scorecard
from stalemate.analysis.verdict import verdict
from stalemate.ensemble.outcomes import GROUPS, OUTCOMES, outcome_named
from stalemate.ensemble.questions import Quantity
from stalemate.ensemble.runs import Runs
from stalemate.ensemble.store import Recipe
from stalemate.interfaces.tables import plain_table, two_lines
from stalemate.scenario.resolve import Structures
from stalemate.units import with_unit

MARKS: Final = {"never": "", "dated fire": "*", "always": "†"}
"""What marks an outcome that is given, not found."""
MOST_PLACES: Final = 4


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print the table over all pairs, the note on fire and the verdict."""
    recipe = comparison.recipe
    console.print(
        f"{comparison.a} against {comparison.b}: {recipe.scenario}, {_span(recipe)}, "
        f"{recipe.replicates:,} pairs, seed {recipe.seed}{_under(recipe.posterior)}{_ranged(recipe)}. "
        "Median, and below it the 90 % band."
    )
    table = _table("outcome", comparison.a, comparison.b, "difference", "P")
    for group in GROUPS:
        table.add_row(Text(group.upper()))
        for c in comparison.contrasts:
            if c.outcome.group == group:
                table.add_row(
                    Text(f"{c.outcome.label}{MARKS[c.outcome.given]}\n{c.outcome.unit}"),
                    *(two_lines(band) for band in (c.a, c.b, c.difference)),
                    f"{c.probability_a_greater:.2f}",
                )
    console.print(table)
    if recipe.parting > recipe.window_start:
        console.print(
            f"The policies part on {recipe.parting}. Means and sums are over all days; with --since-parting "
            "only over those from then on, as the lowest grain stock always is."
        )
    console.print(f"P: the share of pairs in which {comparison.a} has more; ties count half.")
    console.print(
        "Talks: the chance of agreement on prisoners by the last day, if the account named were the true "
        "one; below it the error of so many wars. One war cannot choose among the accounts."
    )
    console.print("† UN fire is an input, dated under every form: what hangs on it cannot differ here.")
    given = sum(form.pairs for form in comparison.forms if form.fire == DATED_FIRE)
    if given:
        console.print(
            f"* Shells are an input in {given:,} of {recipe.replicates:,} pairs (fire by dated policy), "
            "which say nothing about them: read this row form by form."
        )
    for paragraph in verdict(comparison):
        console.print()
        console.print(Text(paragraph))


def print_precision(console: Console, found: Precision) -> None:
    """Print how well the mean difference is known, and what it took."""
    label = outcome_named(found.outcome).label
    known = f"{number(found.mean)} ± {with_unit(number(found.error), found.unit)}"
    words = f"Precision, {label}: the mean difference is {known} (90 %) after {found.pairs:,} pairs. "
    if found.needed is None:
        words += "Pairs do not differ in it."
    else:
        reached = "reached" if found.met else "not reached"
        words += f"{found.share:.0%} of it is {reached}; {found.needed:,} pairs would do"
        if found.independent is not None:
            words += f", and {found.independent:,} pairs of wars that do not share their luck"
        words += "."
    console.print()
    console.print(Text(words))


def print_runs(console: Console, runs: Runs) -> None:
    """Print the outcomes of each policy of a run."""
    recipe = runs.recipe
    console.print(
        f"{recipe.scenario}, {_span(recipe)}, {recipe.replicates:,} wars a policy, seed {recipe.seed}"
        f"{_under(recipe.posterior)}{_ranged(recipe)}. "
        "Median and 90 % band."
    )
    for policy, kept in zip(recipe.policies, runs.kept, strict=True):
        table = _table("outcome", "unit", "median", "90 % band")
        for group in GROUPS:
            table.add_row(Text(group.upper()))
            for o in OUTCOMES:
                if o.group == group:
                    band = estimate_of(o, kept.outcomes[o.name])
                    table.add_row(o.label, o.unit, number(band.median), _ends(band))
        console.print(Text(f"\n{policy.name}"))
        console.print(table)


def print_prediction(console: Console, prediction: Prediction) -> None:
    """Print one answer with its period and sample."""
    question, band = prediction.question, prediction.estimate
    where = f" of {question.place}" if question.place else ""
    console.print(
        Text(
            f"{question.quantity}{where}, {question.start} to {question.end}, {prediction.policy}:\n"
            f"{with_unit(number(band.median), band.unit)} (90 % band {_ends(band)}; "
            f"{band.replicates:,} wars, seed {prediction.seed}{_forms(prediction)})"
        )
    )


def _forms(prediction: Prediction) -> str:
    """Return which rival forms the wars were run under, if not under all of them."""
    every, taken = Structures(), prediction.structures
    parts = [
        f"; only {name} by {' and '.join(forms)}"
        for name, forms, known in (("repair", taken.repair, every.repair), ("fire", taken.fire, every.fire))
        if set(forms) != set(known)
    ]
    if taken.given:
        parts.append(f"; under posterior {taken.given.label}")
    return "".join(parts)


def print_quantities(console: Console, quantities: Iterable[Quantity]) -> None:
    """Print every quantity that can be asked for."""
    table = _table("quantity", "unit", "over days", "places", "meaning", left=5, least=21)
    for q in quantities:
        table.add_row(q.name, q.unit, q.kind, q.axis, q.meaning)
    console.print(table)


def print_scorecard(console: Console, scorecard: Scorecard) -> None:
    """Print every row, and what the rows that count add up to."""
    console.print(
        f"{scorecard.scenario}, {scorecard.policy}, {scorecard.replicates:,} wars, seed {scorecard.seed}"
        f"{_under(scorecard.posterior)}. "
        "The record, and below it the model's median and 90 % band."
    )
    table = _table("figure and quantity", "record, model", "verdict")
    for block in scorecard.blocks:
        table.add_row(Text(block.block.upper()))
        for row in scorecard.rows:
            if row.observed.block == block.block:
                why = f"\nwhy: {row.reason}" if row.reason else ""
                table.add_row(
                    Text(f"{row.observed.figure}\n{asked(row)}{why}"),
                    f"{span(row.observed.low, row.observed.high)}\n{two_lines(row.prediction.estimate)}",
                    _judged(row),
                )
    console.print(table)
    console.print()
    _print_blocks(console, scorecard)
    for tally in scorecard.tallies:
        if tally.rows == 0:
            console.print(f"{tally.role}: no rows")
            continue
        width = "" if tally.median_width is None else f"; bands span a factor of {tally.median_width:.1f}"
        console.print(
            f"{tally.role}: {tally.inside} of {tally.rows} inside "
            f"(so few rows allow {tally.share_low:.0%} to {tally.share_high:.0%}){width}"
        )
    for skill in scorecard.skills:
        if skill.median is not None:
            console.print(
                f"against {skill.baseline}: better on {skill.better} of {skill.rows} rows "
                f"({skill.share_low:.0%} to {skill.share_high:.0%}); median ratio of interval scores "
                f"{number(skill.median)}"
            )
    console.print("input: the model was given it, so it does not count; nor does a claim.")
    console.print(
        "above, below: where the record lies, in logarithms from the nearest end of the band. log error: of "
        "the median from the record. score: the interval score, in the row's unit; less is better."
    )


def _print_blocks(console: Console, scorecard: Scorecard) -> None:
    table = _table("block", "inside", "of rows that count", "only shown")
    for block in scorecard.blocks:
        table.add_row(block.block, str(block.inside), str(block.counted), str(block.shown))
    console.print(table)
    counted = [block for block in scorecard.blocks if block.counted]
    whole = sum(block.holds for block in counted)
    console.print(
        f"Rows of a block share inputs and luck: of {len(counted)} blocks with rows that count, {whole} have "
        "all of them inside."
    )


def _table(*headings: str, left: int = 1, least: int = 0) -> Table:
    """Return an empty table: ``left`` columns of text, then numbers; ``least`` is the first one's width."""
    table = plain_table()
    for position, heading in enumerate(headings):
        text = position < left
        width = least if position == 0 else None
        table.add_column(heading, justify="left" if text else "right", overflow="fold", min_width=width)
    return table


def _under(posterior: str) -> str:
    return f", under posterior {posterior}" if posterior else ""


def _ranged(recipe: Recipe) -> str:
    return "".join(f", {one.name} {span(one.low, one.high)}" for one in recipe.ranges)


def _span(recipe: Recipe) -> str:
    return f"{recipe.window_start} to {recipe.end}"


def _ends(band: Estimate) -> str:
    return span(band.low, band.high)


def span(low: float, high: float) -> str:
    """Return two ends in words, one number if they are the same."""
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def asked(row: Score) -> str:
    """Return what a row asks for, and below it its days."""
    question = row.prediction.question
    places = question.place.split("+") if question.place else []
    where = (
        f" of {len(places)} places"
        if len(places) > MOST_PLACES
        else f" of {question.place}"
        if places
        else ""
    )
    days = f"{question.start}" if question.start == question.end else f"{question.start} to {question.end}"
    unit = "" if question.unit == "1" else f", {question.unit}"
    return f"{question.quantity}{where}{unit}\n{days}"


def _judged(row: Score) -> str:
    if not row.counts:
        return row.observed.role if row.inside else f"{row.observed.role}\noutside"
    error = row.log_error
    marks = "" if error is None else f"\nlog error {error:.2f}".replace("-", "−")
    marks += f"\nscore {number(row.interval_score)}"
    if row.inside:
        return f"inside\n{row.observed.role}{marks}"
    miss = row.miss_log
    if miss is None:
        far = "OUTSIDE"
    else:
        far = f"OUTSIDE\n{'above' if miss > 0 else 'below'} {abs(miss):.2f} log"
    return f"{far}\n{row.observed.role}{marks}"
