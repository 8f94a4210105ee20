"""Answers kept as bytes: the same bytes again, of the record alone, and no more of them than a bound."""

import pytest
from loops import in_own_loop
from test_atlas_server import asked, client
from test_workbench import Desk, Fight

from stalemate.interfaces.atlas import remembered
from stalemate.interfaces.atlas.remembered import Remembered


class Counting:
    """An application that answers with its path, as long as its query says, and counts what it was asked."""

    def __init__(self, status=200):
        self.asked, self.status = [], status

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        headers = [(b"x-path", scope["path"].encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": scope["path"].encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"." * int(scope["query_string"] or b"0")})


def answer(app, path, query=b"", **more):
    """Return status, headers and body."""
    told = []

    async def send(message):
        if message["type"] == "http.response.start":
            message["headers"].append((b"x-guard", b"1"))
        told.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, **more}
    in_own_loop(app(scope, None, send))
    body = b"".join(message["body"] for message in told[1:])
    return told[0]["status"], tuple(told[0]["headers"]), body


def test_remembered__gives_the_same_answer_without_asking_again():
    inner = Counting()
    app = Remembered(inner)
    first = answer(app, "/events", b"3")
    assert [answer(app, "/events", b"3") for _ in range(3)] == [first] * 3
    assert first == (200, ((b"x-path", b"/events"), (b"x-guard", b"1")), b"/events...")
    assert answer(app, "/events", b"4")[2] == b"/events...."
    assert inner.asked == ["/events"] * 2


@pytest.mark.parametrize(
    ("path", "more"), [(path, {}) for path in remembered.MOVING] + [("/events", {remembered.HEAD: True})]
)
def test_remembered__asks_again_for_what_may_have_changed(path, more):
    inner = Counting()
    app = Remembered(inner)
    for _ in range(2):
        answer(app, path, **more)
    assert len(inner.asked) == 2


def test_remembered__keeps_no_refusal_and_no_very_long_answer(monkeypatch):
    monkeypatch.setattr(remembered, "LONGEST", 100)
    for inner, query in ((Counting(status=404), b""), (Counting(), b"101")):
        app = Remembered(inner)
        for _ in range(2):
            answer(app, "/events", query)
        assert len(inner.asked) == 2


def test_remembered__forgets_what_was_asked_for_longest_ago(monkeypatch):
    monkeypatch.setattr(remembered, "MOST_BYTES", 30)
    inner = Counting()
    app = Remembered(inner)
    for path in ("/aaaaaaaaa", "/bbbbbbbbb", "/ccccccccc", "/aaaaaaaaa", "/ddddddddd"):
        answer(app, path)
    inner.asked.clear()
    for path in ("/aaaaaaaaa", "/ccccccccc", "/ddddddddd", "/bbbbbbbbb"):
        answer(app, path)
    assert inner.asked == ["/bbbbbbbbb"]


@pytest.mark.parametrize("path", ["/", "/events", "/api/playback/record", "/api/events?format=csv", "/play"])
def test_server__answers_twice_with_the_same_bytes_and_headers(path):
    first, second = (asked(path) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert first.headers == second.headers
    head = client().head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_runs__are_told_as_they_are_now(tmp_path):
    desk = Desk(tmp_path / "runs", Fight())
    assert desk.client.get("/api/runs").json() == {"rows": []}
    name = desk.ask().json()["name"]
    assert [row["name"] for row in desk.client.get("/api/runs").json()["rows"]] == [name]
    assert name in desk.client.get("/runs").text
    desk.bench.close()
