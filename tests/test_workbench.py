"""The workbench as a server: runs asked for, watched, stopped and resumed; and who is refused, and how."""

import json
import re
import threading
import time
from dataclasses import replace
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from starlette.testclient import TestClient

from stalemate.errors import RunError
from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.bench import Bench, Bucket, runs_folder
from stalemate.interfaces.atlas.guard import LONGEST_BODY, LOOPBACK, Door
from stalemate.interfaces.atlas.runquestions import RunQuestion

HERE = "http://127.0.0.1:8765"
OURS = {"origin": HERE}
FIRST = {"policies": ["banfill", "historical"], "replicates": 20}
SOON = 20


class Fight:
    """Stands in for the runner: waits until it is let go, tells of progress, then fails or makes a folder."""

    def __init__(self, held=False, fault=""):
        self.free, self.begun, self.fault = threading.Event(), threading.Event(), fault
        if not held:
            self.free.set()

    def __call__(self, war, policies, *, replicates, out, progress, **options):
        self.begun.set()
        total = replicates * len(policies)
        while not self.free.wait(0.01):
            progress(0, total)
        progress(total // 2, total)
        if self.fault:
            raise RunError(self.fault)
        out.mkdir(parents=True)


@cache
def archive():
    return Archive.load()


class Desk:
    """A client of a workbench of its own."""

    def __init__(self, folder, fight, **options):
        self.fight = fight
        self.bench = Bench(archive().war, folder, fight=fight, **options)
        app = create_app(archive(), Door(8765), self.bench)
        self.client = TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)

    def ask(self, **changes):
        return self.client.post("/api/runs", json=FIRST | changes, headers=OURS)

    def post(self, path, **options):
        return self.client.post(path, **{"headers": OURS} | options)

    def wait(self, name, *states):
        until = time.monotonic() + SOON
        while (state := self.client.get(f"/api/runs/{name}").json()["state"]) not in states:
            assert time.monotonic() < until, state
            time.sleep(0.01)
        return state


@pytest.fixture
def desk(tmp_path, request):
    options = dict(getattr(request, "param", {}))
    made = Desk(tmp_path / "runs", options.pop("fight", None) or Fight(), **options)
    yield made
    made.fight.free.set()
    made.bench.close()


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """Return a workbench that is asked for no run that can be fought."""
    made = Desk(tmp_path_factory.mktemp("idle") / "runs", Fight(), bucket=Bucket(10**9, 1.0))
    yield made
    made.bench.close()


def held(**options):
    """Run a test on a workbench whose runs wait to be let go."""
    return pytest.mark.parametrize("desk", [{"fight": Fight(held=True), **options}], indirect=True)


def events(text):
    """Return the events of a stream: name and data."""
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_runs__are_asked_for_and_found_by_name(desk):
    answer = desk.ask()
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"/api/runs/{run['name']}"
    assert run["question"] == RunQuestion(**FIRST).model_dump(mode="json")
    assert desk.ask().json()["name"] == run["name"]
    desk.wait(run["name"], "done")
    assert [row["name"] for row in desk.client.get("/api/runs").json()["rows"]] == [run["name"]]
    assert desk.bench.asked(run["name"]).policies == ("banfill", "historical")


def test_runs__another_server_finds_them_and_lets_one_go_on(tmp_path):
    first = Desk(tmp_path / "runs", Fight(held=True))
    name = first.ask().json()["name"]
    assert first.fight.begun.wait(SOON)
    first.bench.close()
    second = Desk(tmp_path / "runs", Fight())
    assert second.client.get(f"/api/runs/{name}").json()["state"] == "stopped"
    assert second.post(f"/api/runs/{name}/resume").status_code == 202
    assert second.wait(name, "done") == "done"
    second.bench.close()


