"""The code blocks of the pages, and a reader who works through a page from top to bottom.

A block says what it is by the first word of its info string:

====== ==============================================================================================
bash   commands; ours run here, others are run or held against the project (``_PROGRAMS``)
python runs in the names of the page's earlier python blocks
text   what the bash block above prints (some of its lines after ``<!-- shown: 1-9 -->``), or a file
url    addresses of the atlas that the page started, one a line; each must be answered
diff   a change to files of the project, applied with ``git apply``
others a file: ``title="NAME"`` writes it, ``title="add to NAME"`` adds the lines to it
====== ==============================================================================================

``fresh_docs.py --run`` reads pages so to print their outputs anew, and the tests read every page.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from io import StringIO
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from markdown_it import MarkdownIt
from packaging.requirements import Requirement

from stalemate.interfaces.cli import main

ROOT: Final = Path(__file__).resolve().parents[1]
COLUMNS: Final = "88"
FILES: Final = ("csv", "json", "toml", "python", "text")
LANGUAGES: Final = {"bash", "url", "diff", *FILES}
IN_CLONE: Final = "<!-- in a clone -->"
"""Stands in a page that changes the project itself: it is followed in a copy."""
SERVED: Final = "http://127.0.0.1:8765"
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_TITLE: Final = re.compile(r'title="(add to )?([\w./-]+)"')
_SHOWN: Final = re.compile(r"<!-- shown: ([-0-9a-z, ]+) -->")
_OURS: Final = "from stalemate.interfaces.cli import main; main()"
_RANKED: Final = ("calibrate", "sensitivity", "targets")
"""Commands whose rows are those that lead: with fewer wars others do."""
_COPIED: Final = ("src/stalemate", "record", "scenarios", "tests", "pyproject.toml", "docs/model/luck.md")


@dataclass(frozen=True)
class Block:
    """A code block: ``line`` is its first in the page, ``language`` is empty if none is given."""

    page: Path
    line: int
    language: str
    info: str
    text: str
    shown: str | None
    fenced: bool

    @property
    def where(self) -> str:
        """Return page and line, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str | None:
        """Return the name of the file that the block is, if it is one."""
        found = _TITLE.search(self.info)
        return found[2] if found else None

    @property
    def adds(self) -> bool:
        """Whether the block's lines are added to its file."""
        return 'title="add to ' in self.info


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in order, those in lists and quotations too."""
    found, shown = [], None
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block" and (comment := _SHOWN.search(token.content)):
            shown = comment[1]
        if token.type in ("fence", "code_block"):
            line = (token.map or [0])[0] + 1
            words = token.info.split()
            language = words[0] if words else ""
            fenced = token.type == "fence"
            found.append(Block(page, line, language, token.info, token.content, shown, fenced))
            shown = None
    return found


def commands(text: str) -> Iterator[list[str]]:
    """Yield the commands of a shell block as words; ``&&`` and line ends part them."""
    for line in text.replace("\\\n", " ").splitlines():
        words: list[str] = []
        for word in [*shlex.split(line, comments=True), "&&"]:
            if word != "&&":
                words.append(word)
            elif words:
                yield words
                words = []


def labels(text: str) -> set[str]:
    """Return what stands before the columns of a table's lines, without its numbers."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]
    return {
        re.sub(r"[\d.,…−]+", "#", row[0]) for row in rows if len(row) > 2 and re.match("[A-Za-z]", row[0])
    }


def heads(text: str) -> set[str]:
    """Return the heads of the tables of an output: what stands above their first rules."""
    lines = text.splitlines()
    return {" ".join(above.split()) for above, rule in pairwise(lines) if rule.strip().startswith("───")}


class PageError(Exception):
    """What a page says does not hold; the message begins with page and line."""


def kept(printed: str, wanted: str | None) -> str:
    """Return the lines of an output that a comment such as ``1-9, last 3`` asks for, with dots between."""
    lines = printed.splitlines()
    if wanted is None:
        return printed
    found: list[str] = []
    after = 0
    for part in wanted.split(","):
        start, end = _span(part.strip(), len(lines))
        if start > after + 1:
            found.append("...")
        found += lines[start - 1 : end]
        after = end
    if after < len(lines):
        found.append("...")
    return "\n".join([*found, ""])


def _span(part: str, lines: int) -> tuple[int, int]:
    """Return the first and last line of ``7``, ``7-9`` or ``last 3``."""
    if part.startswith("last "):
        return lines - int(part.removeprefix("last ")) + 1, lines
    first, _, last = part.partition("-")
    return int(first), int(last or first)


def _must(holds: object, message: str) -> None:
    if not holds:
        raise PageError(message)


