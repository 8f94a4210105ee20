"""Many readers at once, and those who send too much or too slowly or leave: nobody waits, nothing is left.

Over real sockets; ``benchmarks/load.py`` does it for a minute with real runs.
"""

import asyncio
import json
import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from loops import in_own_loop
from starlette.testclient import TestClient
from test_workbench import FIRST, Fight, archive

from stalemate.interfaces.atlas import guard, runapi, serving
from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.bench import Bench
from stalemate.interfaces.atlas.guard import LONGEST_BODY, LONGEST_HEAD, Door

SOON = 20
PATHS = (
    "/events",
    "/map/1952-06-23",
    "/api/events?since=1952-06-01&until=1952-06-30",
    "/api/ask?q=When%20was%20the%20Namsi%20raid%3F",
    "/api/figures?words=trucks",
    "/api/playback/record?part=series&format=csv",
    "/api/places?format=geojson",
    "/nowhere",
)


class Server:
    """The atlas in a thread of this process, with runs that wait until they are let go."""

    def __init__(self, folder):
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.fight = Fight(held=True)
        self.bench = Bench(archive().war, folder, fight=self.fight)
        self.app = create_app(archive(), Door(self.port), self.bench)
        self.server = serving.server_of(self.app, self.bench)
        self.thread = threading.Thread(target=self.server.run, args=([self.door],))

    @property
    def connections(self):
        return len(self.server.server_state.connections)

    def head(self, path="/", method="GET", **headers):
        told = {"Host": f"127.0.0.1:{self.port}", **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def post(self, length):
        here = f"http://127.0.0.1:{self.port}"
        kind = {"Content-Type": "application/json", "Content-Length": length}
        return self.head("/api/runs", "POST", Origin=here, **kind)

    def send(self, data):
        """Open a connection, send, and return it."""
        pipe = socket.create_connection(("127.0.0.1", self.port), SOON)
        pipe.sendall(data)
        return pipe

    def status(self, data):
        with self.send(data) as pipe:
            return _status(pipe)

    def running(self):
        """Ask for a run that will not end, and return its name."""
        body = json.dumps(FIRST).encode()
        with self.send(self.post(len(body)) + body) as pipe:
            answer = pipe.recv(65536)
            while not answer.endswith(b"}"):
                answer += pipe.recv(65536)
        name = json.loads(answer.rpartition(b"\r\n")[2])["name"]
        assert self.fight.begun.wait(SOON)
        return name


@contextmanager
def serving_in(folder):
    made = Server(folder)
    made.thread.start()
    _until(lambda: made.server.started)
    yield made
    made.fight.free.set()
    made.bench.closing.set()
    made.server.should_exit = True
    made.thread.join(SOON)
    made.door.close()
    assert not made.thread.is_alive()


@pytest.fixture
def atlas(tmp_path):
    with serving_in(tmp_path / "runs") as made:
        yield made


def _until(true):
    ends = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def _status(pipe):
    return int(pipe.recv(65536).split(b" ", 2)[1])


def _open_sockets():
    """Count this process's sockets; a run that is beginning may open other files meanwhile."""
    found = 0
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found += os.readlink(file).startswith("socket:")
    return found


async def _read(port, head):
    """Return the whole answer to one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.partition(b"\r\n\r\n")[2]


def test_class__of_fifty_gets_the_right_answers_and_leaves_nothing_behind(atlas):
    """Each reader asks for everything at once, beginning elsewhere; each answer is that to a lone reader."""
    alone = TestClient(atlas.app, base_url=f"http://127.0.0.1:{atlas.port}", raise_server_exceptions=False)
    expected = {path: alone.get(path).content for path in PATHS}
    atlas.running()

    async def one(number):
        asked = [PATHS[(number + at) % len(PATHS)] for at in range(2)]
        return [(path, await _read(atlas.port, atlas.head(path))) for path in asked]

    async def all_of_them():
        return await asyncio.gather(*(one(number) for number in range(50)))

    in_own_loop(all_of_them())
    before = _open_sockets()
    answers = [pair for reader in in_own_loop(all_of_them()) for pair in reader]
    assert len(answers) == 100
    assert [path for path, answer in answers if answer != expected[path]] == []
    _until(lambda: atlas.connections == 0)
    _until(lambda: _open_sockets() <= before)


def test_readers__who_leave_in_the_midst_leave_nothing_behind(atlas):
    """Half of them watch a run that does not end, the others take a long answer and read none of it."""
    name, before = atlas.running(), _open_sockets()
    paths = [f"/api/runs/{name}/progress", "/api/figures?format=csv"] * 10
    pipes = [atlas.send(atlas.head(path)) for path in paths]
    _until(lambda: atlas.bench.streams == 10)
    for pipe in pipes:
        pipe.close()
    _until(lambda: atlas.bench.streams == 0 and atlas.connections == 0)
    _until(lambda: _open_sockets() <= before)
    assert atlas.status(atlas.head("/api/runs")) == 200


def test_streams__are_bounded_and_one_that_ends_makes_room(atlas, monkeypatch):
    monkeypatch.setattr(runapi, "MOST_STREAMS", 3)
    watch = atlas.head(f"/api/runs/{atlas.running()}/progress")
    pipes = []
    for count in (1, 2, 3):
        pipes.append(atlas.send(watch))
        _until(lambda count=count: atlas.bench.streams == count)
    with atlas.send(watch) as pipe:
        refused = pipe.recv(65536).lower()
    assert refused.startswith(b"http/1.1 429 ")
    assert b"retry-after: 10\r\n" in refused
    pipes.pop().close()
    _until(lambda: atlas.bench.streams == 2)
    assert atlas.status(watch) == 200
    for pipe in pipes:
        pipe.close()


def test_connections__are_bounded_and_one_that_ends_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 5)
    with serving_in(tmp_path / "runs") as atlas:
        pipes = [atlas.send(b"") for _ in range(4)]
        _until(lambda: atlas.connections == 4)
        assert atlas.status(atlas.head("/api/runs")) == 503
        for pipe in pipes:
            pipe.close()
        _until(lambda: atlas.connections == 0)
        assert atlas.status(atlas.head("/api/runs")) == 200


@pytest.mark.parametrize(
    ("status", "path", "headers"),
    [
        (413, "/events", {"Content-Length": LONGEST_BODY + 1}),
        (413, "/events", {"Content-Length": 10**18}),
        (414, "/events?" + "a" * 9000, {}),
        (431, "/events", {"X-Long": "a" * LONGEST_HEAD}),
        (431, "/events", {f"X-{number}": "a" * 100 for number in range(200)}),
    ],
)
def test_requests__that_are_too_long_are_refused_by_their_head(atlas, status, path, headers):
    """No body is sent: a server that waited for one would not answer."""
    assert atlas.status(atlas.head(path, **headers)) == status


def test_requests__that_never_end_are_refused_before_they_fill_the_memory(atlas):
    """A head without end, and a body told to be 10 GB of which the server takes none."""
    with atlas.send(b"GET / HTTP/1.1\r\nX: ") as pipe, pytest.raises(OSError, match=r"Broken pipe|reset"):
        pipe.sendall(b"a" * 640_000_000)
    assert atlas.status(atlas.post(10**10)) == 413
    with atlas.send(atlas.post(LONGEST_BODY)) as pipe:
        pipe.sendall(b"a" * LONGEST_BODY)
        assert _status(pipe) in (400, 422)


def test_requests__that_come_slowly_keep_nobody_waiting_and_are_let_go(atlas, monkeypatch):
    monkeypatch.setattr(serving, "SLOWEST_HEAD_S", 0.5)
    monkeypatch.setattr(guard, "SLOWEST_BODY_S", 0.5)
    slow = [atlas.send(b"GET /events HT") for _ in range(40)] + [
        atlas.send(atlas.post(100) + b'{"pol') for _ in range(40)
    ]
    assert atlas.status(atlas.head("/events/1951-10-23-namsi-raid")) == 200
    assert {_status(pipe) for pipe in slow} == {408}
    for pipe in slow:
        pipe.close()
    _until(lambda: atlas.connections == 0)


def test_requests__that_come_slowly_but_in_time_are_answered(atlas):
    head = atlas.head("/events")
    with atlas.send(head[:10]) as pipe:
        time.sleep(0.05)
        pipe.sendall(head[10:] + head[:10])
        assert _status(pipe) == 200
    with atlas.send(b"\x16\x03\x01 no such protocol\r\n\r\n") as pipe:
        assert _status(pipe) == 400
