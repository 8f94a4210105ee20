"""Every string that a reader of the atlas is told, in one language: one file, by page and name; and dates.

A string may hold ``{names}`` that are filled in, and one ``[part]`` that becomes a link. One that depends on
a count is an object with the forms ``one`` and ``other`` and is given ``n``. What the record itself says is
quoted in the language in which it is written.
"""

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

from stalemate.evidence.figure import Event

Text = str | Mapping[str, str]
"""A string, or its forms by count."""


@dataclass(frozen=True)
class Words:
    """The strings of one language by page, then by name."""

    language: str
    pages: Mapping[str, Mapping[str, Text]]

    @classmethod
    @cache
    def load(cls, language: str = "en") -> "Words":
        """Read the file of a language of this installation."""
        file = resources.files("stalemate.interfaces.atlas") / f"words.{language}.json"
        return cls(language, json.loads(file.read_text(encoding="utf-8")))

    def say(self, key: str, /, **values: object) -> Markup:
        """Return the string ``page.name`` with its values filled in, escaped for HTML.

        Raises KeyError if there is no such string, or if it asks for a value that was not given.
        """
        return escape(self._text(key, values.get("n"))).format(**values)

    def linked(self, key: str, to: str, /, **values: object) -> Markup:
        """Return a string whose part in square brackets is a link."""
        before, inside, after = re.split(r"[\[\]]", self._text(key, values.get("n")))
        link = Markup('<a href="{}">').format(to)
        parts = [escape(part).format(**values) for part in (before, inside, after)]
        return parts[0] + link + parts[1] + Markup("</a>") + parts[2]

    def date(self, day: datetime.date, precision: str) -> str:
        """Return a day as it is read, no finer than it is known."""
        if precision == "year":
            return self._dated("year", day)
        if precision in ("month", "season"):
            return self._dated("month", day)
        return self._dated("day_from_memory" if precision == "recalled_day" else "day", day)

    def day_of_year(self, key: str) -> str:
        """Return a day of the year, written 07-27, as it is read."""
        return self._dated("day_of_year", datetime.date.fromisoformat(f"1952-{key}"))

    def month(self, number: int) -> str:
        """Return the name of a month."""
        return self._text(f"dates.month_{number}")

    def when(self, event: Event) -> str:
        """Return an event's date, or its first and last day."""
        assert event.start is not None
        first = self.date(event.start, event.precision)
        last = self.date(event.end, event.precision) if event.end else first
        return first if first == last else self._text("dates.range").format(first=first, last=last)

    def _dated(self, form: str, day: datetime.date) -> str:
        return self._text(f"dates.{form}").format(day=day.day, month=self.month(day.month), year=day.year)

    def _text(self, key: str, count: object = None) -> str:
        page, _, name = key.partition(".")
        text = self.pages[page][name]
        if isinstance(text, str):
            return text
        return text["one" if count == 1 and "one" in text else "other"]
