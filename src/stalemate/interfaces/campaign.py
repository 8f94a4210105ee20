"""The part of ``interdict`` that plans attacks over several periods, with repair running."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.analysis.campaign import CampaignPlan
    from stalemate.analysis.netfile import PlainNetwork


def print_campaign(out: "Console", net: "PlainNetwork", plan: "CampaignPlan", repair: str) -> None:
    """Print what flows in each period under the best plan, its bound, and the attacks by period."""
    from rich.text import Text

    from stalemate.interfaces.tables import plain_table

    periods = len(plan.flows)
    out.print(Text(f"{len(net.ends):,} arcs, {len(net.nodes):,} nodes, {periods} periods; {repair}."))
    table = plain_table("maximum flow", "value", "bound", "gap", "proven")
    table.add_row("unattacked, all periods", _shown(plan.plain * periods), "", "", "")
    table.add_row(
        "under the best plan",
        _shown(plan.value),
        _shown(plan.bound),
        _shown(plan.gap),
        "yes" if plan.proven else "no",
    )
    out.print()
    out.print(table)
    table = plain_table("period", "flows")
    table.add_column("attacked", ratio=1)
    for number, (hits, flow) in enumerate(zip(plan.hits, plan.flows, strict=True), start=1):
        named = "; ".join(
            f"{net.name(arc)}{f' ({count} times)' if count > 1 else ''}"
            for arc, count in sorted(hits.items())
        )
        table.add_row(str(number), _shown(flow), Text(named or "nothing"))
    out.print()
    out.print(table)


def campaign_payload(net: "PlainNetwork", plan: "CampaignPlan", repair: str) -> dict[str, Any]:
    """Return a plan as plain values, arcs with their row: ``interdict --periods --json``."""
    return {
        "nodes": len(net.nodes),
        "arcs": len(net.ends),
        "undirected": net.undirected,
        "repair": repair,
        "plain": plan.plain,
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "proven": plan.proven,
        "periods": [
            {
                "flow": flow,
                "attacks": [
                    {
                        "row": arc + 1,
                        "from": net.nodes[net.ends[arc][0]],
                        "to": net.nodes[net.ends[arc][1]],
                        "times": count,
                    }
                    for arc, count in sorted(hits.items())
                ],
            }
            for hits, flow in zip(plan.hits, plan.flows, strict=True)
        ],
    }


def _shown(value: float) -> str:
    return f"{value:,.9g}".replace("-", "−")
