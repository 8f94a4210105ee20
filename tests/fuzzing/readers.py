"""Readers of tables and texts: scenarios, the record, plain networks, documents, names of policies."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from fuzzing.target import Target
from stalemate import shipped
from stalemate.analysis.netfile import read_network
from stalemate.evidence.chart import Chart
from stalemate.evidence.chronicle import Chronicle
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.readings import check_documents
from stalemate.policies.naming import CHANGES, NAMES, named
from stalemate.scenario import read
from stalemate.scenario.narrow import narrowed, read_range
from stalemate.scenario.schema import TABLES

SMALL = 3_000
"""Bytes of a seed at most: what is long hides what is wrong."""


def in_a_file(folder: Path, load: Callable[[], object], known: Sequence[str]) -> Callable[[bytes], object]:
    """Return what puts an input in the place of one file: its first line names it, the rest is the file."""
    good = {name: (folder / name).read_bytes() for name in known}

    def one(data: bytes) -> object:
        head, _, content = data.partition(b"\n")
        name = head.decode("latin-1")
        if name not in good:
            name, content = known[len(head) % len(known)], data
        (folder / name).write_bytes(content)
        try:
            return load()
        finally:
            (folder / name).write_bytes(good[name])

    return one


def _files(folder: Path, ending: str = "*.csv") -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(ending))


def _short(data: bytes) -> bytes:
    """Return the first lines of a table."""
    return data if len(data) <= SMALL else data[: data.rfind(b"\n", 0, SMALL) + 1]


def _seeds(folder: Path, names: Sequence[str]) -> list[bytes]:
    found = [(name.encode() + b"\n", (folder / name).read_bytes()) for name in names]
    return [head + body for head, content in found for body in {content, _short(content)}]


def _scenario(folder: Path) -> Callable[[bytes], object]:
    war = Path(shutil.copytree(shipped.folder("scenarios") / "korea-1951", folder / "war"))
    return in_a_file(war, lambda: read.load(war), [read.MANIFEST, *(f"{table}.csv" for table in TABLES)])


def _scenario_seeds() -> list[bytes]:
    folder = shipped.folder("scenarios") / "korea-1951"
    return _seeds(folder, [read.MANIFEST, *(f"{table}.csv" for table in TABLES)])


def _manifest(folder: Path) -> Callable[[bytes], object]:
    one = _scenario(folder)
    return lambda data: one(b"scenario.toml\n" + data)


def _manifest_seeds() -> list[bytes]:
    folder = shipped.folder("scenarios")
    return [path.read_bytes() for path in sorted(folder.rglob("*.toml"))]


def _record(folder: Path) -> Callable[[bytes], object]:
    record = Path(shutil.copytree(shipped.folder("record"), folder / "record"))

    def load() -> None:
        ledger = Ledger.load(record)
        Chronicle.load(record)
        Chart.load(ledger, record)

    return in_a_file(record, load, _files(record))


def _record_seeds() -> list[bytes]:
    folder = shipped.folder("record")
    return [seed for seed in _seeds(folder, _files(folder)) if len(seed) < 60_000]


def _network(folder: Path) -> Callable[[bytes], object]:
    place = folder / "net.csv"

    def one(data: bytes) -> object:
        place.write_bytes(data)
        return read_network(place)

    return one


def _network_seeds() -> list[bytes]:
    return [
        b"from,to,capacity\na,b,1\nb,c,2.5\n",
        b"from,to,length,delay,cost\na,b,1,2,3\nb,c,1,1,\n",
        b'from,to,capacity,mends\n"a, b",c,1,2\nc,d,0,1e9\n',
    ]


def _document(folder: Path) -> Callable[[bytes], object]:
    ledger, place = Ledger.load(), folder / "text.txt"

    def one(data: bytes) -> object:
        place.write_bytes(data)
        return check_documents(ledger, [place])

    return one


def _document_seeds() -> list[bytes]:
    marks = [" ".join(mark.words).encode() for mark in Ledger.load().documents]
    text = (
        b"Some 15,000 cuts, two dozen trains and 1.8 million tons.\n\nThe 11th day, three hundred and five."
    )
    return [mark + b"\n\n" + text for mark in marks]


def _policy(folder: Path) -> Callable[[bytes], object]:
    war = read.load("korea-1951")

    def one(data: bytes) -> object:
        text = data.decode("utf-8", "replace")
        if text.startswith("range "):
            return narrowed(war, [read_range(part) for part in text[6:].split(" ")])
        return named(text, war)

    return one


def _policy_seeds() -> list[bytes]:
    changes = [said.partition(":")[0].encode() for said in CHANGES.values()]
    names = [name.encode() for name in NAMES]
    ranges = [b"range truck_payload_t=2..2.5", b"range truck_payload_t=2..2.5 truck_payload_t=2..3"]
    return [*names, *(b"smart:" + change for change in changes), *ranges]


TARGETS = (
    Target("scenario", _scenario, _scenario_seeds),
    Target("manifest", _manifest, _manifest_seeds, (b"[tables]\n", b"[groups]\n", b"\\u001b", b"\n[[a]]\n")),
    Target("record", _record, _record_seeds),
    Target("network", _network, _network_seeds, (b"capacity", b"lat", b"length,delay")),
    Target(
        "document", _document, _document_seeds, (b"one hundred and ", b"twenty-", b"1,111,", b" million ")
    ),
    Target("policy", _policy, _policy_seeds, (b":delay=", b":cap=", b":truce=", b"..", b":law=")),
)
