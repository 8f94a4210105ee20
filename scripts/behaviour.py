"""How a system behaves alone, as a table for its page; ``fresh_docs.py`` puts it there.

Only the calendar and the one system run, on the flagship's parameters as drawn; what other systems would have
written is set by hand and said on the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stalemate.analysis.estimate import number
from stalemate.engine.day import DAY
from stalemate.engine.history import History
from stalemate.engine.simulate import prepare
from stalemate.policies.directive import Directive
from stalemate.scenario import read
from stalemate.scenario.air import TARGET_CLASSES
from stalemate.scenario.resolve import DATED, Structures, resolve
from stalemate.systems.diplomacy import EXPLANATIONS
from stalemate.systems.theatre import Prepared
from stalemate.systems.variables import state_type

Values = npt.NDArray[Any]
Daily = Mapping[str, Values]
"""Each field that a system writes: (day, replicate, ...)."""
Rows = Sequence[Sequence[str]]
REPLICATES: Final = 400


def alone(
    name: str,
    hand: Callable[[int, Values], None] = lambda day, wars: None,
    *,
    today: Mapping[str, float] | None = None,
    orders: Callable[[date, Directive], Directive] | None = None,
    days: range | None = None,
    kept: Sequence[str] = (),
) -> Daily:
    """Return what one system writes every day, or on ``days``, when it runs alone: all fields, or those kept.

    ``hand`` sets each morning what other systems would have written; ``today`` fixes dated parameters;
    ``orders`` makes the day's directive from the record's, without it none is given.
    """
    prepared = flagship()
    theatre, worlds = prepared.theatre.copy(), drawn_worlds()
    theatre["leaflets"] = 1.0
    wars = np.zeros(REPLICATES, state_type())
    systems = {system.name: system for _, system in DAY}
    systems[name].begin(prepared, worlds, wars)
    history = History(prepared)
    evenings: dict[str, list[Values]] = {field: [] for field in kept or systems[name].writes}
    for day in range(prepared.scenario.days) if days is None else days:
        prepared.set_day(theatre, day)
        if orders is not None:
            when = prepared.scenario.start + timedelta(days=day)
            prepared.set_orders(theatre, orders(when, history(when)))
        systems["calendar"].loop(theatre, worlds, wars, day)
        for parameter, value in (today or {}).items():
            wars["today"][:, DATED[parameter]] = value
        hand(day, wars)
        systems[name].loop(theatre, worlds, wars, day)
        for field, values in evenings.items():
            values.append(wars[field].copy())
    return {field: np.array(values) for field, values in evenings.items()}


def counterair() -> Rows:
    """Return who came and who was lost at dates, with the record's cover and without any."""
    prepared = flagship()
    place = {name: number for number, name in enumerate(prepared.classes)}
    bombing = {"fighter-bomber": 50.0, "b29": 13.0}

    def covered(day: int, wars: Values) -> None:
        since = sum(day >= day_of(when) for when in ("1951-12-01", "1952-07-01", "1953-01-01"))
        wars["cover_flown"][:, place["interceptor"]] = (53.0, 90.0, 103.0, 117.0)[since]
        wars["sorties"] = wars["cover_flown"]
        bare(day, wars)

    def bare(day: int, wars: Values) -> None:
        wars["flyable_day"], wars["aircraft"] = 1, 10**6
        for name, sorties in bombing.items():
            wars["sorties"][:, place[name]] = sorties

    seen, uncovered = alone("counterair", covered), alone("counterair", bare)
    lost = seen["air_losses"]
    columns = [seen["mig_sorties"], seen["migs_lost"], lost[..., place["interceptor"]]]
    columns += [lost[..., place["fighter-bomber"]], lost[..., place["b29"]]]
    columns.append(uncovered["air_losses"][..., place["b29"]])
    rows = [("from", "MiGs seen", "MiGs lost", "Sabres lost", "fighter-bombers", "B-29s", "B-29s, no cover")]
    for when in ("1951-09-01", "1951-10-01", "1951-12-15", "1952-09-01", "1953-01-01", "1953-06-01"):
        days = slice(day_of(when), day_of(when) + 28)
        rows.append((when, *(band(column[days].sum(0)) for column in columns)))
    return rows


