"""The whole way with the real engine and korea-1951: few wars, a short while."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, final

import numpy as np
import pytest

import stalemate as sm
from stalemate.ensemble.outcomes import OUTCOMES
from stalemate.policies.directive import AbstractPolicy, Directive, Observation
from stalemate.policies.naming import named

FEW, SHORT = 24, date(1951, 9, 10)


@pytest.fixture(scope="module")
def korea():
    """Return the flagship scenario."""
    return sm.load("korea-1951")


@final
@dataclass(frozen=True)
class Doubled(AbstractPolicy):
    """Twice the sorties at rail, as a script might order them."""

    name: ClassVar[str] = "doubled"
    summary: ClassVar[str] = "twice the sorties at rail from August 1951"
    parts: date | None = date(1951, 8, 1)

    def decide(self, seen: Observation) -> Directive:
        if self.parts is None or seen.date < self.parts:
            return seen.historical
        return seen.historical.scaled(rail=2)


@pytest.fixture(scope="module")
def doubled(korea):
    """Return a run of a script's policy beside the record's."""
    return sm.run(korea, [Doubled(), "historical"], replicates=FEW, until=SHORT)


def all_bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_real_run__has_the_same_bytes_with_any_workers_and_blocks(korea, tmp_path):
    for workers, block in ((1, 256), (2, 7), (7, 16)):
        out = tmp_path / f"{workers}"
        sm.run(korea, "historical", replicates=FEW, until=SHORT, workers=workers, block=block, out=out)
    assert all_bytes(tmp_path / "1") == all_bytes(tmp_path / "2") == all_bytes(tmp_path / "7")


def test_real_run__policies_are_one_war_up_to_the_day_they_part(doubled):
    weeks = (doubled.recipe.window_start - doubled.recipe.start).days // 7
    first, second = (kept.weekly[:, :weeks].tobytes() for kept in doubled.kept)
    assert first == second
    assert doubled.kept[0].weekly.tobytes() != doubled.kept[1].weekly.tobytes()


def test_real_run__more_sorties_make_more_cuts_in_every_pair(doubled):
    assert (doubled.outcome(0, "cuts") >= doubled.outcome(1, "cuts")).all()
    assert doubled.outcome(0, "cuts").sum() > 1.5 * doubled.outcome(1, "cuts").sum()


def test_real_run__what_is_called_an_input_does_not_differ(doubled):
    for o in OUTCOMES:
        if o.given == "always":
            assert np.array_equal(doubled.outcome(0, o.name), doubled.outcome(1, o.name))


def test_real_run__holds_no_negative_and_no_missing_number(doubled):
    for kept in doubled.kept:
        assert all((kept.outcomes[o.name] >= 0).all() for o in OUTCOMES if o.name != "ground_km2")
        assert np.isfinite(kept.weekly).all()


def test_real_run__as_a_data_set_names_the_sectors(doubled, korea):
    data = doubled.to_xarray()
    assert set(data.sector.values) <= {sector.id for sector in korea.sectors}
    by_sector = float(data.weekly_front_tonnes_by_sector.sum())
    assert float(data.weekly_front_tonnes.sum()) == pytest.approx(by_sector, rel=1e-5)


def test_predict__agrees_with_the_outcome_of_a_run_over_the_same_days(korea):
    runs = sm.run(korea, "historical", replicates=FEW, until=SHORT)
    asked = sm.predict(korea, "cuts", korea.start, SHORT, replicates=FEW)
    by_run = np.quantile(runs.outcome(0, "cuts"), (0.05, 0.5, 0.95))
    assert (asked.estimate.low, asked.estimate.median, asked.estimate.high) == pytest.approx(tuple(by_run))


def test_scorecard__can_ask_every_observation_of_korea_1951(korea):
    card = sm.scorecard(korea, replicates=2)
    assert [row.observed for row in card.rows] == list(korea.observations)


@pytest.mark.parametrize("policy", ["historical", "banfill", "restraint", "none"])
def test_named_policies__go_by_the_name_and_digest_that_a_manifest_needs(korea, policy):
    once, again = named(policy, korea), named(policy, korea)
    assert once.name == policy
    assert once.digest == again.digest
