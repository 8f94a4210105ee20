"""Every chart and table of a run as rows with their units, and from them the files that are downloaded."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stalemate.analysis.causes import CAUSES
from stalemate.analysis.compare import FIRE_WORDS, REPAIR_WORDS
from stalemate.ensemble.store import Recipe
from stalemate.interfaces.atlas import runcharts
from stalemate.interfaces.causes import CAUSE_WORDS
from stalemate.interfaces.pages import again_of
from stalemate.spreadsheet import csv_text

Cell = str | float | int | bool | None
Row = tuple[Cell, ...]

PAIRED: Final = "paired difference under the same luck; median and 90 % band of the wars fought"
MODEL: Final = "Stalemate, a model: coarse, built to compare policies inside stated assumptions. Not history."
TYPES: Final = {"csv": "text/csv", "json": "application/json", "svg": "image/svg+xml"}

_BAND: Final = ("median", "low", "high")
_ENDS: Final = ("mean", "low", "high")


@dataclass(frozen=True)
class Table:
    """A table or chart of a run: a key for its address, how it came about, columns with units, rows.

    ``picture`` is its chart as SVG; empty for a table without one.
    """

    key: str
    title: str
    method: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    picture: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns' names."""
        return tuple(name for name, _ in self.columns)

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the endings of its files."""
        return ("csv", "json", "svg") if self.picture else ("csv", "json")

    def file(self, ending: str, metadata: Mapping[str, Any]) -> bytes:
        """Return one of its files."""
        if ending == "svg":
            return self.picture.encode()
        if ending == "json":
            columns = [{"name": name, "unit": unit} for name, unit in self.columns]
            about = {"title": self.title, "method": self.method, **metadata}
            return json.dumps(
                {"metadata": about, "columns": columns, "rows": self.rows},
                ensure_ascii=False,
                allow_nan=False,
            ).encode()
        heads = [f"{name} [{unit}]" if unit else name for name, unit in self.columns]
        return csv_text([heads, *self.rows]).encode()


@dataclass(frozen=True)
class Tables:
    """All tables of an answer, by key."""

    answer: Mapping[str, Any]

    @cached_property
    def all(self) -> dict[str, Table]:
        """Every table, in the order of the page."""
        found = [*self._pairs(), *self._levels(), *self._weekly(), *self._causes(), *self._scorecard()]
        return {table.key: table for table in found}

    def of(self, start: str) -> list[Table]:
        """Return the tables whose keys begin so."""
        return [table for key, table in self.all.items() if key.startswith(start)]

    @cached_property
    def _by_name(self) -> dict[str, Mapping[str, str]]:
        return {one["name"]: one for one in self.answer["outcomes"]}

    def _pairs(self) -> Iterator[Table]:
        for place, pair in enumerate(self.answer["pairs"]):
            a, b = pair["a"], pair["b"]
            versus = f"{a} less {b}"
            yield Table(
                f"differences-{place}",
                f"Outcomes: {a} against {b}",
                PAIRED,
                (
                    *_plain("outcome", "label", "group", "unit", "given"),
                    *_plain(*(f"{side}_{end}" for side in ("a", "b", "difference") for end in _BAND)),
                    *_plain("probability_a_greater"),
                ),
                tuple(self._difference(row) for row in pair["comparison"]["outcomes"]),
            )
            for dots in pair["dots"]:
                title = f"{dots['label']}: {versus}"
                picture = runcharts.dots_chart(dots["values"], title, dots["unit"]) if dots["values"] else ""
                yield Table(
                    f"dots-{place}-{dots['outcome'].replace('_', '-')}",
                    title,
                    f"middles of {len(dots['values'])} equal parts of the {PAIRED}",
                    (("dot", ""), ("difference", dots["unit"])),
                    tuple((rank, value) for rank, value in enumerate(dots["values"], 1)),
                    picture,
                )
            yield self._forms(place, pair, versus)
            if pair["doubts"]:
                yield self._doubts(place, pair, versus)

    def _difference(self, row: Mapping[str, Any]) -> Row:
        known = self._by_name[row["name"]]
        ends = [row[side][end] for side in ("a", "b", "difference") for end in _BAND]
        about = (row["name"], known["label"], known["group"], row["unit"], known["given"])
        return (*about, *ends, row["probability_a_greater"])

    def _forms(self, place: int, pair: Mapping[str, Any], versus: str) -> Table:
        rows = [
            (
                REPAIR_WORDS.get(form["repair"], form["repair"]),
                FIRE_WORDS.get(form["fire"], form["fire"]),
                form["replicates"],
                row["name"],
                row["unit"],
                row["name"] in form["inputs"],
                *(row["difference"][end] for end in _BAND),
                row["probability_a_greater"],
            )
            for form in pair["comparison"]["forms"]
            for row in form["outcomes"]
        ]
        names = ("repair", "fire", "pairs", "outcome", "unit", "is_input", *_BAND, "probability_a_greater")
        title = f"Under each rival form: {versus}"
        return Table(f"forms-{place}", title, PAIRED, _plain(*names), tuple(rows))

    def _doubts(self, place: int, pair: Mapping[str, Any], versus: str) -> Table:
        rows = [
            (
                told["outcome"],
                one["factor"],
                one["share"],
                one["low"],
                one["high"],
                one["told"],
                one["assumed"],
            )
            for told in pair["doubts"]
            for one in told["indices"]
        ]
        return Table(
            f"doubts-{place}",
            f"What the difference hangs on: {versus}",
            "first-order share of the variance of the paired difference, RBD-FAST, 90 % bootstrap band",
            _plain("outcome", "factor", "share", "low", "high", "told_from_nothing", "assumed"),
            tuple(rows),
        )

    def _levels(self) -> Iterator[Table]:
        rows = [
            (policy, row["name"], self._by_name[row["name"]]["label"], row["unit"], *(row[e] for e in _BAND))
            for policy, levels in zip(self.answer["policies"], self.answer["levels"], strict=True)
            for row in levels
        ]
        columns = _plain("policy", "outcome", "label", "unit", *_BAND)
        yield Table(
            "levels", "Outcomes of each policy", "median and 90 % band of the wars", columns, tuple(rows)
        )

    def _weekly(self) -> Iterator[Table]:
        for series in self.answer["weekly"]:
            weeks = series["weeks"]
            model = [
                ("model", track["policy"], week, "", median, low, high)
                for track in series["tracks"]
                for week, median, low, high in zip(
                    weeks, track["median"], track["low"], track["high"], strict=True
                )
            ]
            record = [
                ("record", row["figure"], row["from"], row["to"], None, row["low"], row["high"])
                for row in series["record"]
            ]
            yield Table(
                f"weekly-{series['quantity'].replace('_', '-')}",
                series["title"],
                "weekly median and 90 % band of the wars, sums by the day; the record over its days",
                _plain("from", "policy_or_figure", "start", "end", *_BAND),
                (*model, *record),
                runcharts.weekly_chart(series) if weeks else "",
            )

    def _causes(self) -> Iterator[Table]:
        for place, told in enumerate(self.answer["causes"]):
            method = (
                f"Shapley's value over causes, {told['replicates']} wars fought again day by day; "
                "mean and 90 % band, t/day"
            )
            columns = (
                "cause",
                "words",
                *(f"{of}_{end}" for of in ("of_order", "of_capacity") for end in _ENDS),
            )
            rows = [
                (
                    row["cause"],
                    CAUSE_WORDS[row["cause"]],
                    *((row["of_order"] or {}).get(end) for end in _ENDS),
                    *(row["of_capacity"][end] for end in _ENDS),
                )
                for row in told["causes"]
            ]
            title = f"Why supply was lost: {told['policy']}"
            yield Table(f"causes-{place}", title, method, _plain(*columns), tuple(rows))
            lost = CAUSES[:-1]
            months = [
                (row["month"], row["delivered"], *(row["lost"][cause] for cause in lost))
                for row in told["months"]
            ]
            columns = ("month", "delivered", *lost)
            title = f"Why supply was lost, by month: {told['policy']}"
            yield Table(f"months-{place}", title, method, _plain(*columns), tuple(months))

    def _scorecard(self) -> Iterator[Table]:
        card = self.answer["scorecard"]
        if card is None:
            return
        names = ("block", "figure", "quantity", "place", "from", "to", "unit")
        said = ("median", "low", "high", "inside", "counts", "role", "log_error", "interval_score", "reason")
        rows = [
            (*(row[name] for name in names), *row["observed"], *(row[name] for name in said))
            for row in card["rows"]
        ]
        columns = _plain(*names, "record_low", "record_high", *said)
        yield Table("scorecard", "The model against the record", "median and 90 % band", columns, tuple(rows))


def metadata_of(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return where the numbers of a run are from, for every file of it."""
    recipe = answer["recipe"]
    return {
        "source": MODEL,
        "run": name,
        "policies": answer["policies"],
        "wars_of_each": recipe["replicates"],
        "seed": recipe["seed"],
        "from": recipe["window_start"],
        "to": recipe["end"],
        "scenario": f"{recipe['scenario']} {recipe['scenario_digest']}",
        "ranges": recipe["ranges"],
        "model": recipe["model"],
        "program": answer["program"],
        "again": again_of(Recipe.from_json(dict(recipe))),
        "licence": "Apache-2.0",
    }


def _plain(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "") for name in names)
