"""A class at the atlas: ``load.py [SECONDS] [READERS] [RUNS] [seed=N]`` (60 seconds, 50 readers, 4 runs).

Starts the command on loopback. Readers open pages, read the map and the interface for programs, ask, search,
watch runs and play back the record and one war, and download, with a short pause between; meanwhile runs are
asked for and fought, one at a time as the command does it by itself. The bars: no answer that is not as
promised; 95 of 100 answers of the interface within 50 ms and of questions within 150 ms; once warm, memory
flat and no growing number of threads and open files. Ends with 1 if an answer was wrong or something grew;
the times are told, with the load of the machine, and judged by whoever reads them. Linux only (/proc).
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from machine import here

PAUSE_S = (0.2, 1.0)
GROWS_KB = 80_000
"""How much more memory the server may hold at the end than halfway: the blocks of a run come and go."""
GROWS_FILES = 8
BARS_MS = {"interface": 50.0, "question": 150.0}
MODEL = "/api/playback/model?policy=historical&replicates=16"
ASKED = ("When was the Namsi raid?", "How many sorties hit Pyongyang in August 1952?", "Who sells coffee?")
QUESTIONS = [urllib.parse.quote(text) for text in ASKED]
KINDS: dict[str, list[str]] = {
    "page": ["/", "/events", "/events/1951-10-23-namsi-raid", "/figures/rail_cuts", "/story", "/parameters"],
    "map page": ["/map/1951-10-23", "/map/1952-06-23", "/play"],
    "any day": [f"/map/1952-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)],
    "map data": [
        "/api/basemap",
        "/api/network?format=geojson&date=1952-01-01",
        "/api/front-lines?date=1952-01-01&format=geojson",
        "/api/targets?date=1952-07-11&format=geojson",
        "/api/zones?format=geojson&date=1952-01-01",
    ],
    "interface": [
        "/api/events?since=1952-06-01&until=1952-06-30",
        "/api/events/1951-10-23-namsi-raid",
        "/api/figures/rail_cuts",
        "/api/provenance/parameter/flood_washouts_per_day",
        "/api/runs",
        "/api/workbench",
        "/api/metadata",
    ],
    "search": ["/api/events?words=bridge", "/api/figures?words=trucks", "/api/sources?words=history"],
    "question": [f"/api/ask?q={text}" for text in QUESTIONS] + [f"/ask?q={text}" for text in QUESTIONS],
    "record played": ["/api/playback/record", "/api/timeline?since=1952-01-01&until=1952-12-31"],
    "war played": [MODEL, f"{MODEL.replace('model', 'series')}&quantity=front_tonnes"],
    "download": [
        "/api/events?format=csv",
        "/api/figures?format=csv",
        "/api/places?format=geojson",
        "/api/playback/record?part=series&format=csv",
    ],
}
ALSO = {"war played": (202, 429)}
"""Other promised answers than 200: wars that are being fought, or others that are."""


@dataclass
class Seen:
    """What readers saw: milliseconds by kind, statuses that were not promised, broken connections."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[int, bytes]] = field(default_factory=dict)


