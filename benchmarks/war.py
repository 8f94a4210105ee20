"""How fast whole wars run: replicate-days a second on one core, by system, against flow solves, by pairing.

    python benchmarks/war.py [--json] [--wars 256] [--pairs 200] [--no-cold]

Times are of this machine at this moment; the share of each system and the ratios travel better.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARS = {
    "replicate-days/s, one core": "150,000",
    "a day against one flow solve": "2",
    "cold start to first day, s": "60",
    "warm start to first day, s": "1.5",
    "--help, s": "0.25",
    "variance ratio, t/day": "10",
}
FLOW_DAYS = 3_000
FIRST_DAY = (
    "from stalemate.engine.simulate import prepare, simulate\n"
    "from stalemate.policies.naming import named\n"
    "from stalemate.scenario.read import load\n"
    "war = load('korea-1951')\n"
    "simulate(prepare(war), named('historical', war), 1, range(1), record=['front_tonnes'], until=1)\n"
)


def throughput(wars: int) -> dict[str, object]:
    from stalemate.engine.simulate import compile_kernels, prepare, simulate
    from stalemate.ensemble.outcomes import QUANTITIES, WHOLE
    from stalemate.policies.naming import named
    from stalemate.scenario.read import load

    war = load("korea-1951")
    prepared, policy = prepare(war), named("historical", war)
    compile_kernels(lambda name, done, total: None)
    simulate(prepared, policy, 1, range(wars), record=QUANTITIES, whole=WHOLE, until=2)
    best_s, best_timer = float("inf"), {}
    for _ in range(3):
        timer: dict[str, float] = {}
        began = time.perf_counter()
        simulate(prepared, policy, 1, range(wars), record=QUANTITIES, whole=WHOLE, timer=timer)
        took_s = time.perf_counter() - began
        if took_s < best_s:
            best_s, best_timer = took_s, timer
    rest_s = best_s - sum(best_timer.values())
    shares = {name: s / best_s for name, s in (*best_timer.items(), ("orders and recording", rest_s))}
    day_s = best_s / (wars * war.days)
    return {
        "replicate_days_per_s": 1 / day_s,
        "flow_solves_a_day_takes": day_s / flow_solve(),
        "transports_a_day_takes": 1 / shares["transport"],
        "shares": shares,
        "wars": wars,
    }


def flow_solve() -> float:
    """Return the seconds of one exact warm flow solve on the days that the wars ask for, the best of five."""
    from flow import korea, ours

    series = korea(FLOW_DAYS)
    solver = ours(cold=False)
    solver(series, 1)
    best_s = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        solver(series, series.n_days)
        best_s = min(best_s, time.perf_counter() - began)
    return best_s / series.n_days


def start(cold: bool) -> dict[str, float]:
    """Seconds of fresh processes: to the first day with an empty and a filled cache, and of ``--help``."""
    found = {}
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "STALEMATE_CACHE": cache}
        if not cold:
            environment.pop("STALEMATE_CACHE")
        for name in ("cold", "warm") if cold else ("warm",):
            found[f"{name}_first_day_s"] = _best(
                [sys.executable, "-c", FIRST_DAY], environment, 1 if name == "cold" else 3
            )
        help_command = [sys.executable, "-c", "from stalemate.interfaces.cli import main; main()", "--help"]
        found["help_s"] = _best(help_command, environment, 5)
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


def _best(command: list[str], environment: dict[str, str], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return min(took)


def _print(found: dict[str, dict[str, object]]) -> None:
    speed, begin, pairs, disk = (found[name] for name in ("throughput", "start", "variance_ratio", "stored"))
    measured = {
        "replicate-days/s, one core": f"{speed['replicate_days_per_s']:,.0f}",
        "a day against one flow solve": f"{speed['flow_solves_a_day_takes']:.1f}",
        "a day against its transport": f"{speed['transports_a_day_takes']:.1f}",
        "cold start to first day, s": f"{begin['cold_first_day_s']:.1f}"
        if "cold_first_day_s" in begin
        else "",
        "warm start to first day, s": f"{begin['warm_first_day_s']:.2f}",
        "--help, s": f"{begin['help_s']:.2f}",
        "variance ratio, t/day": "none" if pairs["front_tonnes"] is None else f"{pairs['front_tonnes']:.1f}",
        "bytes stored a war": f"{disk['bytes_per_war']:,.0f}",
        f"wars/s to files, {disk['cores']:.0f} cores": f"{disk['wars_per_s']:,.0f}",
    }
    print(f"{'what':44}{'measured':>18}{'bar':>12}")
    for name, value in measured.items():
        print(f"{name:44}{value:>18}{BARS.get(name, '30,000' if 'bytes' in name else ''):>12}")
    print(f"\n{'system':44}{'share of time':>18}")
    shares = speed["shares"]
    assert isinstance(shares, dict)
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"{name:44}{share:>18.1%}")
    print(f"\n{'outcome, banfill less historical':44}{'variance ratio':>18}")
    for name, ratio in pairs.items():
        print(f"{name:44}{'none' if ratio is None else f'{ratio:,.1f}':>18}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--wars", type=int, default=256, help="wars in the timed block")
    parser.add_argument("--pairs", type=int, default=200, help="pairs for the variance ratio")
    parser.add_argument("--no-cold", action="store_true", help="leave out the compiling of all kernels")
    options = parser.parse_args()
    found = {
        "throughput": throughput(options.wars),
        "start": start(not options.no_cold),
        "variance_ratio": pairing(options.pairs),
        "stored": stored(options.pairs),
    }
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        _print(found)


if __name__ == "__main__":
    main()