def attrition() -> Rows:
    """Return losses in 1,000 sorties at dates: as drawn, with the guns of May 1951, with no new tactics."""

    def hand(day: int, wars: Values) -> None:
        wars["sorties"][:, 0], wars["aircraft"][:, 0] = 1000.0, 10**6

    cases: tuple[dict[str, float], ...] = ({}, {"loss_flak_guns": 925.0}, {"loss_tactics_progress": 0.0})
    seen = [alone("attrition", hand, today=case) for case in cases]
    columns = [*(case["lost_flak"] for case in seen), seen[0]["lost_accident"]]
    rows = [("from", "to ground fire", "with 925 guns throughout", "with tactics unchanged", "by accident")]
    for when in ("1951-07-10", "1951-12-15", "1952-07-01", "1952-09-01", "1953-06-01"):
        days = slice(day_of(when), day_of(when) + 28)
        rows.append((when, *(band(column[days, :, 0].mean(0)) for column in columns)))
    return rows


def economy() -> Rows:
    """Return power, industry and food when plants go out in June 1952 and reservoirs in May, by hand."""
    power, worlds = TARGET_CLASSES.index("power"), drawn_worlds()

    def hit(day: int, wars: Values) -> None:
        wars["target_left"], wars["class_left"] = 1.0, 1.0
        wars["civil_tonnes"] = worlds["civil_cars"] * worlds["rail_tonnes_per_car"]
        left = 1.0 if day < day_of("1952-06-23") else 0.0 if day < day_of("1952-07-08") else 0.4
        wars["target_left"], wars["class_left"][:, power] = left, left
        wars["breaches"] = 5 if day == day_of("1952-05-13") else 0

    seen = alone("economy", hit)
    lost = np.cumsum(seen["rice_lost_t"], axis=0)
    rows = [("evening of", "power", "Manchuria without", "industry", "rice lost so far, t", "food")]
    for when in ("1952-05-12", "1952-05-13", "1952-06-23", "1952-07-08", "1952-10-14", "1952-10-15"):
        day = day_of(when)
        columns = (seen["power_share"], seen["power_manchuria"], seen["industry_share"], lost)
        rows.append((when, *(band(column[day]) for column in (*columns, seen["food_share"]))))
    return rows


def civilians() -> Rows:
    """Return deaths for 1,000 t on towns and elsewhere, warnings and work, under the same bombs every day."""

    def bomb(day: int, wars: Values) -> None:
        wars["town_tonnes"], wars["bombs_tonnes"][:, 0] = 100.0, 450.0
        wars["food_share"] = 1.0

    seen = alone("civilians", bomb)
    rows = [("30 days to", "dead for 1,000 t on towns", "for 1,000 t elsewhere", "warned", "labour left")]
    for when in ("1951-08-08", "1952-07-10", "1952-08-05", "1952-09-30", "1953-07-27"):
        days = slice(day_of(when) - 29, day_of(when) + 1)
        columns = (
            seen["deaths_town"][days].sum(0) / 3.0,
            seen["deaths_other"][days].sum(0) / 10.5,
            seen["warned_share"][days].mean(0),
            seen["labour_left"][days].mean(0),
        )
        rows.append((when, *(band(column) for column in columns)))
    return rows


def insurgency() -> Rows:
    """Return strength and claims at dates, with Ratkiller and without it."""
    seen, unswept = alone("insurgency"), alone("insurgency", today={"guerrilla_sweep_divisions": 0.25})
    claimed = np.cumsum(seen["guerrillas_claimed"], axis=0)
    claimed = np.maximum(claimed - claimed[day_of("1951-12-01")], 0.0)
    rows = [("evening of", "guerrillas", "claimed since 2 Dec", "rear divisions", "guerrillas, no Ratkiller")]
    for when in ("1951-07-10", "1951-10-01", "1951-12-01", "1952-03-14", "1952-12-31", "1953-07-27"):
        day = day_of(when)
        columns = (seen["guerrillas"], claimed, seen["rear_divisions"], unswept["guerrillas"])
        rows.append((when, *(band(column[day]) for column in columns)))
    return rows


def intelligence() -> Rows:
    """Return what is believed of one plant that is struck in July 1951 and rebuilt in part in September."""
    standing = flagship().theatre["target_standing"][0]
    plant, first, rebuilt = int(np.argmax(standing)), day_of("1951-07-13"), day_of("1951-09-07")

    def left(day: int) -> float:
        return 1.0 if day < first else 0.3 if day < rebuilt else 0.6

    def hand(day: int, wars: Values) -> None:
        wars["target_left"] = standing
        wars["target_left"][:, plant] = left(day)

    believed = alone("intelligence", hand)["believed_left"][..., plant]
    rows = [("evening of", "stands", "believed", "a tenth too low or more, %", "a tenth too high or more, %")]
    for day in range(13, 13 + 8 * 14, 14):
        error = believed[day] - left(day)
        when = f"{flagship().scenario.start + timedelta(day)}"
        wrong = (100 * float(np.mean(error < -0.1)), 100 * float(np.mean(error > 0.1)))
        rows.append((when, f"{left(day)}", band(believed[day]), *(f"{share:.0f}" for share in wrong)))
    return rows