@held()
def test_progress__is_told_and_ends_with_the_run(desk):
    name = desk.ask().json()["name"]
    assert desk.fight.begun.wait(SOON)
    threading.Timer(0.5, desk.post, [f"/api/runs/{name}/stop"]).start()
    stream = desk.client.get(f"/api/runs/{name}/progress")
    assert stream.headers["content-type"].startswith("text/event-stream")
    told = events(stream.text)
    assert [event for event, _ in told[:-1]] == ["progress"] * (len(told) - 1)
    assert (told[0][1]["state"], told[0][1]["done"], told[0][1]["total"]) == ("running", 0, 40)
    assert (told[-1][0], told[-1][1]["state"]) == ("end", "stopped")
    again = events(desk.client.get(f"/api/runs/{name}/progress").text)
    assert again == told[-1:]


@held()
def test_progress__a_head_does_not_wait_and_a_closing_server_ends_the_stream(desk):
    name = desk.ask().json()["name"]
    head = desk.client.head(f"/api/runs/{name}/progress")
    assert (head.status_code, head.content) == (200, b"")
    threading.Timer(0.3, desk.bench.closing.set).start()
    told = events(desk.client.get(f"/api/runs/{name}/progress").text)
    assert {event for event, _ in told} == {"progress"}


def test_runs__one_that_fails_says_why(tmp_path):
    desk = Desk(tmp_path / "runs", Fight(fault="the disk is full"))
    name = desk.ask().json()["name"]
    desk.wait(name, "failed")
    assert desk.client.get(f"/api/runs/{name}").json()["said"] == "the disk is full"
    assert "It failed: the disk is full" in desk.client.get(f"/runs/{name}").text
    desk.bench.close()


@held()
def test_runs__too_many_waiting_are_refused_for_a_while(desk):
    assert [desk.ask(seed=seed).status_code for seed in range(9)] == [202] * 9
    answer = desk.ask(seed=99)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "runs wait already" in answer.json()["error"]["faults"][0]


@held(bucket=Bucket(2, 1000.0))
def test_runs__asked_for_too_often_are_refused_for_a_while(desk):
    assert [desk.ask(seed=seed).status_code for seed in (1, 2)] == [202, 202]
    answer = desk.ask(seed=3)
    assert answer.status_code == 429
    assert 900 < int(answer.headers["retry-after"]) <= 1000


def test_bucket__lets_through_a_few_and_then_one_at_a_time():
    now = [0.0]
    bucket = Bucket(2, 5.0, lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [0, 0, 5]
    now[0] = 4.0
    assert bucket.take() == 1
    now[0] = 5.0
    assert [bucket.take(), bucket.take()] == [0, 5]
    now[0] = 500.0
    assert [bucket.take() for _ in range(3)] == [0, 0, 5]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"policies": ["peace", "historical"]}, "policy 'peace'"),
        ({"policies": ["banfill", "banfill"]}, "more than once"),
        ({"policies": ["banfill"]}, "at least 2"),
        ({"replicates": 0}, "greater than or equal to 1"),
        ({"replicates": 20_001}, "less than or equal to 20000"),
        ({"replicates": "20"}, "valid integer"),
        ({"repair": ["queue", "queue"]}, "each once"),
        ({"ranges": [{"name": "truck_payload_t", "low": 0, "high": 1}]}, "both from 2 to 3.2 t/truck"),
        ({"ranges": [{"name": "rail_trunk_cars", "low": 0, "high": 1}]}, "cannot be narrowed"),
        ({"more": 1}, "Extra inputs"),
    ],
)
def test_runs__what_cannot_be_asked_is_told(idle, changes, told):
    answer = idle.ask(**changes)
    assert answer.status_code == 422
    assert told in " ".join(answer.json()["error"]["faults"])
    assert idle.client.get("/api/runs").json()["rows"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
    ],
)
@pytest.mark.parametrize("path", ["/api/runs", "/runs", "/runs/x/stop", "/api/runs/x/resume"])
def test_guard__only_this_site_may_ask_for_runs(idle, path, headers):
    assert idle.client.post(path, json=FIRST, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, OURS, OURS | {"sec-fetch-site": "same-origin"}]
)
def test_guard__this_site_may(desk, headers):
    assert desk.client.post("/api/runs", json=FIRST, headers=headers).status_code == 202


