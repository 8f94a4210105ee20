"""The command that asks the record: thin, importing what it needs when called."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from stalemate.interfaces.options import AsJson, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from stalemate.evidence.ask import Answer
    from stalemate.evidence.quote import Quote, RivalValue


def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words, at most 400 letters.")],
    as_json: AsJson = False,
) -> None:
    """Ask the record: the answer is a quotation with its source, or a plain no.

    When, where, who, how many, what happened on a day, compare A and B, do sources disagree about A.
    """
    from stalemate.evidence.ask import Archive

    answer = Archive.load().ask(question)
    if as_json:
        print_json(answer_payload(answer))
        return
    print_answer(console(), answer)


def answer_payload(answer: "Answer") -> dict[str, Any]:
    """Return an answer as plain values."""
    return {
        "kind": answer.kind,
        "question": answer.question,
        "read_as": answer.read_as,
        "quotes": [quote_payload(one) for one in answer.quotes],
        "matched": [{"kind": kind, "id": id} for kind, id in answer.matched],
        "why": answer.why,
        "nearest": [quote_payload(one) for one in answer.nearest],
        "searched": answer.searched,
    }


def quote_payload(quote: "Quote") -> dict[str, Any]:
    """Return a quotation as plain values."""
    from dataclasses import asdict

    return asdict(quote) | {
        "facts": dict(quote.facts),
        "trust_means": quote.trust_means,
        "is_lead": quote.is_lead,
    }


def print_answer(out: "Console", answer: "Answer") -> None:
    """Print an answer or a refusal; every quotation stands with its source."""
    from rich.text import Text

    out.print(Text(f"Read as: {answer.read_as or 'not read'}", style="dim"))
    if answer.kind == "declined":
        out.print(Text("The record does not answer this.", style="bold"))
        out.print(Text(f"Why: {answer.why}."))
        out.print(Text(f"Searched: {answer.searched}."))
        if answer.nearest:
            out.print(Text("\nNearest rows, which answer nothing:", style="bold"))
        quotes = answer.nearest
    else:
        quotes = answer.quotes
    for quote in quotes:
        _print_quote(out, quote, whole=answer.kind == "answered")
    if len(answer.matched) > len(answer.quotes):
        out.print(Text(f"\n{len(answer.matched):,} rows of the record fit; {len(quotes)} are quoted."))


def _print_quote(out: "Console", quote: "Quote", *, whole: bool) -> None:
    """Print one quotation; without ``whole`` only what it is, when, and who says so."""
    from rich.padding import Padding
    from rich.text import Text

    out.print()
    if quote.is_lead:
        out.print(Text("LEAD, NOT PROOF", style="bold"))
    out.print(Text(f'"{quote.title}"' if quote.title else "(a point without a name)", style="bold"))
    if quote.text:
        out.print(Padding(Text(f'"{quote.text}"'), (0, 0, 0, 2)))
    if quote.value:
        out.print(Padding(Text(f"{quote.value} {quote.unit}", style="bold"), (0, 0, 0, 2)))
    for line in _lines(quote, whole):
        out.print(Padding(Text(line), (0, 0, 0, 2)))
    for rival in quote.rivals if whole else ():
        out.print(Padding(Text(_rival(rival)), (0, 0, 0, 4)))


def _lines(quote: "Quote", whole: bool) -> list[str]:
    when = f"{quote.date} (known to the {quote.precision.replace('_', ' ')})" if quote.date else ""
    where = "; ".join(part for part in (when, quote.place, quote.side) if part)
    marks = [quote.trust_means, f"reliability {quote.reliability}" if quote.reliability else ""]
    source = f"source: {_cited(quote)}"
    if not whole:
        return [line for line in (where, source, f"{quote.kind} {quote.id}") if line]
    lines = [
        where,
        "; ".join(f"{name} {fact}" for name, fact in quote.facts),
        source,
        "; ".join(mark for mark in marks if mark),
        f"note: {quote.note}" if quote.note else "",
        f"{quote.kind} {quote.id}",
        "on the same matter:" if quote.rivals else "",
    ]
    return [line for line in lines if line]


def _cited(quote: "Quote") -> str:
    """Return every source in words, and a locator that all share once."""
    works = " | ".join(one.citation for one in quote.citations)
    locators = dict.fromkeys(one.locator for one in quote.citations if one.locator)
    return works + (f"; where: {'; '.join(locators)}" if locators else "")


def _rival(rival: "RivalValue") -> str:
    note = f" ({rival.note})" if rival.note else ""
    return f"{rival.relation}: {rival.value} {rival.unit}, {rival.citation}, {rival.trust}{note}"
