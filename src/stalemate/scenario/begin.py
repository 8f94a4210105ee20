"""The files of a new scenario: the template's network and targets, the forces and parameters of another."""

import re
from collections.abc import Mapping, Sequence

from stalemate import shipped
from stalemate.scenario.read import MANIFEST, load
from stalemate.scenario.schema import TABLES, Scenario

TEMPLATE = "template"
TEMPLATE_MANIFEST = "manifest.toml"


def files_of_new(name: str, like: str) -> dict[str, bytes]:
    """Return the files of a new scenario by name: a network of two sectors, all else as in ``like``.

    The template stands beside the scenarios and holds the tables that describe its network and its fixed
    targets, one of each class; every other table, and the dates of policies, are copied. Raises
    ScenarioError if ``like`` is not a good scenario.
    """
    war = load(like)
    folder = shipped.folder("scenarios") / TEMPLATE
    manifest = (folder / TEMPLATE_MANIFEST).read_text(encoding="utf-8")
    striking = [row.id for row in war.classes if row.id in {order.aircraft_class for order in war.effort}]
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "new"
    facts = {
        "name": plain,
        "like": war.name,
        "start": str(war.start),
        "end": str(war.end),
        "classes": ";".join(striking),
    }
    files = {MANIFEST: (_filled(manifest, facts) + _policies(war)).encode()}
    for table in TABLES:
        file = f"{table}.csv"
        if (folder / file).is_file():
            text = (folder / file).read_text(encoding="utf-8")
            files[file] = _filled(_for_each_class(text, striking), facts).encode()
        else:
            files[file] = war.files[table].read_bytes()
    return files


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for key, value in facts.items():
        text = text.replace("{" + key + "}", value)
    return text


def _for_each_class(text: str, striking: Sequence[str]) -> str:
    lines = []
    for line in text.splitlines():
        classes = striking if "{class}" in line else [""]
        lines += [line.replace("{class}", name) for name in classes]
    return "\n".join([*lines, ""])


def _policies(war: Scenario) -> str:
    lines = []
    for policy, dates in war.policies.items():
        lines += ["", f"[policies.{policy}]", *(f"{key} = {day}" for key, day in dates.items())]
    return "\n".join(["", "# Dates that the program's policies need in this war.", *lines[1:], ""])