def talks() -> Rows:
    """Return the hazard of the end at dates, with air pressure of the record's size and without."""

    def fight(day: int, wars: Values) -> None:
        month = (flagship().scenario.start + timedelta(days=day)).month
        wars["battle"] = 0.3 if 6 <= month <= 11 else 0.0

    def press(day: int, wars: Values) -> None:
        fight(day, wars)
        wars["pressure_felt"] = 1.0 if day >= day_of("1952-06-23") else 0.0

    seen, unpressed = alone("talks", press), alone("talks", fight)
    columns = [seen["hazard"][..., EXPLANATIONS.index(name)] for name in EXPLANATIONS]
    columns.append(unpressed["hazard"][..., EXPLANATIONS.index("air-pressure")])
    rows = [("evening of", "items settled", *EXPLANATIONS, "air-pressure, none flown")]
    for when in ("1951-11-27", "1952-05-02", "1952-07-10", "1952-12-31", "1953-03-28", "1953-06-08"):
        day = day_of(when)
        settled = band(seen["items_settled"][day])
        rows.append((when, settled, *(number(1000 * float(np.median(c[day]))) for c in columns)))
    return rows


def front() -> Rows:
    """Return battles, casualties and ground by period, with every order of supply filled."""

    def fill(day: int, wars: Values) -> None:
        wars["front_tonnes"] = wars["grain_wanted"] + wars["ammunition_wanted"] + wars["works_wanted"]

    seen = alone("front", fill)
    fields = {
        "UN battles": "battles_un",
        "Communist battles": "battles_communist",
        "days of full battle": "battle",
        "UN casualties": "casualties_un",
        "of them US dead": "deaths_us",
        "Communist casualties": "casualties_communist",
        "km2 taken by the UN": "ground_taken_un",
        "by the other side": "ground_taken_communist",
    }
    rows = [("from", *fields)]
    starts = [day_of(when) for when in ("1951-07-10", "1951-11-12", "1953-03-01", "1953-06-08")]
    for first, end in zip(starts, [*starts[1:], len(seen["battle"])], strict=True):
        sums = (seen[field][first:end].sum(0) for field in fields.values())
        rows.append((f"{flagship().scenario.start + timedelta(first)}", *(band(column) for column in sums)))
    return rows


def targets() -> Rows:
    """Return what stands under the record's raids, and under those of June 1952 alone, for power plants."""

    def hand(day: int, wars: Values) -> None:
        wars["raid_allowed"], wars["raid_share"] = 1, 1.0

    def one_blow(when: date, given: Directive) -> Directive:
        return given if when <= date(1952, 6, 30) else replace(given, raids=())

    seen = alone("targets", hand, orders=lambda when, given: given, kept=("class_left", "target_left"))
    blow = alone("targets", hand, orders=one_blow, kept=("class_left",))
    power, runway = TARGET_CLASSES.index("power"), flagship().targets.index("sinuiju-airfield")
    suiho, anak = (flagship().targets.index(name) for name in ("suiho", "anak-supply"))
    rows = [("evening of", "power", "power, June 1952 alone", "Suiho", "Sinuiju airfield", "Anak stores")]
    for when in (
        "1952-06-22 1952-06-27 1952-07-08 1952-08-22 1952-11-28 1952-12-04 1953-02-15 1953-05-10 1953-07-27"
    ).split():
        day = day_of(when)
        columns = (
            seen["class_left"][..., power],
            blow["class_left"][..., power],
            *(seen["target_left"][..., i] for i in (suiho, runway, anak)),
        )
        rows.append((when, *(band(column[day]) for column in columns)))
    return rows


BEHAVIOURS: Final[Mapping[str, Callable[[], Rows]]] = {
    "attrition": attrition,
    "counterair": counterair,
    "front": front,
    "economy": economy,
    "civilians": civilians,
    "insurgency": insurgency,
    "intelligence": intelligence,
    "talks": talks,
    "targets": targets,
}
"""The table of each system that has one; its first row is the head."""


@cache
def flagship() -> Prepared:
    """Return the flagship as arrays."""
    return prepare(read.load("korea-1951"))


@cache
def drawn_worlds() -> Values:
    """Return the worlds that every table is made with."""
    return resolve(flagship().scenario, 1, range(REPLICATES), Structures())


def day_of(when: str) -> int:
    """Return the number of a day."""
    return flagship().scenario.day_of(date.fromisoformat(when))


def band(values: Values) -> str:
    """Return the median and the 90 % band of the replicates."""
    low, middle, high = (float(point) for point in np.percentile(values, (5, 50, 95)))
    return number(middle) if low == high else f"{number(middle)} ({number(low)} to {number(high)})"
