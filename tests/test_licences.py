"""What the program needs: locked, complete, under licences that allow it. From installed metadata alone."""

import json
import re
import tomllib
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


def test_packages__that_are_needed_are_reached():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {licences.key(Requirement(line).name) for line in wanted} <= set(PACKAGES)


def test_packages__are_those_of_the_lock():
    other = {n: one.version for n, one in PACKAGES.items() if n != licences.ROOT_PACKAGE}
    assert {name: version for name, version in other.items() if LOCKED.get(name) != version} == {}


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
