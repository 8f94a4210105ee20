"""Posteriors: worlds that replicates take, and files that come back as they were or not at all."""

import json
from dataclasses import replace

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet
from stepping import flagship

from stalemate.engine.simulate import simulate
from stalemate.ensemble import posteriors
from stalemate.ensemble.posteriors import (
    find_posterior,
    place_of,
    read_posterior,
    structures_of,
    write_posterior,
)
from stalemate.ensemble.runner import run
from stalemate.errors import QueryError, RunError
from stalemate.policies.plans import Historical
from stalemate.scenario.given import GivenWorlds
from stalemate.scenario.resolve import Structures, draws_of, resolve

PREPARED = flagship()
WAR = PREPARED.scenario
MEMBERS = 24


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("STALEMATE_POSTERIORS", str(tmp_path / "posteriors"))


def prior(name="prior", members=MEMBERS, digest=WAR.digest):
    """Return the posterior that is the prior: its members are the first wars as they were drawn."""
    drawn = draws_of(WAR, 1, range(members))
    forms = [Structures().of(war) for war in range(members)]
    repair, fire = (np.array(form) for form in zip(*forms, strict=True))
    return GivenWorlds(
        name, "0" * 64, digest, "draws", tuple(drawn), np.stack(list(drawn.values()), axis=1), repair, fire
    )


def test_resolve__under_the_prior_as_posterior_gives_the_prior_s_worlds():
    drawn = resolve(WAR, 1, range(MEMBERS), Structures())
    given = resolve(WAR, 1, range(MEMBERS), Structures(given=prior()))
    assert given.tobytes() == drawn.tobytes()


def test_resolve__takes_members_of_its_own_forms_in_order_and_from_the_first_again():
    few = prior(members=8)
    worlds = resolve(WAR, 1, range(20), Structures(given=few))
    for war in range(20):
        assert worlds["cut_common_factor"][war] == worlds["cut_common_factor"][war % 8]
    queue = resolve(WAR, 1, range(4), Structures(repair=("queue",), fire=("stock",), given=prior()))
    member = [war for war in range(MEMBERS) if Structures().of(war) == ("queue", "stock")]
    drawn = resolve(WAR, 1, range(MEMBERS), Structures())
    np.testing.assert_array_equal(queue["cut_common_factor"][:3], drawn["cut_common_factor"][member])
    assert queue["cut_common_factor"][3] == queue["cut_common_factor"][0]


def test_resolve__a_block_of_any_size_takes_the_same_members():
    forms = Structures(given=prior())
    whole = resolve(WAR, 7, range(40), forms)
    parts = np.concatenate([resolve(WAR, 7, part, forms) for part in (range(13), range(13, 40))])
    assert whole.tobytes() == parts.tobytes()


def test_resolve__refuses_a_posterior_of_another_scenario_or_without_a_form():
    with pytest.raises(QueryError, match="of another scenario"):
        resolve(WAR, 1, range(4), Structures(given=prior(digest="e" * 64)))
    with pytest.raises(QueryError, match=r"no war with repair .* and fire "):
        resolve(WAR, 1, range(4), Structures(given=prior(members=1)))


def test_simulate__under_the_prior_as_posterior_fights_the_same_wars():
    record = ["cuts", "front_tonnes", "aircraft_lost"]
    drawn = simulate(PREPARED, Historical(), 1, range(4), record=record, until=20)
    given = simulate(
        PREPARED, Historical(), 1, range(4), record=record, until=20, structures=Structures(given=prior())
    )
    for name in record:
        assert drawn.daily[name].tobytes() == given.daily[name].tobytes()


def test_write_posterior__comes_back_as_it_was_and_is_found_by_name(tmp_path):
    stored = write_posterior(prior("first"), place_of("first"))
    found = find_posterior("first")
    assert found == stored
    np.testing.assert_array_equal(found.quantiles, prior().quantiles)
    assert (found.names, list(found.fire)) == (prior().names, list(prior().fire))
    assert find_posterior(str(place_of("first"))) == stored
    again = write_posterior(prior("first"), tmp_path / "copy.parquet")
    assert again.digest == stored.digest
    with pytest.raises(QueryError, match="exists already"):
        write_posterior(prior("first"), place_of("first"))
    with pytest.raises(QueryError, match="there are first; make one with: stalemate calibrate"):
        find_posterior("second")


@pytest.mark.parametrize("name", ["", "Big", "../up", "a b", "x" * 41, ".hidden"])
def test_place_of__refuses_what_is_neither_name_nor_path(name):
    with pytest.raises(QueryError, match="expected small letters"):
        place_of(name)


def test_read_posterior__refuses_files_that_are_something_else(tmp_path, monkeypatch):
    place = tmp_path / "p.parquet"
    write_posterior(prior(), place)
    whole = place.read_bytes()
    for damaged in (b"", b"no table", whole[:-9], whole[: len(whole) // 2]):
        place.write_bytes(damaged)
        with pytest.raises(QueryError, match="not a stored posterior"):
            read_posterior(place)
    place.write_bytes(whole)
    table = parquet.read_table(place)
    outside = table.set_column(2, table.column_names[2], pyarrow.array([2.0] * MEMBERS))
    parquet.write_table(outside, place, compression="none", use_dictionary=False)
    with pytest.raises(QueryError, match="quantiles outside 0 to 1"):
        read_posterior(place)
    about = json.loads(table.schema.metadata[b"stalemate-posterior"]) | {"format": 9}
    foreign = table.replace_schema_metadata({"stalemate-posterior": json.dumps(about)})
    parquet.write_table(foreign, place, compression="none", use_dictionary=False)
    with pytest.raises(QueryError, match="found format 9; this version reads format 1"):
        read_posterior(place)
    place.write_bytes(whole)
    monkeypatch.setattr(posteriors, "model_digest", lambda: "other")
    with pytest.raises(QueryError, match="other code of the model"):
        read_posterior(place)


def test_run__a_stored_run_names_its_posterior_and_cannot_be_made_without_it(tmp_path):
    stored = write_posterior(prior("first"), place_of("first"))
    runs = run(
        WAR,
        Historical(),
        replicates=2,
        until=WAR.start,
        structures=Structures(given=stored),
        out=tmp_path / "run",
    )
    assert runs.recipe.posterior == stored.label
    assert structures_of(runs.recipe).given == stored
    with pytest.raises(RunError, match="first is now first"):
        structures_of(replace(runs.recipe, posterior="first 123"))
    place_of("first").unlink()
    with pytest.raises(RunError, match="no posterior 'first'"):
        structures_of(runs.recipe)
