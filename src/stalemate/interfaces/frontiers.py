"""The command on the best allocations of a fortnight, and how far the record was from them."""

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from stalemate.interfaces.options import (
    DAY,
    AsJson,
    Fire,
    Repair,
    ScenarioOption,
    Seed,
    Workers,
    console,
    fighting,
    print_json,
    structures_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.estimate import Estimate
    from stalemate.analysis.frontier import Frontier, Restriction

Show = Literal["frontier", "prices", "rules", "targets", "all"]

_TERMS: Final = (
    "\nAll of this is in the model's terms. Effect is what the target committee's formula gives, in aim "
    "areas of a bridge, with weights that are drawn, since the record gives none; deaths of civilians and "
    "own losses are expected numbers of these sorties alone. The best plan knows what stands and its world's "
    "weights, may split raids, and looks no further than the fortnight."
)


def frontier(
    when: Annotated[
        datetime, typer.Option("--date", formats=DAY, help="First day of the fortnight.")
    ] = datetime(1952, 10, 10),
    law: Annotated[
        str | None, typer.Option(help="Law for limits, prices, rules, targets; the record's by default.")
    ] = None,
    show: Annotated[Show, typer.Option(help="Which tables.")] = "frontier",
    scenario: ScenarioOption = "korea-1951",
    replicates: Annotated[int, typer.Option("--replicates", "-n", help="Wars.")] = 64,
    seed: Seed = 1,
    repair: Repair = None,
    fire: Fire = None,
    workers: Workers = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw it: a file that ends in .svg, .png or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Weigh effect against own losses against civilian deaths: the best plans, and the record's."""
    from stalemate.analysis.fortnight import fortnight
    from stalemate.analysis.frontier import checked_law, frontier_of
    from stalemate.scenario.read import load

    if picture is not None:
        from stalemate.interfaces.picture import check_can_draw

        check_can_draw(picture)
    checked = checked_law(law)
    with fighting(f"{replicates:,} wars of historical to {when.date()}, seed {seed}") as progress:
        spell = fortnight(
            load(scenario),
            when.date(),
            replicates=replicates,
            seed=seed,
            structures=structures_of(repair, fire),
            workers=workers,
            progress=progress,
        )
    found = frontier_of(spell, checked)
    if as_json:
        print_json(frontier_payload(found))
    else:
        print_frontier(console(), found, show)
    if picture is not None:
        from stalemate.interfaces.frontierpicture import draw_frontier

        draw_frontier(found, picture)


def print_frontier(out: "Console", found: "Frontier", show: Show) -> None:
    """Print the answer in words, then the tables that were asked for."""
    from rich.text import Text

    out.print(Text(answer(found)))
    if show in ("frontier", "all"):
        _print_laws(out, found)
        _print_limits(out, found)
    if show in ("prices", "all"):
        _print_prices(out, found)
    if show in ("rules", "all"):
        _print_rules(out, found)
    if show in ("targets", "all"):
        _print_targets(out, found)
    out.print(Text(_TERMS))


def answer(found: "Frontier") -> str:
    """Return in plain words how far the record was from the best, harm beside the military result."""
    from stalemate.analysis.estimate import number

    first = found.distances[0]
    least = ", ".join(f"{_band(least)} of the {name}" for name, least in found.any_weights)
    lines = [
        f"Where the {number(found.sorties.median)} sorties at lines, roads and fixed targets of the "
        f"fortnight from {found.when} could have gone instead: {found.replicates:,} wars, seed {found.seed}, "
        f"median and 90 % band. The record's plan does {found.effect}, costs {found.losses} and kills "
        f"{_band(found.deaths)} civilians.",
        "",
        "How far were they from the best? With as many sorties, and no more own losses and deaths of "
        f"civilians, the record got {_band(first.share)} of the best effect; it was within a tenth of the "
        f"best in {first.near:.0%} of wars. The same effect could have been had with {_band(first.deaths)} "
        f"of the deaths, or with {_band(first.losses)} of the own losses.",
        "",
        "Where the distance comes from: a best plan made on what was believed to stand keeps "
        f"{_band(found.believed)} of the best. The record's sorties at each kind of target, divided at best "
        f"within the kind, get {_band(found.orders)}. What is missing from there to 1 lies in the shares of "
        "the kinds, and so hangs on the weights, which nobody knew: one plan for all worlds, made on the "
        f"mean of what they hold, gets {_band(found.unknowing)}, more than the record in "
        f"{found.unknowing_ahead:.0%} of worlds. Whatever the weights, every kind of target could "
        f"have been damaged as in the record with {least}.",
    ]
    if found.leanings:
        named = "; ".join(
            f"{leaning.parameter} ({'assumed' if leaning.assumed else 'from figures'}, "
            f"{leaning.share:.0%} of its rank variance)"
            for leaning in found.leanings[:3]
        )
        lines += ["", f"The record's share of the best hangs most on {named}."]
    return "\n".join(lines)


def _print_laws(out: "Console", found: "Frontier") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table, two_lines

    table = plain_table()
    table.add_column("under", ratio=1)
    for heading in ("best", "record", "near", "deaths", "losses"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.distances:
        table.add_row(
            row.regime.name + ("" if found.was_open(row.regime) else "\n(not in force then)"),
            two_lines(row.best),
            two_lines(row.share),
            f"{row.near:.0%}",
            two_lines(row.deaths),
            two_lines(row.losses),
        )
    out.print()
    out.print(table)
    out.print(
        Text(
            "best: the most effect within the record's sorties, losses and deaths, that under the record's "
            "law = 1; record: the record's effect as a share of it; near: wars in which that is 0.9 or more; "
            "deaths, losses: the fewest that buy the record's effect, the record's = 1."
        )
    )


def _print_limits(out: "Console", found: "Frontier") -> None:
    from rich.text import Text

    from stalemate.analysis.frontier import IN_DEATHS, IN_LOSSES
    from stalemate.interfaces.tables import plain_table, two_lines

    cells = {
        (cell.within_losses, cell.within_deaths): cell for cell in found.cells if cell.regime == found.law
    }
    table = plain_table("deaths at most", *(f"losses {_times(losses)}" for losses in IN_LOSSES))
    for deaths in IN_DEATHS:
        shown = [cells[losses, deaths] for losses in IN_LOSSES]
        table.add_row(
            _times(deaths),
            *(two_lines(cell.effect) + ("" if cell.efficient >= 0.5 else " -") for cell in shown),
        )
    out.print()
    out.print(table)
    out.print(
        Text(
            f"The most effect under {found.law.name} within limits on own losses and deaths; all, the "
            "record's = 1. A minus marks limits at which most wars have a plan in this table as good with "
            "less."
        )
    )


def _print_prices(out: "Console", found: "Frontier") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table, two_lines

    table = plain_table("one more", "the record had", "adds, aim areas", "1 % more adds", "binds in")
    for row in found.worths:
        table.add_row(
            row.of, two_lines(row.had), two_lines(row.effect), _percent(row.share), f"{row.binding:.0%}"
        )
    out.print()
    out.print(table)
    death = found.worths[-1]
    out.print(
        Text(
            "What one more adds to the best plan with all else held at the record's, and what 1 % more of it "
            "adds to the plan's effect; 0 where the best plan leaves some unused. Read the last row the "
            "other way only: to spare one more life costs the plan "
            f"{_band(death.effect)} aim areas of effect."
        )
    )


def _print_rules(out: "Console", found: "Frontier") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    for lifted, heading in ((True, "rule lifted"), (False, "kind spared")):
        rows = [row for row in found.restrictions if row.lifted == lifted]
        if rows:
            table = plain_table(heading, "targets", "effect", "by prices", "deaths")
            for row in rows:
                table.add_row(row.name, str(row.targets), *_rule_cells(row))
            out.print()
            out.print(table)
    out.print(
        Text(
            "effect: what the best plan gains if the rule is lifted, or loses if the kind is spared, of its "
            "effect, with losses and deaths no more than the record's; by prices: the same read off the "
            "multipliers, at least as much for a rule, at most as much for a kind; deaths: the change, "
            "of the record's."
        )
    )


def _rule_cells(row: "Restriction") -> tuple[str, str, str]:
    return _percent(row.cost), _percent(row.by_price), _percent(row.deaths)


def _print_targets(out: "Console", found: "Frontier") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    table = plain_table("kind", "sorties", "best", "effect", "best", "deaths", "best")
    for row in found.portions:
        shares = (
            row.sorties,
            row.best_sorties,
            row.effect,
            row.best_effect,
            row.deaths,
            row.best_deaths,
        )
        table.add_row(row.kind, *(_percent(share) for share in shares))
    out.print()
    out.print(table)
    out.print(
        Text(
            "What each kind of target gets of the sorties and gives of effect and of deaths, in the record "
            "and in the best plan within its losses and deaths. Medians need not add up to 100 %."
        )
    )


def _percent(share: "Estimate") -> str:
    """Return a share in per cent over its band."""
    from stalemate.analysis.estimate import number

    middle, low, high = (number(round(100 * end, 3)) for end in (share.median, share.low, share.high))
    return f"{middle} %\n{low if low == high else f'{low}…{high}'}"


def _band(of: "Estimate") -> str:
    from stalemate.analysis.estimate import number

    return f"{number(of.median)} ({number(of.low)} to {number(of.high)})"


def _times(multiple: float) -> str:
    from stalemate.analysis.estimate import number

    return "any" if math.isinf(multiple) else number(multiple)


def frontier_payload(found: "Frontier") -> dict[str, Any]:
    """Return the answer as plain values: ``frontier --json``. A limit that does not bind is null."""
    from dataclasses import asdict

    def plain(value: Any) -> Any:
        from stalemate.analysis.estimate import Estimate
        from stalemate.interfaces.payloads import estimate_payload

        if isinstance(value, Estimate):
            return estimate_payload(value)
        if hasattr(value, "__dataclass_fields__"):
            return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        if isinstance(value, tuple):
            return [plain(one) for one in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    payload = {name: plain(getattr(found, name)) for name in found.__dataclass_fields__}
    payload["when"] = found.when.isoformat()
    payload["any_weights"] = {name: plain(least) for name, least in found.any_weights}
    payload["leanings"] = [asdict(leaning) for leaning in found.leanings]
    return payload
