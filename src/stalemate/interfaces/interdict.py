"""The command on textbook interdiction of an abstract network: which arcs matter most, which to protect."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from stalemate.interfaces.options import AsJson, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.game import Attack
    from stalemate.analysis.interdiction import Answer, Interdiction

_VALUE: Final = {"flow": "maximum flow", "path": "shortest path"}
_WITNESS: Final = {"flow": "minimum cut after the attack", "path": "shortest path after the attack"}
_MOST_NAMED: Final = 40


def interdict(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Table of arcs: from, to, and their numbers.")],
    source: Annotated[list[str], typer.Option("--source", "-s", help="Where it starts; may be repeated.")],
    sink: Annotated[list[str], typer.Option("--sink", "-t", help="Where it ends; may be repeated.")],
    attacks: Annotated[float, typer.Option("--attacks", "-k", help="Arcs attacked, or budget of costs.")],
    question: Annotated[
        Literal["flow", "path", "both"] | None, typer.Option(help="By default all the table has numbers for.")
    ] = None,
    protect: Annotated[
        int | None, typer.Option(help="Arcs protected; as many as attacks by default, 0 asks for none.")
    ] = None,
    undirected: Annotated[bool, typer.Option("--undirected", help="Every arc leads both ways.")] = False,
    periods: Annotated[int, typer.Option(help="Plan attacks over so many periods; 1 is the textbook.")] = 1,
    mends: Annotated[
        float | None, typer.Option(help="Attacks that an arc's crew mends a period; the rest carries over.")
    ] = None,
    mend_first: Annotated[
        bool, typer.Option("--mend-first", help="Crews work before a period's flow, not after it.")
    ] = False,
    lasts: Annotated[
        float | None, typer.Option(help="Periods that every attack lasts, instead of crews.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Most time for the attack, and for the protection.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Find the arcs of an abstract network that matter most to flow or path, and those to protect."""
    from stalemate.analysis import interdiction as analysis
    from stalemate.errors import QueryError

    if periods != 1 or mend_first or mends is not None or lasts is not None:
        mending = (mends, lasts, mend_first)
        if protect or question == "path":
            raise QueryError("a campaign asks for the flow alone; leave out --protect and --question")
        _plan(file, source, sink, attacks, undirected, periods, mending, seconds, as_json)
        return
    answer = analysis.interdict(
        file,
        source,
        sink,
        attacks,
        question=question,
        protected=protect,
        undirected=undirected,
        seconds=seconds,
    )
    if as_json:
        print_json(interdiction_payload(answer))
    else:
        print_interdiction(console(), answer)


def _plan(
    file: Path,
    source: list[str],
    sink: list[str],
    attacks: float,
    undirected: bool,
    periods: int,
    asked: tuple[float | None, float | None, bool],
    seconds: float,
    as_json: bool,
) -> None:
    """Plan attacks over periods and print the plan."""
    from stalemate.analysis.campaign import campaign, mending_of
    from stalemate.analysis.netfile import read_network
    from stalemate.interfaces.campaign import campaign_payload, print_campaign

    net = read_network(file, undirected=undirected)
    mends, lasts, first = asked
    mending = mending_of(net, mends, lasts, first=first)
    plan = campaign(net, source, sink, attacks, periods, mending, seconds=seconds)
    if as_json:
        print_json(campaign_payload(net, plan, str(mending)))
    else:
        print_campaign(console(), net, plan, str(mending))


def print_interdiction(out: "Console", asked: "Interdiction") -> None:
    """Print each question's values with their bounds, then the arcs by name."""
    from rich.text import Text

    from stalemate.analysis.estimate import number

    net = asked.network
    out.print(
        Text(
            f"{len(net.ends):,} {'undirected' if net.undirected else 'directed'} arcs, {len(net.nodes):,} "
            f"nodes, from {_few(asked.sources)} to {_few(asked.sinks)}; attacks for {number(asked.budget)}, "
            f"{asked.protected:,} arcs protected. Units are the table's."
        )
    )
    for answer in asked.answers:
        _print_answer(out, asked, answer)


def interdiction_payload(asked: "Interdiction") -> dict[str, Any]:
    """Return the answers as plain values: ``interdict --json``. Arcs carry their row, the first being 1."""
    return {
        "nodes": len(asked.network.nodes),
        "arcs": len(asked.network.ends),
        "undirected": asked.network.undirected,
        "sources": list(asked.sources),
        "sinks": list(asked.sinks),
        "attacks": asked.budget,
        "protected": asked.protected,
        "answers": [
            {
                "question": answer.question,
                "plain": answer.plain,
                "attack": _plain_attack(asked, answer.attack),
                "witness": _plain_arcs(asked, answer.witness),
                "protection": answer.protection
                and {
                    "arcs": _plain_arcs(asked, answer.protection.arcs),
                    "bound": answer.protection.bound,
                    "gap": answer.protection.gap,
                    "proven": answer.protection.proven,
                    "attacks_seen": answer.protection.attacks_seen,
                    "attack": _plain_attack(asked, answer.protection.attack),
                },
            }
            for answer in asked.answers
        ],
    }


def _print_answer(out: "Console", asked: "Interdiction", answer: "Answer") -> None:
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    table = plain_table(_VALUE[answer.question], "value", "bound", "gap", "proven")
    table.add_row("unattacked", _shown(answer.plain), "", "", "")
    attack, held = answer.attack, answer.protection
    table.add_row("after the best attack", *_certified(attack.value, attack.bound, attack.gap, attack.proven))
    if held:
        table.add_row(
            "the same, protected first", *_certified(held.attack.value, held.bound, held.gap, held.proven)
        )
    out.print()
    out.print(table)
    lists = [("attacked", attack.arcs), (_WITNESS[answer.question], answer.witness)]
    if held:
        lists += [("protected", held.arcs), ("then attacked", held.attack.arcs)]
    out.print()
    for words, arcs in lists:
        out.print(Text(f"{words}: {_named(asked, arcs)}"))


def _certified(value: float, bound: float, gap: float, proven: bool) -> tuple[str, str, str, str]:
    return _shown(value), _shown(bound), _shown(gap), "yes" if proven else "no"


def _shown(value: float) -> str:
    """Return a value in full, since it is exact: nine digits at most."""
    return f"{value:,.9g}".replace("-", "−")


def _named(asked: "Interdiction", arcs: tuple[int, ...]) -> str:
    named = [asked.network.name(arc) for arc in arcs[:_MOST_NAMED]]
    if len(arcs) > _MOST_NAMED:
        named.append(f"{len(arcs) - _MOST_NAMED} more (--json has all)")
    return "; ".join(named) or "none"


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"


def _plain_attack(asked: "Interdiction", attack: "Attack") -> dict[str, Any]:
    return {
        "arcs": _plain_arcs(asked, attack.arcs),
        "value": attack.value,
        "bound": attack.bound,
        "gap": attack.gap,
        "proven": attack.proven,
    }


def _plain_arcs(asked: "Interdiction", arcs: tuple[int, ...]) -> list[dict[str, Any]]:
    nodes, ends = asked.network.nodes, asked.network.ends
    return [{"row": arc + 1, "from": nodes[ends[arc][0]], "to": nodes[ends[arc][1]]} for arc in sorted(arcs)]
