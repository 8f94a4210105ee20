"""What the program needs: locked, complete, under licences that allow it. From installed metadata alone."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import licences
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCKED = {
    licences.key(name): version
    for name, _, version in (
        line.partition("==") for line in (ROOT / "requirements.lock").read_text().splitlines()
    )
    if version
}
PACKAGES = licences.needed("test", "plot", "study")
COPYLEFT = {"iterative-ensemble-smoother", "platypus-opt"}
"""Under the GNU General Public License: only behind the extra ``study``, never shipped."""

BROUGHT = {"llvmlite", "markupsafe", "pandas", "starlette"}
"""Imported, and always brought: by Numba, Jinja, xarray and FastAPI, which are made of them."""


def declared():
    """Return everything that the project asks for, in any extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in (*project["dependencies"], *extras)]


def test_packages__that_are_needed_are_reached():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {licences.key(Requirement(line).name) for line in wanted} <= set(PACKAGES)


def test_packages__are_those_of_the_lock():
    other = {n: one.version for n, one in PACKAGES.items() if n != licences.ROOT_PACKAGE}
    assert {name: version for name, version in other.items() if LOCKED.get(name) != version} == {}


def test_lock__names_every_package_that_any_extra_can_bring_once():
    """What is not installed here is looked up by what those that are installed ask for."""
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line]
    names = [licences.key(line.partition("==")[0]) for line in lines]
    assert len(set(names)) == len(names)
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9A-Za-z.+!]+", line)] == []
    asked = {
        licences.key(Requirement(line).name)
        for one in PACKAGES.values()
        for line in one.requires or []
        if not Requirement(line).marker or Requirement(line).marker.evaluate({"extra": ""})
    }
    assert asked - set(LOCKED) == set()
    assert asked - set(PACKAGES) == set()


def test_project__declares_lower_bounds_that_the_lock_keeps():
    stubs = {"pandas-stubs", "scipy-stubs"}
    for one in declared():
        bounds = [part for part in one.specifier if part.operator in (">=", "~=", "==")]
        assert bounds or one.name in stubs, one
        assert licences.key(one.name) in LOCKED, f"{one} stands in no line of requirements.lock"
        assert one.specifier.contains(Version(LOCKED[licences.key(one.name)]), prereleases=True), one
        assert one.url is None, one


def test_project__installed_is_the_project_that_is_declared():
    """An old installation would audit the requirements of yesterday."""
    told = PACKAGES[licences.ROOT_PACKAGE].requires or []
    found = {licences.key(Requirement(line).name) for line in told}
    assert found == {licences.key(one.name) for one in declared()}


def test_source__imports_nothing_that_is_not_declared():
    """Every package that a module names is asked for by the project itself, not by chance by another."""
    named = {licences.key(one.name) for one in declared()}
    trees = [ast.parse(path.read_text()) for path in (ROOT / "src").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) if node.module}
    tops = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"stalemate"}
    owners = packages_distributions()
    brought = {top for top in tops if named.isdisjoint(map(licences.key, owners.get(top, [top])))}
    assert brought == BROUGHT


def test_packages__satisfy_what_each_asks_of_the_others():
    wrong = []
    for name, one in PACKAGES.items():
        for line in one.requires or []:
            asked = Requirement(line)
            there = PACKAGES.get(licences.key(asked.name))
            plain = asked.marker is None or asked.marker.evaluate({"extra": ""})
            if there and plain and not asked.specifier.contains(Version(there.version), prereleases=True):
                wrong.append((name, line, there.version))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(set(PACKAGES) - {licences.ROOT_PACKAGE} - COPYLEFT))
def test_packages__say_a_licence_that_allows_their_use(name):
    told = licences.licence(PACKAGES[name])
    assert licences.ALLOWED.search(told), told
    assert not re.search(r"(?<!L)GPL|GENERAL PUBLIC|proprietary", told, re.IGNORECASE), told


def test_packages__under_the_gpl_are_only_needed_by_studies_and_told():
    assert COPYLEFT <= set(PACKAGES)
    assert COPYLEFT.isdisjoint(licences.needed("plot", "dask", "docs"))
    told = (ROOT / "ATTRIBUTION.md").read_text()
    assert [name for name in COPYLEFT if f"`{name}`" not in told] == []


def test_scripts__are_made_of_packages_whose_licences_stand_beside_them():
    notices = (ROOT / "src/stalemate/interfaces/atlas/built/LICENCES.txt").read_text()
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    paths = [path for path, one in lock.items() if path and not one.get("dev")]
    bundled = [path.rpartition("node_modules/")[2] for path in paths]
    assert len(bundled) >= 3
    assert [name for name in [*bundled, "svelte"] if f"\n{name} " not in notices] == []


def test_locks__name_no_host():
    for lock in ("requirements.lock", "frontend/package-lock.json"):
        text = (ROOT / lock).read_text()
        assert '"resolved"' not in text
        assert "--index" not in text
