"""Many wars: blocks of replicates side by side, reduced at once, kept in shards.

Neither workers nor block size can move a bit of the result: a war's luck is addressed by its
number, and blocks are put together in order.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, Generic, TypeVar

from stalemate.engine import simulate as engine
from stalemate.engine.simulate import Block, Prepared, Structures
from stalemate.ensemble.outcomes import (
    BY_PLACE,
    QUANTITIES,
    Column,
    Kept,
    columns,
    only_whole,
    outcomes_of,
    weekly_of,
)
from stalemate.ensemble.pool import Progress, Workers, go_on, side_by_side
from stalemate.ensemble.posteriors import structures_of
from stalemate.ensemble.questions import answers_of, questions_of, recorded_for
from stalemate.ensemble.runs import Runs, joined, part_of, read_run
from stalemate.ensemble.store import (
    SHARD_WARS,
    Ordered,
    Recipe,
    RunWriter,
    differences,
    model_digest,
    read_recipe,
)
from stalemate.errors import QueryError, RunError
from stalemate.policies.directive import AbstractPolicy
from stalemate.policies.naming import named
from stalemate.scenario.narrow import ranges_of
from stalemate.scenario.schema import Scenario

DEFAULT_REPLICATES, DEFAULT_SEED = 1000, 1
MOST_BLOCK_WARS: Final = 1024
"""Wars side by side at most. Above a shard's 256 a block holds whole shards; the files are the same."""

T = TypeVar("T")


def run(
    war: Scenario,
    policy: str | AbstractPolicy | Sequence[str | AbstractPolicy],
    *,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    until: date | None = None,
    since_parting: bool = False,
    out: Path | None = None,
    workers: Workers = None,
    block: int = SHARD_WARS,
    progress: Progress | None = None,
) -> Runs:
    """Run one or more policies under the same luck, and store the run in ``out`` if a folder is named.

    ``until`` is the last day, the scenario's by default. Outcomes are taken over all days, or with
    ``since_parting`` from the day several policies part. A stored run of the same recipe is read instead
    of run again, and an unfinished one is taken up where it stopped.

    Raises QueryError for an option out of range, PolicyError for an unknown policy and RunError if ``out``
    holds something else.
    """
    job = _job(war, policy, seed, replicates, structures, until, since_parting)
    if out is not None and out.exists():
        _refuse_other(read_recipe(out), job.recipe, str(out))
        return read_run(out)
    if out is None:
        return job.remembered(block, workers, progress)
    with RunWriter(job.recipe, out) as writer:
        todo = [place for place in job.places() if not writer.has(*place)]
        with closing(job.fight(todo, block, workers, progress)) as fought:
            for place, kept in fought:
                writer.write(*place, kept)
        writer.finish()
    return read_run(out)


