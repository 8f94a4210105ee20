"""How the systems of sky, orders and lines behave alone: answer against blow, as tables for their pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np
from behaviour import Rows, Values, alone, band, day_of, drawn_worlds, flagship

from stalemate.engine.history import history_of
from stalemate.policies.directive import Directive
from stalemate.policies.spent import standing
from stalemate.scenario.air import LEVELS
from stalemate.scenario.forms import REPAIR_FORMS
from stalemate.systems.theatre import FORTNIGHT

_LINE: Final = "sinanju-sopo"
"""The line that curves are drawn for: of the western main line, inside the triangle."""
_SPELL: Final = 28
_MEETING: Final = "1952-06-02"
_RAIL, _ROAD = 0, 2


def weather() -> Rows:
    """Return the share of days and nights flown by month, and bridges washed out."""
    seen = alone("weather")
    months = np.array([_date(day).month for day in range(flagship().scenario.days)])
    flood = np.array([f"{_date(day):%Y-%m}" for day in range(flagship().scenario.days)])
    rows = [("month", "days flown", "nights flown", "washed out in 1951")]
    for month in range(1, 13):
        those, in_1951 = months == month, flood == f"1951-{month:02}"
        flown = (seen[name][those].mean(axis=0) for name in ("flyable_day", "flyable_night"))
        washed = band(seen["washouts"][in_1951].sum(axis=(0, 2))) if in_1951.any() else ""
        rows.append((f"{date(1951, month, 1):%b}", *(band(share) for share in flown), washed))
    return rows


def authority() -> Rows:
    """Return the leave that a choosing committee has after sixty days of so many deaths a day."""
    rows = [("deaths a day", "political cost", "leave of the Joint Chiefs", "of the theatre", "of the field")]
    for deaths in (0, 25, 50, 100, 200, 400, 800):

        def kill(day: int, wars: Values, deaths: int = deaths) -> None:
            wars["civilian_deaths"] = deaths

        seen = alone("authority", kill, orders=_choosing, days=_spell("1952-07-10", 60))
        approval = seen["approval"][-1]
        shares = (float(np.mean(approval == LEVELS.index(name))) for name in reversed(LEVELS[:3]))
        rows.append((f"{deaths}", band(seen["political_cost"][-1]), *(f"{share:.2f}" for share in shares)))
    return rows


def committee() -> Rows:
    """Return a fortnight's plan by score from so much effort, with nothing damaged yet."""
    rows = [("effort, the record = 1", "share at rail", "at roads", "at fixed targets", "targets struck")]
    for effort in (0.25, 0.5, 1.0, 2.0, 4.0):

        def choose(when: date, given: Directive, effort: float = effort) -> Directive:
            spent = effort * standing(given)
            rail = given.rail.sum(1) + given.bridge.sum(1)
            scale = np.divide(spent, rail, out=np.zeros_like(rail), where=rail > 0)[:, None]
            return replace(
                given,
                rail=given.rail * scale,
                bridge=given.bridge * scale,
                road=spent,
                destruction=spent,
                raids=(),
                choice="believed",
            )

        def stand(day: int, wars: Values) -> None:
            wars["believed_left"] = flagship().theatre["target_standing"][0]
            wars["approval"], wars["order_weight"] = LEVELS.index("theatre"), 1.0

        seen = alone("committee", stand, orders=choose, days=_spell(_MEETING, 1))
        sorties = seen["plan_sorties"][0].sum(axis=(1, 2))
        fixed = sorties / (FORTNIGHT * effort * _spent().sum())
        struck = np.array([len({*plan[number > 0].tolist()}) for plan, number in _plans(seen)], float)
        columns = (_stated_share(seen, _RAIL), _stated_share(seen, _ROAD), fixed, struck)
        rows.append((f"{effort:g}", *(band(column) for column in columns)))
    return rows


def airforces() -> Rows:
    """Return the sorties of a month by class, under the record's orders in the weather that is drawn."""
    sky = alone("weather")

    def hand(day: int, wars: Values) -> None:
        for name in ("flyable_day", "flyable_night"):
            wars[name] = sky[name][day]
        wars["aircraft"][:, : len(flagship().classes)] = flagship().on_hand
        wars["mission_weight"], wars["raid_allowed"] = 1.0, 1

    seen = alone("airforces", hand, orders=lambda when, given: given)["sorties"]
    rows = [("28 days from", *flagship().classes)]
    for when in "1951-08-18 1951-12-01 1952-03-01 1952-06-10 1952-09-01 1953-02-01 1953-06-01".split():
        month = seen[day_of(when) : day_of(when) + _SPELL, :, : len(flagship().classes)].sum(axis=0)
        rows.append((when, *(band(month[:, k]) for k in range(month.shape[1]))))
    return rows


