"""A scenario carried on: old days keep their bits, new ones repeat the last ninety and pass the checks."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.engine.history import History
from stalemate.engine.simulate import prepare, simulate
from stalemate.errors import QueryError
from stalemate.policies.naming import named
from stalemate.scenario import read
from stalemate.scenario.catalogue import PARAMETERS
from stalemate.scenario.checks import Context
from stalemate.scenario.extend import extended
from stalemate.scenario.schema import TABLES, Manifest
from stalemate.scenario.tables import check
from stalemate.systems.variables import RECORDED

END = date(1954, 12, 31)
DAY = timedelta(days=1)


@cache
def war():
    return read.load("korea-1951")


@cache
def longer(end=END):
    return extended(war(), end)


def manifest(scenario):
    facts = ("name", "title", "start", "end", "summary", "licence")
    return Manifest(
        format=1,
        **{name: getattr(scenario, name) for name in facts},
        switches=dict(scenario.switches),
        groups={name: list(sections) for name, sections in scenario.groups.items()},
    )


def test_extended__keeps_the_bits_of_the_old_days():
    parts = [
        simulate(
            prepare(scenario), named("banfill", scenario), 3, range(16), record=tuple(RECORDED), until=749
        )
        for scenario in (war(), longer())
    ]
    for name, series in parts[0].daily.items():
        assert series.shape[1] == 749
        np.testing.assert_array_equal(series, parts[1].daily[name], err_msg=name)


@pytest.mark.parametrize("end", [date(1953, 7, 28), date(1953, 10, 25), date(1953, 10, 26), END])
def test_extended__passes_the_checks_of_every_table(end):
    scenario = extended(war(), end)
    rows = {table: getattr(scenario, table) for table in TABLES}
    assert list(check(rows, (), Context(manifest(scenario), None, PARAMETERS))) == []


def test_extended__gives_no_two_rows_one_key():
    for table, (_, key) in TABLES.items():
        keys = [tuple(getattr(row, column) for column in key) for row in getattr(longer(), table)]
        assert len(keys) == len(set(keys)), table


def in_force(rows, when):
    """Return the rows of a day without their dates and origins."""
    left_out = {"start", "end", "sources", "assumed"}
    return sorted(repr(row.model_dump(exclude=left_out)) for row in rows if row.start <= when <= row.end)


@pytest.mark.parametrize("table", ["effort", "focus", "aims", "missions", "attention"])
def test_extended__repeats_the_orders_of_ninety_days(table):
    rows = getattr(longer(), table)
    when = war().end + DAY
    while when <= END:
        assert in_force(rows, when) == in_force(rows, when - timedelta(days=90))
        when += timedelta(days=5)


def test_extended__repeats_the_raids_of_ninety_days():
    flown = {
        (row.raid, row.day, row.target, row.aircraft_class, row.role): row.sorties for row in longer().raids
    }
    for (raid, day, *rest), sorties in flown.items():
        if day > war().end:
            assert flown[raid, day - timedelta(days=90), *rest] == sorties
    last = [row for row in war().raids if row.day > war().end - timedelta(days=90)]
    assert len(flown) - len(war().raids) >= 5 * len(last)


def test_extended__gives_orders_for_every_new_day():
    history = History(prepare(longer()))
    totals = [history(war().end + k * DAY).total.sum() for k in range(1, (END - war().end).days + 1, 7)]
    assert min(totals) > 0.5 * history(war().end).total.sum()


def test_extended__says_of_every_row_added_that_it_is_assumed():
    added = 0
    for table in TABLES:
        old, new = getattr(war(), table), getattr(longer(), table)
        assert new[: len(old)] == old
        for row in new[len(old) :]:
            added += 1
            assert row.sources == ()
            assert "no record after 1953-07-27" in row.assumed
            TABLES[table][0].model_validate(dict(row))
    assert added > 50


def test_extended__brings_no_reinforcement_that_nobody_sent():
    """Aircraft on hand stay: a repeated rise would be a new delivery each time."""
    prepared = prepare(longer())
    assert (prepared.reinforcement[war().days :] == 0).all()
    assert (prepared.serviceable[war().days :] == prepared.serviceable[war().days - 1]).all()


def test_extended__is_another_scenario_to_the_store():
    assert len({war().digest, longer().digest, extended(war(), date(1954, 1, 1)).digest}) == 3


@given(st.dates(date(1940, 1, 1), date(1980, 1, 1)))
def test_extended__goes_forward_and_at_most_ten_years(end):
    if war().end < end <= war().start + timedelta(days=3652):
        assert extended(war(), end).end == end
    else:
        with pytest.raises(QueryError, match="expected a day after 1953-07-27, to 1961-07-09"):
            extended(war(), end)
