"""The atlas: addresses with questions, posted bodies, and questions to the record."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote

from loops import in_own_loop

from fuzzing.target import Target
from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bench import Bench, Bucket
from stalemate.interfaces.atlas.guard import HEADERS, Door

JSON, FORM = b"application/json", b"application/x-www-form-urlencoded"


@cache
def archive() -> Archive:
    """Return the record and the flagship."""
    return Archive.load()


def no_fight(*_: object, out: Path, **options: object) -> None:
    """Stand in for the runner: leave a folder that is no run."""
    out.mkdir(parents=True)


def asked(app: Callable[..., object], method: str, target: bytes, kind: bytes = b"", body: bytes = b""):
    """Ask the application without a socket, as its server would; return status, headers and body."""
    path, _, question = target.partition(b"?")
    headers = [(b"host", b"127.0.0.1:8765"), (b"origin", b"http://127.0.0.1:8765"), (b"content-type", kind)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": question,
        "root_path": "",
        "headers": headers if method == "POST" else headers[:1],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8765),
        "state": {},
    }
    given: list[dict[str, object]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, object]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        given.append(message)

    in_own_loop(app(scope, receive, send))
    start = given[0]
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return start["status"], found, b"".join(message.get("body", b"") for message in given[1:])


def is_right(target: bytes, status: int, headers: dict[str, str], body: bytes) -> None:
    """Raise AssertionError for an answer that no request should get."""
    assert status < 500, (status, body[:300])
    assert HEADERS.items() <= headers.items()
    if status >= 400 and (unquote(target.decode("latin-1")) + "/").startswith("/api/"):
        assert set(json.loads(body)["error"]) == {"status", "title", "faults"}


def _app(folder: Path) -> Callable[..., object]:
    bench = Bench(archive().war, folder / "runs", fight=no_fight, bucket=Bucket(10**9, 1.0))
    return create_app(archive(), Door(8765), bench)


def _address(folder: Path) -> Callable[[bytes], object]:
    app = _app(folder)

    def one(data: bytes) -> None:
        target = quote(data.replace(b"\n", b"").replace(b"\r", b""), safe="/?&=%:;@!$'()*+,~#[]").encode()
        if not target.startswith(b"/"):
            target = b"/" + target
        if b"/playback/model" not in target and b"/progress" not in target:
            is_right(target, *asked(app, "GET", target))

    return one


def _address_seeds() -> list[bytes]:
    lists = ("events", "raids", "figures", "sources", "places", "front-lines", "parameters", "network")
    found = [f"/api/{name}?format=csv" for name in lists]
    found += ["/api/events?since=1951-07-10&until=1951-08-01&category=raid&trust=read&words=dam"]
    found += ["/api/figures?topic=rail&side=un&words=cuts", "/api/ask?q=when+was+suiho+bombed"]
    found += [
        "/api/timeline?since=1952-01-01&lane=air&format=csv",
        "/api/playback/record?part=days&format=csv",
    ]
    found += ["/api/events/1951-10-23-namsi-raid", "/api/provenance/figure/rail_cuts", "/api/basemap"]
    found += ["/map?date=1952-01-01", "/ask?q=how+many+raids", "/play?seed=1&wars=20", "/map/1952-01-01"]
    found += ["/runs?policies=banfill,historical&replicates=20&ranges=truck_payload_t:2..2.5&since=parting"]
    found += [
        "/runs/0123456789abcdef",
        "/api/runs/0123456789abcdef/tables/levels?format=svg",
        "/static/atlas.css",
    ]
    found += ["/api/zones?date=1952-01-01", "/api/damage", "/api/targets?format=geojson", "/api/openapi.json"]
    return [one.encode() for one in found]


def _body(folder: Path) -> Callable[[bytes], object]:
    app = _app(folder)

    def one(data: bytes) -> None:
        target, _, body = data.partition(b"\n")
        is_json = target.startswith(b"/api")
        target = b"/api/runs" if is_json else b"/runs"
        is_right(target, *asked(app, "POST", target, JSON if is_json else FORM, body))

    return one


def _body_seeds() -> list[bytes]:
    question = {"policies": ["banfill", "smart:delay=30"], "law": "hague-1907", "replicates": 20, "seed": 1}
    question |= {"repair": ["queue"], "fire": ["policy", "stock"], "since_parting": True}
    question |= {"ranges": [{"name": "truck_payload_t", "low": 2, "high": 2.5}]}
    form = "policies=banfill&policies=historical&replicates=20&seed=1&since=parting&low.truck_payload_t=2"
    form += "&high.truck_payload_t=2.5&repair=queue&fire=policy&law="
    return [b"/api/runs\n" + json.dumps(question).encode(), b"/runs\n" + form.encode()]


def _question(folder: Path) -> Callable[[bytes], object]:
    app, asking = _app(folder), archive().asking

    def one(data: bytes) -> None:
        asking.ask(data.decode("utf-8", "surrogateescape"))
        target = b"/ask?q=" + quote(data[:500]).encode()
        is_right(target, *asked(app, "GET", target))

    return one


def _question_seeds() -> list[bytes]:
    found = ["When was Suiho bombed?", "How many raids were recorded in May 1953?", "Where is Toksan?"]
    found += ["Compare Communist and UN losses in 1952", "Who claimed 1,000 trucks?", "On this day 27 July"]
    found += ["What happened between 1951-10-01 and 23 October 1951?", "Which sources disagree on rail cuts?"]
    return [one.encode() for one in found]


TARGETS = (
    Target(
        "address", _address, _address_seeds, (b"&format=geojson", b"%ff", b"?", b"//", b"&since=", b"%F0")
    ),
    Target(
        "body", _body, _body_seeds, (b":cap=1", b":delay=999999999", b"..", b"1e400", b"\\ud800", b"&low.")
    ),
    Target("question", _question, _question_seeds, (b"NEAR(", b' OR "', b"*", b" and ", b" 30 February ")),
)
