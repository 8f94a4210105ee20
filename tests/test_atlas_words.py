"""The catalogue of strings: what is used is there, what is there is used, no template speaks by itself."""

import ast
import json
import re
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import stalemate.interfaces.atlas as atlas
from stalemate.interfaces.atlas.archive import Archive
from stalemate.interfaces.atlas.site import Site
from stalemate.interfaces.atlas.words import Words

FOLDER = Path(atlas.__file__).parent
FRONT = FOLDER.parents[3] / "frontend" / "src"
PAGES = json.loads((FOLDER / "words.en.json").read_text())
HEARD = {"title", "aria-label", "alt", "placeholder", "label", "content"}
"""Attributes whose value a reader is told."""
CALLS = {"say": "", "linked": "", "th": "columns."}
"""Calls that name a string, and what stands before the name."""


def forms(text):
    """Return the forms of a string: itself, or one for each count."""
    return [text] if isinstance(text, str) else list(text.values())


@cache
def templates():
    """Return every template as a tree."""
    return {path.name: Environment().parse(path.read_text()) for path in FOLDER.glob("templates/*.html")}


def name_of(call):
    return call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")


def keys_of(argument):
    """Return the keys that an argument can be, each a whole key or one that ends with an asterisk."""
    if isinstance(argument, nodes.Const):
        return [argument.value]
    if isinstance(argument, nodes.CondExpr):
        return [*keys_of(argument.expr1), *keys_of(argument.expr2)]
    if isinstance(argument, nodes.Concat):
        return [f"{argument.nodes[0].value}*"]
    return []


@cache
def used():
    """Return what templates and views ask for: for each key, or start of keys, the names of values given."""
    found = defaultdict(list)
    for tree in templates().values():
        for call in tree.find_all(nodes.Call):
            if name_of(call) in CALLS:
                for key in keys_of(call.args[0]):
                    found[CALLS[name_of(call)] + key].append({one.key for one in call.kwargs})
    for path in FOLDER.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("say", "_text"):
                key = call.args[0]
                if isinstance(key, ast.Constant):
                    found[key.value].append(None)
    return found


def used_by_islands():
    """Return the keys that scripts name: `page.name`, `page[...]`, or `page[`start${...}`]` of an import."""
    found = set()
    for path in (path for kind in ("ts", "svelte") for path in FRONT.rglob(f"*.{kind}")):
        text = path.read_text()
        for names in re.findall(r"import \{([^}]*)\} from \"\$words\"", text):
            for page, _, alias in (one.strip().partition(" as ") for one in names.split(",") if one.strip()):
                called = re.escape(alias or page)
                direct = set(re.findall(rf"\b{called}\.(\w+)", text))
                starts = tuple(re.findall(rf"\b{called}\[`(\w*)\$\{{", text))
                starts += ("",) if re.search(rf"\b{called}\[[^`]", text) else ()
                found |= {
                    f"{page}.{name}" for name in PAGES[page] if name in direct or name.startswith(starts)
                }
    return found


def test_words__every_string_that_is_used_is_there():
    known = {f"{page}.{name}" for page, names in PAGES.items() for name in names}
    missing = [
        key
        for key in used()
        if not (any(one.startswith(key[:-1]) for one in known) if key.endswith("*") else key in known)
    ]
    assert missing == []


def test_words__every_string_that_is_there_is_used():
    starts = ("dates.", *(key[:-1] for key in used() if key.endswith("*")))
    known = {f"{page}.{name}" for page, names in PAGES.items() for name in names}
    idle = {key for key in known if key not in used() and not key.startswith(starts)}
    assert idle - used_by_islands() == set()


def test_words__every_call_gives_the_values_that_its_string_asks_for():
    wrong = []
    for key, calls in used().items():
        page, _, name = key.partition(".")
        if key.endswith("*"):
            continue
        asked = {one for form in forms(PAGES[page][name]) for one in re.findall(r"\{(\w+)\}", form)}
        counted = {"n"} if not isinstance(PAGES[page][name], str) else set()
        wrong += [(key, given) for given in calls if given is not None and given != asked | counted]
    assert wrong == []