def test_guard__refuses_bodies_of_another_kind_or_size(idle):
    form, plain = "application/x-www-form-urlencoded", "text/plain"
    for path, kind in (
        ("/api/runs", form),
        ("/api/runs", plain),
        ("/runs", "application/json"),
        ("/runs", ""),
    ):
        assert idle.post(path, content=b"{}", headers=OURS | {"content-type": kind}).status_code == 415
    big = b'"' + b"a" * LONGEST_BODY + b'"'
    for path, kind in (("/api/runs", "application/json"), ("/runs", form)):
        assert idle.post(path, content=big, headers=OURS | {"content-type": kind}).status_code == 413
        pieces = (big[at : at + 9000] for at in range(0, len(big), 9000))
        assert idle.post(path, content=pieces, headers=OURS | {"content-type": kind}).status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 9000, b'{"policies": "\\ud800"}', b"1e999"]
)
def test_runs__hostile_bodies_are_refused_in_one_shape(idle, body):
    answer = idle.post("/api/runs", content=body, headers=OURS | {"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()["error"]) == {"status", "title", "faults"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_guard__says_what_an_address_takes(idle, method):
    allow = {"/runs": "GET, HEAD, POST", "/api/runs/x/stop": "POST", "/api/events": "GET, HEAD"}
    for path, allowed in allow.items():
        answer = idle.client.request(method, path, headers=OURS)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("name", ["x", "..%2f..%2fetc", "0" * 16, "%00"])
def test_runs__a_name_that_is_none_opens_nothing(idle, name):
    for path in ("", "/progress", "/answer", "/bundle", "/tables/levels"):
        assert idle.client.get(f"/api/runs/{name}{path}").status_code == 404
    for path in ("/stop", "/resume"):
        assert idle.post(f"/api/runs/{name}{path}").status_code in (404, 405)
    assert idle.client.get(f"/runs/{name}").status_code == 404


@held()
def test_runs__what_is_not_done_says_nothing_yet(desk):
    name = desk.ask().json()["name"]
    for path in ("answer", "bundle", "tables/levels"):
        assert desk.client.get(f"/api/runs/{name}/{path}").status_code == 409


def test_form__asks_for_a_run_and_leads_to_its_page(desk):
    form = {"policies": ["banfill", "historical", ""], "replicates": "20", "seed": "1", "since": "start"}
    answer = desk.post("/runs", data=form | {"low.truck_payload_t": "2", "high.truck_payload_t": "2.5"})
    assert answer.status_code == 303
    name = answer.headers["location"].removeprefix("/runs/")
    desk.wait(name, "done")
    assert [one.high for one in desk.bench.asked(name).ranges] == [2.5]
    assert f'href="/runs/{name}"' in desk.client.get("/runs").text
    page = desk.client.get(f"/runs/{name}")
    assert page.status_code == 200
    assert "between 2 and 2.5" in page.text


def test_form__with_faults_comes_back_with_them_and_what_was_put_in(idle):
    answer = idle.post("/runs", data={"policies": ["banfill", "peace<"], "replicates": "20"})
    assert answer.status_code == 422
    answer = idle.post("/runs", data={"policies": ["banfill", "peace"], "replicates": "77"})
    assert answer.status_code == 422
    assert "found the policy &#39;peace&#39;" in answer.text
    assert 'value="peace"' in answer.text
    assert 'value="77"' in answer.text


@pytest.mark.parametrize("body", [b"a=1", b"%ff=1", b"a=1&" * 300, b"policies=" + b"a," * 300])
def test_form__hostile_ones_are_refused(idle, body):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert idle.post("/runs", content=body, headers=OURS | kind).status_code == 422


@held()
def test_pages__a_run_is_stopped_and_goes_on_by_its_forms(desk):
    name = desk.ask().json()["name"]
    assert desk.fight.begun.wait(SOON)
    page = desk.client.get(f"/runs/{name}").text
    assert f'action="/runs/{name}/stop"' in page
    assert desk.post(f"/runs/{name}/stop").headers["location"] == f"/runs/{name}"
    desk.wait(name, "stopped")
    page = desk.client.get(f"/runs/{name}").text
    assert f'action="/runs/{name}/resume"' in page
    desk.fight.free.set()
    assert desk.post(f"/runs/{name}/resume").status_code == 303
    assert desk.wait(name, "done")


def test_pages__the_address_fills_the_form(idle):
    page = idle.client.get("/runs?policies=smart,restraint&replicates=64&ranges=grain_need_t:0.2..0.25").text
    for value in ("smart", "restraint", "64", "0.2", "0.25"):
        assert f'value="{value}"' in page
    assert idle.client.get("/runs?replicates=x").status_code == 422


def test_workbench__lists_what_can_be_asked(idle):
    told = idle.client.get("/api/workbench").json()
    assert {"banfill", "historical", "none"} <= {one["name"] for one in told["policies"]}
    assert [one["name"] for one in told["laws"]] == ["hague-1907", "additional-protocol-1"]
    for one in told["parameters"]:
        rows = [row for row in archive().war.parameters if row.name == one["name"]]
        assert (one["low"], one["high"], one["unit"]) == (rows[0].low, rows[0].high, rows[0].unit)
        assert bool(one["sources"]) != bool(one["assumed"])
        assert set(one["sources"]) <= set(archive().ledger.figures)
    assert sum(one["shown"] for one in told["parameters"]) == 12


def test_bench__opens_no_folder_before_a_run_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("STALEMATE_RUNS", str(tmp_path / "mine"))
    desk = Desk(runs_folder(), Fight())
    assert desk.client.get("/runs").status_code == 200
    assert desk.client.get("/api/runs").json() == {"rows": []}
    assert list(tmp_path.iterdir()) == []
    desk.bench.close()


@cache
def schema(folder):
    bench = Bench(archive().war, folder, fight=Fight(), bucket=Bucket(10**9, 1.0))
    app = create_app(archive(), Door(80, LOOPBACK | {"testserver"}), bench)
    return schemathesis.openapi.from_asgi("/api/openapi.json", app), bench


@pytest.mark.parametrize("path", ["/api/runs", "/api/runs/{name}/stop", "/api/runs/{name}/resume"])
def test_api__no_body_or_name_breaks_it(tmp_path_factory, path):
    found, bench = schema(tmp_path_factory.getbasetemp() / "schema")
    left_out = [CHECKS.get_one("positive_data_acceptance")]

    @given(
        case=found[path]["POST"].as_strategy()
        | found[path]["POST"].as_strategy(schemathesis.GenerationMode.NEGATIVE)
    )
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def asked(case):
        case.call_and_validate(headers={"sec-fetch-site": "same-origin"}, excluded_checks=left_out)

    asked()
    bench.close()


NAMES = st.sampled_from(["policies", "law", "replicates", "seed", "ranges", "low.a", "x", "repair"])


@given(st.lists(st.tuples(NAMES, st.text(max_size=30)), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_pages__hostile_addresses_are_refused_and_never_break_it(pairs):
    assert form_client().get("/runs", params=pairs).status_code in (200, 422)


@cache
def form_client():
    bench = Bench(archive().war, runs_folder() / "none", fight=Fight())
    return TestClient(create_app(archive(), Door(8765), bench), base_url=HERE, raise_server_exceptions=False)


def test_queue__a_job_is_another_under_other_code(desk, monkeypatch):
    from stalemate.ensemble import jobs

    name = desk.ask().json()["name"]
    monkeypatch.setattr(jobs, "model_digest", lambda: "other")
    assert desk.ask().json()["name"] != name
    assert replace(desk.bench.asked(name), seed=1).name(archive().war) != name
