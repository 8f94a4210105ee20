"""The scripts of the atlas: built from what is there, small, loaded only where a page asks for them."""

import gzip
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from stalemate.interfaces.atlas.app import create_app
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.guard import Door
from stalemate.interfaces.atlas.static import ENTRY, plain_files, scripts

ROOT = Path(__file__).resolve().parents[1]
FIRST_BYTES = 60_000
"""Most bytes of script that a page may load before anyone touches it, compressed."""
ALL_BYTES = 200_000
"""Most bytes of all scripts, compressed."""
STATIC_IMPORT = re.compile(r"""(?:\bimport|\bfrom)\s*["']\./([\w.-]+\.js)["']""")


@pytest.fixture(autouse=True)
def _built(assets):
    assert not assets.stale(), "the scripts are old: run python frontend/assets.py build"


@pytest.fixture
def assets(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "frontend"))
    import assets

    yield assets
    sys.modules.pop("assets")


@cache
def compressed(name):
    return len(gzip.compress(scripts()[name].content, mtime=0))


def loaded_with(name):
    """Return a script and all that it imports before it runs."""
    waiting, found = [name], set()
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += STATIC_IMPORT.findall(scripts()[one].content.decode())
    return found


def test_scripts__change_their_stamp_with_any_source(assets, monkeypatch, tmp_path):
    before = assets.digest()
    monkeypatch.setattr(assets, "WORDS", tmp_path / "words.en.json")
    assert assets.digest() != before
    assert assets.stale()


def test_scripts__follow_static_imports_only():
    text = (
        """import"./a.js";import{x as y}from"./b-1.js";const c=()=>import("./c.js");export{z}from './d.js'"""
    )
    assert STATIC_IMPORT.findall(text) == ["a.js", "b-1.js", "d.js"]


def test_scripts__all_together_are_small():
    total = sum(map(compressed, scripts()))
    assert 0 < total <= ALL_BYTES, f"{total:,} bytes"


def test_scripts__the_entry_is_small_with_all_it_imports():
    assert sum(map(compressed, loaded_with(ENTRY))) <= FIRST_BYTES / 2


def test_scripts__each_is_served_and_what_has_a_hash_may_be_kept():
    client = TestClient(create_app(Archive.load(), Door(80)), base_url="http://127.0.0.1")
    for name, file in {**plain_files(), **scripts()}.items():
        answer = client.get(f"/static/{name}")
        assert answer.content == file.content
        hashed = re.search(r"-[\w-]{8}\.(js|css)$", name) is not None
        assert ("immutable" in answer.headers["cache-control"]) == hashed, name
    assert client.get("/static/stamp").status_code == 404


def test_scripts__hold_no_address_of_another_host():
    known = re.compile(r"https?://(www\.w3\.org/|svelte\.dev/e/|127\.0\.0\.1)")
    for name, file in scripts().items():
        found = set(re.findall(r"https?://[\w.-]+/[\w./-]*", file.content.decode()))
        assert {one for one in found if not known.match(one)} == set(), name