def run_until(
    war: Scenario,
    policy: str | AbstractPolicy | Sequence[str | AbstractPolicy],
    wanted: Callable[[Sequence[Kept]], int],
    *,
    most: int,
    seed: int = DEFAULT_SEED,
    structures: Structures | None = None,
    until: date | None = None,
    since_parting: bool = False,
    out: Path | None = None,
    workers: Workers = None,
    block: int = SHARD_WARS,
    progress: Progress | None = None,
) -> Runs:
    """Run wars in rounds until no more are wanted, ``most`` at most, and store the run in ``out`` if named.

    ``wanted`` is told what is kept of each policy so far and returns how many wars a policy there should be;
    rounds end with whole shards. The first has two. The result is that of ``run`` with as many replicates.

    Raises what ``run`` raises, and RunError if ``out`` exists: how many wars it should hold is not known.
    """
    job = _job(war, policy, seed, most, structures, until, since_parting)
    if out is not None and out.exists():
        raise RunError(f"{out} exists already; name another folder with --out, or move it away")
    policies = range(len(job.policies))
    parts: list[list[Kept]] = [[] for _ in policies]
    fought, aim = 0, 2 * SHARD_WARS
    while True:
        first, last = len(parts[0]), -(-min(aim, most) // SHARD_WARS)
        todo = [(p, shard) for shard in range(first, last) for p in policies]
        offset = len(job.policies) * fought
        told = progress and (lambda done, total, offset=offset: progress(offset + done, offset + total))
        with closing(job.fight(todo, block, workers, told)) as results:
            for (p, _), kept in results:
                parts[p].append(kept)
        kept_so_far = tuple(joined(mine) for mine in parts)
        fought = len(kept_so_far[0].repair)
        aim = wanted(kept_so_far)
        if aim <= fought or fought >= most:
            break
    recipe = replace(job.recipe, replicates=fought)
    if out is not None:
        with RunWriter(recipe, out) as writer:
            for p in policies:
                for shard, kept in enumerate(parts[p]):
                    writer.write(p, shard, kept)
            writer.finish()
        return read_run(out)
    return Runs(recipe, kept_so_far)


@dataclass(frozen=True)
class _Job:
    """A run to be fought shard by shard: its recipe, its policies, what is recorded and kept of a block."""

    recipe: Recipe
    policies: Sequence[AbstractPolicy]
    prepared: Prepared
    structures: Structures
    days: int
    record: tuple[str, ...]
    keep: Callable[[Block], Kept]

    def places(self) -> list[tuple[int, int]]:
        """Return every shard of every policy (policy, shard), the first shards first."""
        return [(p, shard) for shard in range(self.recipe.shards) for p in range(len(self.policies))]

    def remembered(self, block: int, workers: Workers, progress: Progress | None) -> Runs:
        """Fight all of it and return it from memory."""
        memory = dict(self.fight(self.places(), block, workers, progress))
        every = range(self.recipe.shards)
        kept_by_policy = (joined([memory[p, shard] for shard in every]) for p in range(len(self.policies)))
        return Runs(self.recipe, tuple(kept_by_policy))

    def fight(
        self,
        todo: Sequence[tuple[int, int]],
        block: int,
        workers: Workers,
        progress: Progress | None,
    ) -> Generator[tuple[tuple[int, int], Kept]]:
        """Yield what is kept of each shard of a policy (policy, shard), each policy's in order."""
        stretches = [
            (p, shards, _blocks([self.recipe.wars_of(shard) for shard in shards], block))
            for p, shards in _stretches(todo, block)
        ]
        plan = Plan(
            prepared=self.prepared,
            wars=[(self.policies[p], part) for p, _, parts in stretches for part in parts],
            seed=self.recipe.seed,
            record=self.record,
            whole=only_whole(self.record),
            structures=self.structures,
            until=self.days,
            reduce=self.keep,
        )
        with closing(run_blocks(plan, workers=workers, progress=progress)) as results:
            for p, shards, parts in stretches:
                kept = joined([next(results) for _ in parts])
                first = self.recipe.wars_of(shards[0]).start
                for shard in shards:
                    wars = self.recipe.wars_of(shard)
                    yield (p, shard), part_of(kept, slice(wars.start - first, wars.stop - first))


def _job(
    war: Scenario,
    policy: str | AbstractPolicy | Sequence[str | AbstractPolicy],
    seed: int,
    replicates: int,
    structures: Structures | None,
    until: date | None,
    since_parting: bool,
) -> _Job:
    chosen = [policy] if isinstance(policy, str | AbstractPolicy) else list(policy)
    policies = [named(p, war) if isinstance(p, str) else p for p in chosen]
    forms = structures or Structures()
    prepared = engine.prepare(war)
    places = _places(prepared)
    recipe = _recipe(war, policies, seed, replicates, forms, until, since_parting, columns(places))
    first_day, parting_day, last_day = map(war.day_of, (recipe.window_start, recipe.parting, recipe.end))
    asked = questions_of(war.observations)
    record = tuple(dict.fromkeys((*QUANTITIES, *recorded_for(asked))))

    def keep(done: Block) -> Kept:
        return Kept(
            outcomes_of(done.daily, first_day, parting_day, last_day),
            weekly_of(done.daily, recipe.columns, places),
            answers_of(war, asked, done.daily),
            done.structures["repair"],
            done.structures["fire"],
        )

    return _Job(recipe, policies, prepared, forms, last_day + 1, record, keep)


def run_again(
    recipe: Recipe,
    war: Scenario,
    policies: Sequence[AbstractPolicy],
    out: Path,
    *,
    workers: Workers = None,
    block: int = SHARD_WARS,
    progress: Progress | None = None,
) -> Runs:
    """Make a run from its recipe in another folder.

    Raises RunError if the scenario, the policies or the code are no longer those of the recipe.
    """
    structures = structures_of(recipe)
    war = recipe.as_fought(war)
    kept = columns(_places(engine.prepare(war)))
    since_parting = recipe.window_start > recipe.start
    now = _recipe(war, policies, recipe.seed, recipe.replicates, structures, recipe.end, since_parting, kept)
    _refuse_other(recipe, now, "the manifest")
    return run(
        war,
        policies,
        replicates=recipe.replicates,
        seed=recipe.seed,
        structures=structures,
        until=recipe.end,
        since_parting=since_parting,
        out=out,
        workers=workers,
        block=block,
        progress=progress,
    )


@dataclass(frozen=True)
class Plan(Generic[T]):
    """Blocks to run in order, each of one policy, and what is kept of each.

    ``until`` is the number of days. ``reduce`` runs in the worker: no daily record outlives its block.
    """

    prepared: Prepared
    wars: Sequence[tuple[AbstractPolicy, range]]
    seed: int
    record: Sequence[str]
    structures: Structures
    until: int
    reduce: Callable[[Block], T]
    whole: Sequence[str] = ()


def run_blocks(plan: Plan[T], *, workers: Workers = None, progress: Progress | None = None) -> Generator[T]:
    """Yield what is kept of each block, in the plan's order; close it to give up what is being fought.

    Raises QueryError for workers below 1.
    """

    def one(policy: AbstractPolicy, part: range) -> T:
        return plan.reduce(
            engine.simulate(
                plan.prepared,
                policy,
                plan.seed,
                part,
                record=plan.record,
                whole=plan.whole,
                structures=plan.structures,
                until=plan.until,
                watch=go_on,
            )
        )

    return side_by_side(plan.wars, one, workers=workers, progress=progress)


def fight_each(
    prepared: Prepared,
    policies: Sequence[AbstractPolicy],
    replicates: int,
    reduce: Callable[[Block], T],
    *,
    seed: int,
    record: Sequence[str],
    until: int,
    structures: Structures | None = None,
    whole: Sequence[str] = (),
    workers: Workers = None,
    progress: Progress | None = None,
) -> list[list[T]]:
    """Fight as many wars under each policy and return what is kept of each policy's blocks, in order.

    The arguments are those of ``Plan``. Raises QueryError for workers below 1.
    """
    parts = [range(at, min(at + SHARD_WARS, replicates)) for at in range(0, replicates, SHARD_WARS)]
    plan = Plan(
        prepared=prepared,
        wars=[(policy, part) for policy in policies for part in parts],
        seed=seed,
        record=record,
        structures=structures or Structures(),
        until=until,
        reduce=reduce,
        whole=whole,
    )
    with closing(run_blocks(plan, workers=workers, progress=progress)) as blocks:
        return [[next(blocks) for _ in parts] for _ in policies]


def checked_counts(replicates: int, seed: int) -> None:
    """Check the two numbers that every question takes. Raises QueryError."""
    if not 1 <= replicates <= 10_000_000:
        raise QueryError(f"replicates is {replicates}; expected 1 to 10,000,000")
    if not 0 <= seed < 2**63:
        raise QueryError(f"seed is {seed}; expected 0 to 9,223,372,036,854,775,807")


def _places(prepared: Prepared) -> dict[str, tuple[str, ...]]:
    return {quantity: engine.places(prepared, quantity) for quantity in BY_PLACE}


def _recipe(
    war: Scenario,
    policies: Sequence[AbstractPolicy],
    seed: int,
    replicates: int,
    structures: Structures,
    until: date | None,
    since_parting: bool,
    kept: tuple[Column, ...],
) -> Recipe:
    checked_counts(replicates, seed)
    if not policies:
        raise QueryError("no policy to run; name at least one")
    end = until or war.end
    war.day_of(end)
    partings = [policy.parts for policy in policies if policy.parts is not None]
    parting = max(war.start, min(partings)) if len(policies) > 1 and partings else war.start
    if parting > end:
        raise QueryError(f"the policies part on {parting}, after the last day {end}; run them longer")
    return Recipe(
        scenario=war.name,
        scenario_digest=war.digest,
        model=model_digest(),
        policies=tuple(Ordered(policy.label, policy.digest) for policy in policies),
        seed=seed,
        replicates=replicates,
        repair=structures.repair,
        fire=structures.fire,
        start=war.start,
        end=end,
        window_start=parting if since_parting else war.start,
        parting=parting,
        columns=kept,
        posterior=structures.given.label if structures.given else "",
        ranges=ranges_of(war),
    )


def _refuse_other(found: Recipe, wanted: Recipe, where: str) -> None:
    differing = differences(found.to_json(), wanted.to_json())
    if differing:
        raise RunError(f"{where} holds another run than this one: {differing}")


def _stretches(todo: Sequence[tuple[int, int]], block: int) -> list[tuple[int, list[int]]]:
    """Return the shards of a policy that are fought together: as many in a row as a block holds, or one.

    Raises QueryError for a block out of range.
    """
    if not 1 <= block <= MOST_BLOCK_WARS:
        raise QueryError(f"block is {block}; expected 1 to {MOST_BLOCK_WARS} wars")
    stretches: list[tuple[int, list[int]]] = []
    last: dict[int, list[int]] = {}
    for policy, shard in todo:
        row = last.get(policy, [])
        if row and row[-1] + 1 == shard and (len(row) + 1) * SHARD_WARS <= block:
            row.append(shard)
        else:
            last[policy] = [shard]
            stretches.append((policy, last[policy]))
    return stretches


def _blocks(shards: Sequence[range], block: int) -> list[range]:
    wars = range(shards[0].start, shards[-1].stop)
    return [range(at, min(at + block, wars.stop)) for at in range(wars.start, wars.stop, block)]