def test_words__pages_and_names_are_words_that_a_bundler_can_take_apart():
    names = [*PAGES, *(name for page in PAGES.values() for name in page)]
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    texts = [form for page in PAGES.values() for text in page.values() for form in forms(text)]
    assert [text for text in texts if "<" in text or text != text.strip() or not text] == []
    assert [text for text in texts if not re.fullmatch(r"[^\[\]]*(\[[^\[\]]+\][^\[\]]*)?", text)] == []


class Spoken(HTMLParser):
    """Collects what a template itself tells a reader: text outside of code, and attributes that are heard."""

    def __init__(self):
        super().__init__()
        self.told, self.code = [], 0

    def handle_starttag(self, tag, attrs):
        self.code += tag == "code"
        self.told += [value for name, value in attrs if name in HEARD and tag != "meta"]

    def handle_endtag(self, tag):
        self.code -= tag == "code"

    def handle_data(self, data):
        if not self.code:
            self.told.append(data)


def literals(expression):
    """Return the strings that an expression can put on the page by itself."""
    if isinstance(expression, nodes.TemplateData):
        return expression.data
    if isinstance(expression, nodes.Const):
        return str(expression.value)
    if isinstance(expression, nodes.CondExpr):
        return literals(expression.expr1) + (literals(expression.expr2) if expression.expr2 else "")
    if isinstance(expression, nodes.Concat):
        return "".join(literals(one) for one in expression.nodes)
    if isinstance(expression, nodes.Or):
        return literals(expression.left) + literals(expression.right)
    return ""


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("templates/*.html")))
def test_templates__hold_markup_and_calls_and_no_sentence_of_their_own(name):
    spoken = Spoken()
    for output in templates()[name].find_all(nodes.Output):
        spoken.feed("".join(literals(one) for one in output.nodes))
    assert [told for told in spoken.told if re.search(r"[A-Za-z]", told or "")] == []


def made_up():
    """Return a language of our own: every string is its key, in brackets, with its values."""

    def turned(key, text):
        values = " ".join(dict.fromkeys(re.findall(r"\{\w+\}", text)))
        return f"[«{key}»] {values}" if "[" in text else f"«{key}» {values}"

    return {
        page: {
            name: turned(f"{page}.{name}", text)
            if isinstance(text, str)
            else {"other": turned(f"{page}.{name}", text["other"])}
            for name, text in names.items()
        }
        for page, names in PAGES.items()
    }


def test_site__speaks_another_language_from_one_file():
    site = Site(Archive.load(), Words("xx", made_up()))
    sentences = [text for page in PAGES.values() for one in page.values() for text in forms(one)]
    sentences = [text for text in sentences if len(text.split()) > 3 and "{" not in text and "[" not in text]
    assert len(sentences) > 30
    kinds = {}
    for where in site.addresses():
        kinds.setdefault(where.split("/")[1], []).append(where)
    for where in [
        where for list_ in kinds.values() for where in {list_[0], list_[-1], list_[len(list_) // 2]}
    ]:
        page = site.page(where, str)
        assert '<html lang="xx">' in page
        assert "«layout.skip»" in page
        assert [text for text in sentences if text in page] == []


def test_site__marks_the_words_of_the_record_on_a_page_in_another_language():
    archive = Archive.load()
    where = "/events/1951-10-23-namsi-raid"
    page = Site(archive, Words("xx", made_up())).page(where, str)
    event = archive.event("1951-10-23-namsi-raid")
    assert f'<h1 lang="en">{event.title}</h1>' in page
    assert f'lang="en">{archive.ledger.source(event.sources[0]).citation}' in page
    assert 'lang="en">' not in Site(archive).page(where, str).partition("<body>")[2]


def test_words__what_is_filled_in_is_escaped_and_a_link_is_made():
    words = Words("xx", {"page": {"a": "{x} & [here {x}]", "b": {"one": "{n} day", "other": "{n} days"}}})
    assert words.linked("page.a", '/"', x="<") == '&lt; &amp; <a href="/&#34;">here &lt;</a>'
    assert [words.say("page.b", n=n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    with pytest.raises(KeyError):
        words.say("page.a")
    with pytest.raises(KeyError):
        words.say("page.c")
