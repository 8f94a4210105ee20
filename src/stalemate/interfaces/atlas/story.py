"""The story of the war in twelve steps: our own words, each sentence with the entries it stands on."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Sentence:
    """A sentence and the entries of the record it stands on, each as ``events/ID`` or ``figures/ID``."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class StoryStep:
    """One step: a title, the event whose place and day its map shows, and what is said."""

    title: str
    event: str
    says: tuple[Sentence, ...]


@cache
def story() -> tuple[StoryStep, ...]:
    """Return the steps in order."""
    text = (resources.files("stalemate.interfaces.atlas") / "story.toml").read_text(encoding="utf-8")
    return tuple(
        StoryStep(
            step["title"],
            step["event"],
            tuple(Sentence(one["text"], tuple(one["cites"])) for one in step["says"]),
        )
        for step in tomllib.loads(text)["step"]
    )
