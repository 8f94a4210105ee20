"""A playback as bytes: a head in JSON and float32 columns behind it, as ``docs/howto/playback.md`` tells.

The first four bytes are the length of the head, little end first; blanks after the head bring the columns to
a multiple of four. A column holds median, low, high and the one war, each place by place, week after week.
"""

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np

from stalemate.analysis.played import Playback, Track, Wholes
from stalemate.interfaces.atlas.playshapes import (
    Column,
    ColumnsHead,
    ModelHead,
    ModelPlayed,
    ModelRow,
    ModelTrack,
    Scope,
)
from stalemate.interfaces.atlas.shapes import Metadata
from stalemate.systems.variables import RECORDED

STATISTICS: Final = ("median", "low", "high", "one")
SAYS: Final = "model, not history: median and 90 % band of wars fought by the program, and one of them"

Told = tuple[Scope, int | None, Track]
"""A track with its scope and the policy it is of, by place in the list; none for a difference."""


def tracks_of(played: Playback, quantity: str | None = None) -> Iterator[Told]:
    """Yield every track of a playback, or those of one quantity, in the order in which they are written."""
    for policy, by_place in enumerate(played.tracks):
        for track in by_place.values():
            if quantity in (None, track.quantity):
                yield "place", policy, track
    for policy, wholes in enumerate(played.wholes):
        yield from _wholes(wholes, quantity, "week", "to date", policy)
    if played.difference is not None:
        yield from _wholes(played.difference, quantity, "difference", "difference to date", None)


def _wholes(
    wholes: Wholes, quantity: str | None, week: Scope, to_date: Scope, policy: int | None
) -> Iterator[Told]:
    scopes: tuple[tuple[Scope, dict[str, Track]], ...] = ((week, wholes.week), (to_date, wholes.to_date))
    for scope, tracks in scopes:
        for track in tracks.values():
            if quantity in (None, track.quantity):
                yield scope, policy, track


def head_of(played: Playback, metadata: Metadata) -> ModelHead:
    """Return what every form of an answer begins with."""
    axes = {RECORDED[name].axes[0]: list(track.places) for name, track in played.tracks[0].items()}
    return ModelHead(
        says=SAYS,
        metadata=metadata,
        policies=list(played.policies),
        seed=played.seed,
        replicates=played.replicates,
        replicate=played.replicate,
        weeks=list(played.weeks),
        statistics=list(STATISTICS),
        axes=axes | {"": [""]},
    )


def as_columns(played: Playback, metadata: Metadata) -> bytes:
    """Return a playback as bytes."""
    told, blocks, offset = [], [], 0
    for scope, policy, track in tracks_of(played):
        values = [np.ascontiguousarray(getattr(track, name).T, dtype="<f4") for name in STATISTICS]
        block = b"".join(value.tobytes() for value in values)
        told.append(
            Column(
                quantity=track.quantity,
                meaning=RECORDED[track.quantity].meaning,
                unit=track.unit,
                kind=str(RECORDED[track.quantity].kind),
                scope=scope,
                policy=policy,
                axis=RECORDED[track.quantity].axes[0] if scope == "place" else "",
                offset=offset,
                length=len(block),
            )
        )
        blocks.append(block)
        offset += len(block)
    head = ColumnsHead(**head_of(played, metadata).model_dump(), columns=told).model_dump_json().encode()
    head += b" " * (-len(head) % 4)
    return struct.pack("<I", len(head)) + head + b"".join(blocks)


def as_tracks(played: Playback, metadata: Metadata, quantity: str) -> ModelPlayed:
    """Return one quantity of a playback as JSON holds it."""
    tracks = [
        ModelTrack(
            quantity=track.quantity,
            meaning=RECORDED[track.quantity].meaning,
            unit=track.unit,
            scope=scope,
            policy=_named(played, policy),
            place=place,
            **{name: getattr(track, name)[:, column].tolist() for name in STATISTICS},
        )
        for scope, policy, track in tracks_of(played, quantity)
        for column, place in enumerate(track.places)
    ]
    return ModelPlayed(**head_of(played, metadata).model_dump(), tracks=tracks)


def rows_of(played: Playback, quantity: str) -> Iterator[ModelRow]:
    """Yield one quantity of a playback as the rows of a table."""
    for scope, policy, track in tracks_of(played, quantity):
        for column, place in enumerate(track.places):
            for number, week in enumerate(played.weeks):
                yield ModelRow(
                    what="model",
                    scope=scope,
                    policy=_named(played, policy),
                    quantity=track.quantity,
                    unit=track.unit,
                    place=place,
                    week=week,
                    **{name: float(getattr(track, name)[number, column]) for name in STATISTICS},
                )


def _named(played: Playback, policy: int | None) -> str:
    return " less ".join(played.policies) if policy is None else played.policies[policy]
