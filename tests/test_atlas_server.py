"""The atlas as a server: what it answers, to whom, and how it refuses."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.guard import HEADERS, LOOPBACK, Door
from stalemate.interfaces.atlas.site import Site

HERE = "http://127.0.0.1:8765"
CHECKED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def client():
    return TestClient(create_app(Archive.load(), Door(8765)), base_url=HERE, raise_server_exceptions=False)


@cache
def addresses():
    return tuple(Site(Archive.load()).addresses())


def asked(path, **headers):
    return client().get(path, headers=headers, follow_redirects=False)


def test_server__answers_every_kind_of_page():
    some = {where.rpartition("/")[0] + str(len(where) % 5): where for where in addresses()}
    some |= {where: where for where in addresses() if where.count("/") == 1}
    assert len(some) > 30
    statuses = {where: client().get(where).status_code for where in some.values()}
    assert {where: status for where, status in statuses.items() if status != 200} == {}


def test_server__what_pages_offer_programs_is_there():
    pages = ["/about", "/events/1951-10-23-namsi-raid", "/figures/rail_cuts"]
    offered = [link for page in pages for link in re.findall(r'href="(/api/[^"]+)"', asked(page).text)]
    assert len(offered) > 20
    assert {link: asked(link).status_code for link in offered} == dict.fromkeys(offered, 200)


def test_server__a_page_is_what_the_site_makes():
    assert asked("/events").text == Site(Archive.load()).page("/events", str)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/atlas.css", "/api/nowhere", "/events?x=1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8765", "elsewhere.example"])
def test_server__every_answer_carries_the_headers_of_safety(path, host):
    answer = asked(path, host=host)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example",
        "elsewhere.example:8765",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8765.elsewhere.example",
        "127.0.0.1.elsewhere.example:8765",
        "10.0.0.1:8765",
        "localhost:8765:8765",
        "user@localhost:8765",
        "",
    ],
)
def test_guard__refuses_a_foreign_host(host):
    assert asked("/", host=host).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LocalHost:8765", "[::1]:8765"])
def test_guard__admits_its_own_names(host):
    assert asked("/", host=host, origin=f"http://{host}").status_code == 200


@pytest.mark.parametrize(
    "origin", ["null", "https://127.0.0.1:8765", "http://elsewhere.example", "http://[::1]:8765"]
)
def test_guard__refuses_a_foreign_origin(origin):
    assert asked("/", origin=origin).status_code == 403


def test_door__open_to_others_answers_to_addresses_and_its_name_only():
    door = Door(80, LOOPBACK | {"desk.lan"}, literal=True)
    assert all(door.admits(host) for host in ("192.168.1.4", "[fe80::1]:80", "desk.lan", "Desk.LAN:80"))
    assert not any(door.admits(host) for host in ("elsewhere.example", "192.168.1.4:81", "1.2.3", "[::zz]"))


def test_ask__quotes_the_record_with_links_that_lead_there():
    page = asked("/ask?q=When was the Namsi raid?").text
    assert "<h2>The record says</h2>" in page
    assert 'href="/events/1951-10-23-namsi-raid"' in page
    links = set(re.findall(r'href="(/(?:events|figures|places|sources)/[^"]+)"', page))
    assert len(links) > 1
    assert {link: asked(link).status_code for link in links} == dict.fromkeys(links, 200)
    answer = asked("/api/ask?q=When was the Namsi raid?").json()
    assert answer["kind"] == "answered"
    assert answer["quotes"][0]["id"] == "1951-10-23-namsi-raid"


def test_ask__declines_visibly():
    page = asked("/ask?q=Who sells the best coffee in Paris?").text
    assert "<h2>The record does not answer this</h2>" in page
    assert asked("/api/ask?q=Who sells the best coffee in Paris?").json()["kind"] == "declined"


def test_ask__without_a_question_is_a_form():
    page = asked("/ask")
    assert page.status_code == 200
    assert "The record" not in page.text.partition("<main")[2].partition("</form>")[2]


@pytest.mark.parametrize("question", ["q=", "q=%20", "q=a&q=b", "x=a", "q=a&x=b", "q=" + "a" * 401])
def test_ask__refuses_what_is_no_question(question):
    assert asked(f"/ask?{question}").status_code == 422
    assert asked(f"/api/ask?{question}").status_code == 422 or question == "q=%20"


def test_map__a_question_leads_to_the_page_of_the_day():
    answer = asked("/map?date=1952-02-29")
    assert (answer.status_code, answer.headers["location"]) == (303, "/map/1952-02-29")
    assert asked("/map/1952-02-29").status_code == 200


@pytest.mark.parametrize(
    "text", ["1952-02-30", "19520229", "1950-01-01", "1952-W01-1", "", "//x", "1952-02-29 "]
)
def test_map__refuses_what_is_no_day_of_the_war(text):
    assert client().get("/map", params={"date": text}, follow_redirects=False).status_code == 422
    assert client().get(f"/map/{text or 'x'}", follow_redirects=False).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/", "/api/nowhere"])
def test_guard__only_reads(method, path):
    answer = client().request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_guard__refuses_a_very_long_address():
    assert asked("/" + "a" * 9000).status_code == 414
    assert asked("/?" + "a" * 9000).status_code == 414


def test_server__heads_have_no_body():
    answer = client().head("/events")
    assert (answer.status_code, answer.content) == (200, b"")


def test_faults__have_one_shape():
    body = asked("/api/nowhere").json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"status", "title", "faults"}
    page = asked("/nowhere").text
    assert "<h1>Not Found</h1>" in page
    assert "there is no page" in page


def test_faults__show_what_was_asked_as_text():
    page = asked("/events/<script>alert(1)<").text
    assert "<script>" not in page
    assert "&lt;script" in page


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "static/../app.py", "//x", "\\\\x"]
    ),
)


@CHECKED
@given(prefix=st.sampled_from(["/", "/events/", "/static/", "/days/", "/api/", "/figures/"]), rest=HOSTILE)
def test_server__hostile_paths_are_refused_and_never_break_it(prefix, rest):
    from urllib.parse import quote

    answer = asked(prefix + quote(rest, safe="%"))
    assert answer.status_code in (200, 404, 414, 422)
    assert answer.status_code != 200 or prefix + rest in ("/", *addresses()) or prefix == "/static/"


@CHECKED
@given(name=st.text(max_size=20), value=st.text(max_size=40))
def test_server__hostile_questions_are_refused_and_never_break_it(name, value):
    for path in ("/", "/events", "/days/07-27", "/ask"):
        answer = client().get(path, params={name: value})
        assert answer.status_code in (200, 422)
        assert answer.status_code == 422 or not (name or value) or (path, name) == ("/ask", "q")


@CHECKED
@given(st.text(max_size=60))
def test_ask__hostile_questions_never_break_it(text):
    assert client().get("/ask", params={"q": text}).status_code in (200, 422)


@pytest.fixture
def started():
    """Start the command on a free port and return the process with its address."""
    script = "import sys\nfrom stalemate.interfaces.cli import main\nmain(['atlas', *sys.argv[1:]])"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = process.stdout.readline()
    yield process, first.split()[1]
    process.kill()
    process.communicate()


def test_command__serves_until_it_is_interrupted(started):
    process, address = started
    with urllib.request.urlopen(address + "events") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.stderr.read() == "stopped\n"


def test_command__says_when_the_port_is_taken(capsys):
    from stalemate.interfaces.cli import main

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit) as left:
            main(["atlas", "--no-browser", "--port", str(taken.getsockname()[1])])
    assert left.value.code == 2
    assert "name another --port" in capsys.readouterr().err


def test_command__says_when_the_host_is_not_this_machine(capsys):
    from stalemate.interfaces.cli import main

    with pytest.raises(SystemExit) as left:
        main(["atlas", "--no-browser", "--host", "no such host"])
    assert left.value.code == 2
    assert "--host" in capsys.readouterr().err


def test_openapi__is_served_and_names_no_page():
    schema = asked("/api/openapi.json")
    assert schema.status_code == 200
    assert all(path.startswith("/api/") for path in json.loads(schema.text).get("paths", {}))
