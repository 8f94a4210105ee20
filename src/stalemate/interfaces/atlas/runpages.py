"""Pages of runs: the form with the list of runs, and what one run says. They need no script."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from stalemate.interfaces.atlas.addresses import Link
from stalemate.interfaces.atlas.bench import MOST_WAITING, Bench, Told
from stalemate.interfaces.atlas.faults import Malformed
from stalemate.interfaces.atlas.playshapes import MOST_WARS
from stalemate.interfaces.atlas.runapi import RunState, state_of, states_of
from stalemate.interfaces.atlas.runoptions import options_of
from stalemate.interfaces.atlas.runquestions import RunQuestion, plain, read_question, write_question
from stalemate.interfaces.atlas.site import Site

Values = dict[str, Any]

MOST_FIELDS: Final = 200
SLOTS: Final = 4
"""Fields for policies."""
EVERY_WEEKS: Final = 4
"""A chart's table on the page has a row for so many weeks; the files have all."""
FORM_OUTCOMES: Final = ("front_tonnes", "shells_communist", "aircraft_lost", "civilian_deaths")
_CACHED: Final = {"cache-control": "no-cache"}


def add_run_pages(app: FastAPI, site: Site, bench: Bench) -> None:
    """Add the pages of runs and the forms on them."""

    def runs(request: Request) -> Response:
        question = read_question(request.query_params.multi_items())
        return HTMLResponse(form_page(site, bench, question), headers=_CACHED)

    async def submit(request: Request) -> Response:
        return await run_in_threadpool(_submitted, site, bench, await request.body())

    def run(request: Request) -> Response:
        name = request.path_params["name"]
        return HTMLResponse(site.render("run.html", str, **served_run(bench, name)), headers=_CACHED)

    def stop(request: Request) -> Response:
        name = request.path_params["name"]
        bench.jobs.stop(name)
        return RedirectResponse(f"/runs/{name}", 303)

    def resume(request: Request) -> Response:
        name = request.path_params["name"]
        bench.resume(name)
        return RedirectResponse(f"/runs/{name}", 303)

    app.add_route("/runs", runs, methods=["GET"], include_in_schema=False)
    app.add_route("/runs", submit, methods=["POST"], include_in_schema=False)
    app.add_route("/runs/{name}", run, methods=["GET"], include_in_schema=False)
    app.add_route("/runs/{name}/stop", stop, methods=["POST"], include_in_schema=False)
    app.add_route("/runs/{name}/resume", resume, methods=["POST"], include_in_schema=False)


def form_page(site: Site, bench: Bench, question: RunQuestion, faults: Sequence[str] = ()) -> str:
    """Return the page of the form, filled in, with the list of runs."""
    options = options_of(bench.war, MOST_WAITING, bench.at_once)
    narrow = {one.name: one for one in question.ranges}
    fields = [
        {"choice": one, "given": narrow.get(one.name)}
        for one in options.parameters
        if one.shown or one.name in narrow
    ]
    return site.render(
        "runs.html",
        str,
        here="/runs",
        served=True,
        question=question,
        address=write_question(question),
        slots=[*question.policies, *[""] * (SLOTS - len(question.policies))],
        fields=fields,
        options=options,
        rows=states_of(bench),
        faults=faults,
        plain=plain,
    )


def served_run(bench: Bench, name: str) -> Values:
    """Return what the page of a run needs while it is served. Raises QueryError if there is none."""
    state = state_of(bench, name)
    told = bench.told(name) if state.state == "done" else None
    values = {"here": f"/runs/{name}", "served": True, "run": state, "told": told, "plain": plain}
    values["played_at"] = played_at(state.question)
    if told is None or told.state != "ready":
        return values | {"answer": None}
    return values | answer_values(name, told.answer, lambda key, ending: _served_file(name, key, ending))


def played_at(question: RunQuestion) -> str | None:
    """Return the address at which the run's first and last policies are played under its luck.

    None where playback would not be of the same wars: with parameters narrowed, or some rival forms alone.
    """
    whole = RunQuestion()
    if question.ranges or (question.repair, question.fire) != (whole.repair, whole.fire):
        return None
    law = f":law={question.law}" if question.law else ""
    asked = {
        "play": "pair",
        "policy": question.policies[0] + law,
        "against": question.policies[-1] + law,
        "seed": question.seed,
        "wars": min(question.replicates, MOST_WARS),
    }
    return f"/play?{urlencode(asked)}"


def exported_run(name: str, question: RunQuestion, answer: Mapping[str, Any], link: Link) -> Values:
    """Return what the page of a run needs as a file on disk."""
    total = question.replicates * len(question.policies)
    state = RunState(
        name=name,
        question=question,
        address=write_question(question),
        state="done",
        done=total,
        total=total,
        said="",
    )
    values = {"here": f"/runs/{name}", "served": False, "run": state, "told": Told("ready"), "plain": plain}
    return values | answer_values(name, answer, lambda key, ending: link(f"/runs/{name}/{key}.{ending}"))


def answer_values(name: str, answer: Mapping[str, Any], file: Callable[[str, str], str]) -> Values:
    """Return what a page shows of an answer; ``file`` is the address of a table's file by key and ending."""
    from stalemate.analysis.estimate import number
    from stalemate.ensemble.outcomes import GROUPS
    from stalemate.ensemble.store import Recipe
    from stalemate.interfaces.atlas.runtables import Tables
    from stalemate.interfaces.causes import CAUSE_WORDS
    from stalemate.interfaces.pages import SHORT, again_of
    from stalemate.interfaces.wartables import MARKS

    tables = Tables(answer)
    return {
        "answer": answer,
        "tables": tables,
        "file": file,
        "again": again_of(Recipe.from_json(dict(answer["recipe"]))),
        "known": {one["name"]: one for one in answer["outcomes"]},
        "groups": GROUPS,
        "short": SHORT,
        "form_outcomes": FORM_OUTCOMES,
        "marks": MARKS,
        "cause_words": CAUSE_WORDS,
        "every_weeks": EVERY_WEEKS,
        "number": lambda value: "none" if value is None else number(value),
    }


def _submitted(site: Site, bench: Bench, body: bytes) -> Response:
    """Ask for the run of a form and lead to its page; a form with faults comes back with them."""
    try:
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Malformed(f"the form cannot be read; expected at most {MOST_FIELDS} fields in UTF-8") from None
    question = read_question(pairs)
    try:
        name = bench.submit(question).name
    except Malformed as error:
        page = form_page(site, bench, question, str(error).splitlines())
        return HTMLResponse(page, 422, headers=_CACHED)
    return RedirectResponse(f"/runs/{name}", 303)


def _served_file(name: str, key: str, ending: str) -> str:
    return f"/api/runs/{name}/tables/{key}?format={ending}"
