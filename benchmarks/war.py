"""How fast whole wars run: replicate-days a second on one core, by system, against flow solves, by pairing.

    python benchmarks/war.py [--json] [--wars 256] [--pairs 200] [--no-cold]

Rates and ratios are the middle of five rounds, of processor time; starts are the middle of some processes, by
the clock on the wall. The share of each system and the ratios travel better than times.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from machine import Spread, here, in_turn, parser_of, ratios, tell

BARS = {
    "replicate-days/s, one core": "150,000",
    "a day against one flow solve": "2",
    "cold start to first day, s": "60",
    "warm start to first day, s": "1.5",
    "--help, s": "0.25",
    "variance ratio, t/day": "10",
}
FLOW_DAYS = 3_000
ROUNDS = 5
FIRST_DAY = (
    "from stalemate.engine.simulate import prepare, simulate\n"
    "from stalemate.policies.naming import named\n"
    "from stalemate.scenario.read import load\n"
    "war = load('korea-1951')\n"
    "simulate(prepare(war), named('historical', war), 1, range(1), record=['front_tonnes'], until=1)\n"
)


def throughput(wars: int) -> dict[str, Any]:
    """Fight a block of wars and solve a series of flows, in turn; seconds are of one core's processor."""
    from stalemate.engine.simulate import compile_kernels, prepare, simulate
    from stalemate.ensemble.outcomes import QUANTITIES, only_whole
    from stalemate.policies.naming import named
    from stalemate.scenario.read import load

    war = load("korea-1951")
    prepared, policy = prepare(war), named("historical", war)
    compile_kernels(lambda name, done, total: None)
    whole = only_whole(QUANTITIES)

    def fight() -> dict[str, float]:
        timer: dict[str, float] = {}
        began = time.perf_counter()
        simulate(prepared, policy, 1, range(wars), record=QUANTITIES, whole=whole, timer=timer)
        took_s = time.perf_counter() - began
        return {**timer, "orders and recording": took_s - sum(timer.values())}

    simulate(prepared, policy, 1, range(wars), record=QUANTITIES, whole=whole, until=2)
    done = in_turn({"war": fight, "flow": flow_solves()}, ROUNDS)
    day_s = [seconds / (wars * war.days) for seconds, _ in done["war"]]
    solve_s = [seconds / FLOW_DAYS for seconds, _ in done["flow"]]
    timers = [timer for _, timer in done["war"]]
    shares = {name: median(timer[name] / sum(timer.values()) for timer in timers) for name in timers[0]}
    return {
        "replicate_days_per_s": Spread.of([1 / seconds for seconds in day_s]),
        "flow_solves_a_day_takes": ratios(day_s, solve_s),
        "transports_a_day_takes": 1 / shares["transport"],
        "shares": shares,
        "wars": wars,
    }


def flow_solves() -> Callable[[], object]:
    """Return what solves, exactly and warm, the flows of the days that the wars ask for."""
    from flow import korea, ours

    series = korea(FLOW_DAYS)
    solver = ours(cold=False)
    solver(series, 1)
    return lambda: solver(series, series.n_days)


def start(cold: bool) -> dict[str, Spread]:
    """Seconds of fresh processes: to the first day with an empty and a filled cache, and of ``--help``."""
    found: dict[str, Spread] = {}
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "STALEMATE_CACHE": cache}
        if not cold:
            environment.pop("STALEMATE_CACHE")
        for name in ("cold", "warm") if cold else ("warm",):
            found[f"{name}_first_day_s"] = _took(
                [sys.executable, "-c", FIRST_DAY], environment, 1 if name == "cold" else 3
            )
        help_command = [sys.executable, "-c", "from stalemate.interfaces.cli import main; main()", "--help"]
        found["help_s"] = _took(help_command, environment, 5)
    return found


def pairing(pairs: int) -> dict[str, float | None]:
    from stalemate.analysis.compare import compare
    from stalemate.scenario.read import load

    comparison = compare(load("korea-1951"), "banfill", "historical", replicates=pairs)
    return {contrast.outcome.name: contrast.variance_ratio for contrast in comparison.contrasts}


def stored(wars: int) -> dict[str, float]:
    from stalemate.ensemble.pool import available_cores
    from stalemate.ensemble.runner import run
    from stalemate.scenario.read import load

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        began = time.perf_counter()
        run(load("korea-1951"), ["banfill", "historical"], replicates=wars, out=out)
        took_s = time.perf_counter() - began
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    rate = 2 * wars / took_s
    return {"bytes_per_war": size / (2 * wars), "wars_per_s": rate, "cores": float(available_cores())}


def _took(command: list[str], environment: dict[str, str], times: int) -> Spread:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return Spread.of(took)


def _print(found: dict[str, Any]) -> None:
    speed, begin, pairs, disk = (found[name] for name in ("throughput", "start", "variance_ratio", "stored"))
    measured = {
        "replicate-days/s, one core": _apart(speed["replicate_days_per_s"], ",.0f"),
        "a day against one flow solve": _apart(speed["flow_solves_a_day_takes"], ".1f"),
        "a day against its transport": f"{speed['transports_a_day_takes']:.1f}",
        "cold start to first day, s": _apart(begin.get("cold_first_day_s"), ".1f"),
        "warm start to first day, s": _apart(begin["warm_first_day_s"], ".2f"),
        "--help, s": _apart(begin["help_s"], ".2f"),
        "variance ratio, t/day": "none" if pairs["front_tonnes"] is None else f"{pairs['front_tonnes']:.1f}",
        "bytes stored a war": f"{disk['bytes_per_war']:,.0f}",
        f"wars/s to files, {disk['cores']:.0f} cores": f"{disk['wars_per_s']:,.0f}",
    }
    print(f"{'what':36}{'measured (least-most)':>28}{'bar':>12}")
    for name, value in measured.items():
        print(f"{name:36}{value:>28}{BARS.get(name, '30,000' if 'bytes' in name else ''):>12}")
    print(f"\n{'system':44}{'share of time':>18}")
    for name, share in sorted(speed["shares"].items(), key=lambda item: -item[1]):
        print(f"{name:44}{share:>18.1%}")
    print(f"\n{'outcome, banfill less historical':44}{'variance ratio':>18}")
    for name, ratio in pairs.items():
        print(f"{name:44}{'none' if ratio is None else f'{ratio:,.1f}':>18}")


def _apart(spread: Spread | None, form: str) -> str:
    return "" if spread is None else format(spread, form)


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--wars", type=int, default=256, help="wars in the timed block")
    parser.add_argument("--pairs", type=int, default=200, help="pairs for the variance ratio")
    parser.add_argument("--no-cold", action="store_true", help="leave out the compiling of all kernels")
    options = parser.parse_args()
    machine = here("pyarrow")
    found = {
        "throughput": throughput(options.wars),
        "start": start(not options.no_cold),
        "variance_ratio": pairing(options.pairs),
        "stored": stored(options.pairs),
    }
    tell(machine, found, as_json=options.json, show=lambda: _print(found))


if __name__ == "__main__":
    main()