def strike() -> Rows:
    """Return cuts on one line from so many fighter-bomber sorties a day, all flown at it."""
    line = flagship().sections.index(_LINE)
    rows = [("sorties a day", "cuts a day", "counted by the defenders", "share of days without a cut")]
    for sorties in (10, 25, 50, 100, 200, 400):

        def aim(when: date, given: Directive, sorties: int = sorties) -> Directive:
            rail = np.zeros_like(given.rail)
            rail[0, line] = sorties
            return replace(given, rail=rail, bridge=np.zeros_like(rail), raids=())

        def hand(day: int, wars: Values) -> None:
            wars["flown_share"], wars["mission_weight"], wars["rail_sorties"] = 1.0, 1.0, 1.0

        seen = alone("strike", hand, orders=aim, days=_spell("1951-10-01"))
        cuts, counted = seen["cuts"][..., line], seen["cuts_reported"][..., line]
        columns = (cuts.mean(axis=0), counted.mean(axis=0), (cuts == 0).mean(axis=0))
        rows.append((f"{sorties}", *(band(column) for column in columns)))
    return rows


def repair() -> Rows:
    """Return the share of the night that a line is whole under so many cuts a day, by form, at two dates."""
    line, forms = flagship().sections.index(_LINE), drawn_worlds()["repair_form"]
    dates = ("1951-10-01", "1953-03-01")
    rows = [("cuts a day", *(f"{name}, {when[:4]}" for when in dates for name in REPAIR_FORMS))]
    for cuts in (0, 1, 2, 4, 8, 16, 32):

        def cut(day: int, wars: Values, cuts: int = cuts) -> None:
            wars["cuts"][:, line] = cuts
            wars["labour_left"] = 1.0

        columns = []
        for when in dates:
            share = alone("repair", cut, days=_spell(when))["open_share"][-7:, :, line].mean(axis=0)
            columns += [share[forms == number] for number in range(len(REPAIR_FORMS))]
        rows.append((f"{cuts}", *(band(column) for column in columns)))
    return rows


def transport() -> Rows:
    """Return what reaches the front when every line is whole for the same share of the night."""
    rows = [("share of the night", "to the front, t/day", "rail cars", "trans-shipped, t", "by porters, t")]
    sectors = len(flagship().sectors)
    for share in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0):

        def ask(day: int, wars: Values, share: float = share) -> None:
            wars["open_share"] = share
            wars["grain_wanted"][:, :sectors] = 250.0
            wars["ammunition_wanted"][:, :sectors] = 250.0
            wars["days_of_supply"][:, :sectors] = 30.0

        seen = alone("transport", ask, days=_spell("1952-03-01"))
        columns = (seen["front_tonnes"].sum(axis=2), seen["rail_intake_cars"], seen["transshipped_tonnes"])
        columns = (*columns, seen["porter_tonnes"].sum(axis=2))
        rows.append((f"{share:g}", *(band(column[-7:].mean(axis=0)) for column in columns)))
    return rows


LINES: Final[Mapping[str, Callable[[], Rows]]] = {
    "weather": weather,
    "authority": authority,
    "committee": committee,
    "airforces": airforces,
    "strike": strike,
    "repair": repair,
    "transport": transport,
}
"""The table of each of these systems; its first row is the head."""


def _choosing(when: date, given: Directive) -> Directive:
    return replace(given, choice="believed")


def _spell(when: str, days: int = _SPELL) -> range:
    return range(day_of(when), day_of(when) + days)


def _date(day: int) -> date:
    return date.fromordinal(flagship().scenario.start.toordinal() + day)


def _spent() -> Values:
    """Return what the record flew at lines, roads and fixed targets on the committee's day: (class,)."""
    return standing(history_of(flagship())(date.fromisoformat(_MEETING)))


def _plans(seen: Mapping[str, Values]) -> Sequence[tuple[Any, Any]]:
    return list(zip(seen["plan_target"][0], seen["plan_sorties"][0], strict=True))


def _stated_share(seen: Mapping[str, Values], mission: int) -> Values:
    """Return the share of all that classes may spend which goes to a mission, (replicate,)."""
    budget = _spent()
    share = seen["mission_share"][0][:, : len(budget), mission]
    return (share * budget).sum(axis=1) / budget.sum()