class Reader:
    """One connection, kept open; an answer is read to its end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        if self._pipe is None:
            self._pipe = await asyncio.open_connection("127.0.0.1", self._port)
        here = f"127.0.0.1:{self._port}"
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: {here}\r\n"
        if body is not None:
            head += (
                f"Origin: http://{here}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            )
        reader, writer = self._pipe
        writer.write(head.encode() + b"\r\n" + (body or b""))
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        if "content-length" in fields:
            content = await reader.readexactly(int(fields["content-length"]))
        else:
            content = await _chunks(reader)
        if fields.get("connection") == "close":
            await self.leave()
        return int(lines[0].split()[1]), content

    async def leave(self) -> None:
        """Close the connection."""
        if self._pipe is not None:
            self._pipe[1].close()
            self._pipe = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def visit(port: int, seen: Seen, until: float, luck: random.Random) -> None:
    """Read until the time is over; twenty answers in a hundred begin on a new connection."""
    reader = Reader(port)
    while time.monotonic() < until:
        await asyncio.sleep(luck.uniform(*PAUSE_S))
        kind = luck.choice(list(KINDS))
        path = luck.choice(KINDS[kind])
        began = time.perf_counter()
        try:
            status, content = await reader.ask(path)
        except (OSError, EOFError, ValueError) as error:
            seen.wrong[f"{path}: {type(error).__name__}"] += 1
            await reader.leave()
            continue
        seen.ms[kind].append(1000 * (time.perf_counter() - began))
        _judge(seen, kind, path, status, content)
        if luck.random() < 0.2:
            await reader.leave()
    await reader.leave()


def _judge(seen: Seen, kind: str, path: str, status: int, content: bytes) -> None:
    """Take down an answer that was not promised, or is another than the first one to the same question."""
    if status != 200:
        if status not in ALSO.get(kind, ()):
            seen.wrong[f"{path}: {status}"] += 1
    elif path != "/api/runs" and seen.first.setdefault(path, (len(content), content))[1] != content:
        seen.wrong[f"{path}: another answer than at first"] += 1


async def watch(port: int, seen: Seen, name: str) -> None:
    """Follow a run by its stream until it ends, and read what it says."""
    reader = Reader(port)
    try:
        _, told = await reader.ask(f"/api/runs/{name}/progress")
        if b"event: end" not in told:
            seen.wrong[f"run {name}: its stream ended before it"] += 1
        for where in ("/answer", "/bundle", ""):
            status, _ = await reader.ask(f"/api/runs/{name}{where}")
            if status != 200:
                seen.wrong[f"run {name}{where}: {status}"] += 1
    except asyncio.CancelledError:
        pass
    finally:
        await reader.leave()


async def warm(port: int, seed: int) -> None:
    """Let one small run be fought and say what it has to, and everything be asked for once."""
    reader = Reader(port)
    asked = {"policies": ["historical", "banfill"], "replicates": 128, "seed": seed + 1000}
    _, told = await reader.ask("/api/runs", json.dumps(asked).encode())
    await reader.ask(f"/api/runs/{json.loads(told)['name']}/progress")
    for path in (path for paths in KINDS.values() for path in paths[:20]):
        while (await reader.ask(path))[0] in (202, 429):
            await asyncio.sleep(0.5)
    await reader.leave()


def measured(process: int) -> tuple[int, int, int]:
    """Return the resident memory of a process (kB), its threads and its open files."""
    place = Path(f"/proc/{process}")
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines() if ":" in line)
    return int(status["VmRSS"].split()[0]), int(status["Threads"]), len(list((place / "fd").iterdir()))


async def run(
    port: int, process: int, seconds: float, readers: int, runs: int, seed: int
) -> tuple[Seen, list[tuple[int, int, int]], int]:
    """Return what was seen, what the server held each second, and how many runs were done at the end."""
    seen, held = Seen(), []
    await warm(port, seed)
    asking = Reader(port)
    watching = []
    for number in range(runs):
        asked = {"policies": ["historical", "banfill"], "replicates": 400, "seed": seed + number}
        status, told = await asking.ask("/api/runs", json.dumps(asked).encode())
        if status != 202:
            seen.wrong[f"/api/runs: {status}"] += 1
            continue
        watching.append(asyncio.create_task(watch(port, seen, json.loads(told)["name"])))
    until = time.monotonic() + seconds
    visits = [
        asyncio.create_task(visit(port, seen, until, random.Random(seed * 1000 + n))) for n in range(readers)
    ]
    while time.monotonic() < until:
        await asyncio.sleep(1)
        held.append(measured(process))
    await asyncio.gather(*visits)
    done = sum(task.done() for task in watching)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching)
    await asyncio.sleep(1)
    held.append(measured(process))
    await asking.leave()
    return seen, held, done


def report(seen: Seen, held: list[tuple[int, int, int]], done: int, runs: int) -> bool:
    """Print it all and return whether everything was as promised."""
    print(f"{'kind':<14} {'answers':>7} {'median':>8} {'p95':>8} {'most':>8}  ms")
    for kind, times in sorted(seen.ms.items()):
        bar = f"  bar {BARS_MS[kind]:.0f}" if kind in BARS_MS else ""
        p95 = np.quantile(times, 0.95)
        print(f"{kind:<14} {len(times):>7,} {np.median(times):>8.1f} {p95:>8.1f} {max(times):>8.1f}{bar}")
    total = sum(map(len, seen.ms.values()))
    print(f"all: {total:,} answers, {sum(seen.wrong.values())} wrong; {done} of {runs} runs done")
    for said, count in seen.wrong.most_common(20):
        print(f"  {count} x {said}")
    half = held[len(held) // 2 :]
    first, last = half[0], half[-1]
    path = ", ".join(f"{row[0] / 1000:.0f}" for row in held[:: max(1, len(held) // 10)])
    grown, most = (last[0] - first[0]) / 1000, GROWS_KB / 1000
    print(f"memory, MB: {path}; the second half adds {grown:+.1f} (at most {most:.0f})")
    print(f"threads: {first[1]} halfway, {last[1]} at the end; open files: {first[2]} and {last[2]}")
    flat = last[0] - first[0] <= GROWS_KB and last[2] - first[2] <= GROWS_FILES
    return not seen.wrong and flat and last[1] - first[1] <= GROWS_FILES


def main() -> None:
    """Start the atlas, send the class, say what came of it."""
    words = [word for word in sys.argv[1:] if "=" not in word]
    given = dict(word.split("=") for word in sys.argv[1:] if "=" in word)
    seconds, readers, runs = (float(w) for w in words + ["60", "50", "4"][len(words) :])
    script = "import sys\nfrom stalemate.interfaces.cli import main\nmain(['atlas', *sys.argv[1:]])"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", script, "--no-browser", "--port", "0", "--runs", folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            port = urllib.parse.urlsplit(process.stdout.readline().split()[1]).port or 80
            time.sleep(4)
            print(here("uvicorn", "starlette"), flush=True)
            seed = int(given.get("seed", 1))
            seen, held, done = asyncio.run(run(port, process.pid, seconds, int(readers), int(runs), seed))
            print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")
            fine = report(seen, held, done, int(runs))
        finally:
            began = time.perf_counter()
            process.terminate()
            process.wait()
        print(f"stopped in {time.perf_counter() - began:.1f} s")
    raise SystemExit(0 if fine else 1)


if __name__ == "__main__":
    main()