def printed_anew(page: Path, folder: Path) -> str:
    """Return a page's text with what its commands print, run in full in a fresh folder."""
    text, outputs = page.read_text(encoding="utf-8"), []
    lines = text.splitlines()
    with Reader(folder, in_clone=IN_CLONE in text) as reader:
        for block in blocks(page):
            if block.language == "text" and not block.file:
                outputs.append((block, reader.shown(block).splitlines()))
            else:
                reader.do(block)
    for block, shown in reversed(outputs):
        fence = lines[block.line - 1]
        indent = " " * (len(fence) - len(fence.lstrip()))
        end = block.line + len(block.text.splitlines())
        lines[block.line : end] = [(indent + line).rstrip() for line in shown]
    return "\n".join([*lines, ""])


@dataclass
class Reader:
    """Someone who does what a page says, in a fresh folder, in order.

    ``instead``: a line of the page -> what is run in its place, or nothing. ``fewer``: a command -> options
    added to it. ``in_clone``: the folder is a copy of the project, and each command a process of its own.
    """

    folder: Path
    instead: Mapping[str, str] = field(default_factory=dict)
    fewer: Mapping[str, Sequence[str]] = field(default_factory=dict)
    in_clone: bool = False
    names: dict[str, Any] = field(default_factory=dict)
    printed: str = ""
    ran: bool = False
    changed: bool = False
    ranked: bool = False
    fewer_before: bool = False
    said: str = ""
    did: int = 0
    _served: "subprocess.Popen[str] | None" = None
    _address: str = SERVED

    def __enter__(self) -> "Reader":
        self._before = Path.cwd(), os.environ.copy()
        if self.in_clone:
            for name in _COPIED:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                copy(ROOT / name, self.folder / name)
        os.chdir(self.folder)
        os.environ.update(COLUMNS=COLUMNS, XDG_DATA_HOME=str(self.folder / ".data"), MPLBACKEND="Agg")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        os.chdir(self._before[0])
        os.environ.clear()
        os.environ.update(self._before[1])

    def do(self, block: Block) -> None:
        """Do what a block says; of an output, compare it. Raises PageError if it does not hold."""
        self.did += 1
        if block.file:
            self._write(block)
        elif block.language == "bash":
            self._run(block)
        elif block.language == "text":
            self._compare(block)
        elif block.language == "python":
            self._execute(block)
        elif block.language == "url":
            self._ask(block)
        else:
            done = self._outside("git", "apply", "--whitespace=error", "-", given=block.text)
            _must(done.returncode == 0, f"{block.where}: {done.stderr}")

    def _write(self, block: Block) -> None:
        path = self.folder / str(block.file)
        if block.adds:
            _must(
                path.read_text(encoding="utf-8").endswith("\n"), f"{block.where}: {path} does not end a line"
            )
            with path.open("a", encoding="utf-8") as file:
                file.write(block.text)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")

    def _run(self, block: Block) -> None:
        self.printed, self.changed, self.ran = "", False, False
        for line in block.text.replace("\\\n", " ").splitlines():
            wanted = line.partition("  ")[0].strip()
            given = self.instead.get(wanted, line)
            self.changed |= given != line
            self.fewer_before |= self.changed
            for words in commands(given):
                self.ran = True
                self.printed += self._command(words, block.where)
        self.said += self.printed

    def _command(self, words: list[str], where: str) -> str:
        if words[0] in ("stalemate", ".venv/bin/stalemate"):
            return self._stalemate(words[1:], where)
        _must(words[0] in _PROGRAMS, f"{where}: no test knows the command {words[0]}")
        return _PROGRAMS[words[0]](self, words, where)

    def _stalemate(self, words: list[str], where: str) -> str:
        if words[0] == "atlas" and "--export" not in words:
            return self._serve(words)
        added = self.fewer.get(words[0], ())
        stored = any((self.folder / word).exists() for word in words[1:])
        self.changed |= bool(added) or (self.fewer_before and stored)
        self.fewer_before |= self.changed
        self.ranked = words[0] in _RANKED
        return self._called([*words, *added], where)

    def _called(self, words: list[str], where: str) -> str:
        if self.in_clone:
            done = self._outside(sys.executable, "-c", _OURS, *words)
            _must(done.returncode == 0, f"{where}: {shlex.join(words)}: {done.stderr}")
            return done.stdout
        out, err = StringIO(), StringIO()
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main(words)
        except SystemExit as left:
            _must(not left.code, f"{where}: {shlex.join(words)}: {err.getvalue()}")
        return out.getvalue()

    def _outside(self, *words: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        around = {**os.environ, "PYTHONPATH": str((self.folder if self.in_clone else ROOT) / "src")}
        return subprocess.run(words, input=given, capture_output=True, text=True, env=around, check=False)

    def shown(self, block: Block) -> str:
        """Return what the page should show of what its last commands printed."""
        lines = [line.rstrip() for line in self.printed.splitlines()]
        return kept("\n".join(lines).strip("\n") + "\n", block.shown)

    def _compare(self, block: Block) -> None:
        if not self.ran:
            return
        if self.changed:
            of = heads if self.ranked else lambda text: heads(text) | labels(text)
            old = of(block.text) - of(self.printed)
            _must(not old, f"{block.where}: not printed any more: {'; '.join(sorted(old))}")
        else:
            _must(block.text == self.shown(block), f"{block.where} is old; run fresh_docs.py --page")

    def _execute(self, block: Block) -> None:
        lines = block.text.replace(SERVED, self._address).splitlines()
        text = "\n".join(self.instead.get(line, line) for line in lines)
        self.fewer_before |= any(line in self.instead for line in lines)
        self.ran, self.ranked, self.changed = True, False, self.fewer_before
        out = StringIO()
        with redirect_stdout(out):
            exec(compile("\n" * block.line + text, str(block.page), "exec"), self.names)
        self.printed = out.getvalue()
        self.said += self.printed

    def _serve(self, words: list[str]) -> str:
        self._stop()
        started = [sys.executable, "-c", _OURS, *words, "--no-browser", "--port", "0"]
        around = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        pipe = subprocess.PIPE
        self._served = subprocess.Popen(
            started, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=around
        )
        line = self._served.stdout.readline() if self._served.stdout else ""
        self._address = line.split()[1].rstrip("/")
        self._get("/")
        return ""

    def _get(self, address: str, **how: Any) -> bytes:
        where = self._address + address.removeprefix(SERVED)
        request = urllib.request.Request(where, **how)
        with urllib.request.urlopen(request) as answer:
            content: bytes = answer.read()
        return content

    def _ask(self, block: Block) -> None:
        _must(self._served, f"{block.where}: the page has not started the atlas")
        for address in block.text.split():
            self._get(address)

    def _stop(self) -> None:
        if self._served:
            self._served.kill()
            self._served.communicate()
            self._served, self._address = None, SERVED


def _installs(reader: Reader, words: list[str], where: str) -> str:
    """Check what an installation names: the project, its extras, its list of versions."""
    wanted = words[words.index("install") + 1 :]
    if "-c" in wanted:
        place = wanted.index("-c")
        _must((ROOT / wanted.pop(place + 1)).exists(), where)
    for word in (one for one in wanted if not one.startswith("-")):
        asked = Requirement(re.sub(r"^\.", PROJECT["name"], word))
        _must(asked.name == PROJECT["name"], f"{where} installs {asked.name}")
        _must(asked.extras <= set(PROJECT["optional-dependencies"]), f"{where}: no such extra")
    return ""


def _names_a_script(reader: Reader, words: list[str], where: str) -> str:
    """Check that what would be run is there."""
    script = next(word for word in words if word.partition(" ")[0] not in ("bash", ".venv/bin/python"))
    _must((ROOT / script).exists(), f"{where}: no {script}")
    return ""


def _python(reader: Reader, words: list[str], where: str) -> str:
    if "venv" in words:
        return ""
    if words[1] != "-m":
        return _names_a_script(reader, words, where)
    done = reader._outside(sys.executable, *words[1:])
    _must(done.returncode == 0, f"{where}: {done.stdout}{done.stderr}")
    return done.stdout


def _just(reader: Reader, words: list[str], where: str) -> str:
    recipes = re.findall(r"^([\w-]+):", (ROOT / "justfile").read_text(), re.MULTILINE)
    _must(set(words[1:]) <= set(recipes), where)
    return ""


def _has_a_command(reader: Reader, words: list[str], where: str) -> str:
    """Check that a package that an extra names brings the command, or Dask the one below it."""
    group, name = ("dask_cli", words[1]) if words[0] == "dask" else ("console_scripts", Path(words[0]).name)
    _must(entry_points(group=group, name=name), f"{where}: nothing installs {name}")
    return ""


def _curl(reader: Reader, words: list[str], where: str) -> str:
    headers, data, address = {}, None, ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace(SERVED, reader._address)
        elif word == "-d":
            data = next(rest)
            json.loads(data)
        else:
            address = word
    return reader._get(address, data=data.encode() if data else None, headers=headers).decode()


def _does(reader: Reader, words: list[str], where: str) -> str:
    if words[0] == "cd":
        os.chdir(words[1])
        reader.folder = Path.cwd()
        return ""
    done = reader._outside(*words)
    _must(done.returncode == 0, f"{where}: {done.stderr}")
    return done.stdout


_PROGRAMS: Final[Mapping[str, Callable[[Reader, list[str], str], str]]] = {
    ".venv/bin/pip": _installs,
    "pip": _installs,
    "python3": _python,
    ".venv/bin/python": _python,
    "scripts/check": _names_a_script,
    "just": _just,
    ".venv/bin/zensical": _has_a_command,
    "dask": _has_a_command,
    "curl": _curl,
    **dict.fromkeys(("mkdir", "cd", "cp", "mv", "ls", "cat"), _does),
}
"""What is done about a command that is not ours."""
