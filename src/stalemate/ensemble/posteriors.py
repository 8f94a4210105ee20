"""Posteriors as files: one Parquet table a name, a row a member, a column a parameter, with its provenance.

A name means the file of that name in the folder of the user, or in ``STALEMATE_POSTERIORS``; a path means
itself. A file appears whole or not at all, and is never written over.
"""

import hashlib
import io
import json
import os
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from platformdirs import user_data_path

from stalemate.ensemble.foreign import table_of, texts_of
from stalemate.ensemble.store import Recipe, model_digest, write_whole
from stalemate.errors import QueryError, RunError
from stalemate.files import json_of, read_plain
from stalemate.plaintext import is_plain, short
from stalemate.scenario.given import GivenWorlds
from stalemate.scenario.resolve import Structures

FORMAT: Final = 1
ENDING: Final = ".parquet"
MOST_BYTES: Final = 100_000_000
"""A larger file is refused unread; ten thousand members of ours take a tenth."""
_KEY: Final = b"stalemate-posterior"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def folder() -> Path:
    """Return the folder of named posteriors."""
    wanted = os.environ.get("STALEMATE_POSTERIORS")
    return Path(wanted) if wanted else user_data_path("stalemate") / "posteriors"


def place_of(name: str) -> Path:
    """Return the file that a name or path means. Raises QueryError for what is neither."""
    if name.endswith(ENDING):
        return Path(name)
    if not _NAME.fullmatch(name):
        raise QueryError(
            f"found the name {name!r}; expected small letters, digits, dots, dashes, at most 40, or a path "
            f"that ends in {ENDING}"
        )
    return folder() / f"{name}{ENDING}"


def refuse_taken(place: Path) -> None:
    """Raise QueryError if there is a file already."""
    if place.exists():
        raise QueryError(f"{place} exists already; take another name, or move it away")


def write_posterior(posterior: GivenWorlds, place: Path) -> GivenWorlds:
    """Store a posterior and return it with the digest of its file. Raises QueryError if the file exists."""
    import pyarrow
    from pyarrow import parquet

    refuse_taken(place)
    about = {
        "format": FORMAT,
        "name": posterior.name,
        "scenario_digest": posterior.scenario_digest,
        "model": model_digest(),
        "made_from": posterior.made_from,
    }
    columns = {name: posterior.quantiles[:, at] for at, name in enumerate(posterior.names)}
    table = pyarrow.table(
        {
            "repair": pyarrow.array(posterior.repair.tolist(), pyarrow.string()),
            "fire": pyarrow.array(posterior.fire.tolist(), pyarrow.string()),
            **columns,
        }
    ).replace_schema_metadata({_KEY: json.dumps(about, ensure_ascii=False).encode()})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="none", use_dictionary=False)
    write_whole(place, buffer.getvalue())
    return read_posterior(place)


def find_posterior(name: str) -> GivenWorlds:
    """Return the posterior of a name or path. Raises QueryError if there is none, listing those there are."""
    place = place_of(name)
    if not place.is_file():
        known = sorted(path.stem for path in folder().glob(f"*{ENDING}"))
        there = f"there are {', '.join(known)}" if known else f"{folder()} holds none"
        raise QueryError(
            f"no posterior {name!r}: {there}; make one with: stalemate calibrate RUN --name {name}"
        )
    return read_posterior(place)


def read_posterior(place: Path) -> GivenWorlds:
    """Return a stored posterior. Raises QueryError if it is something else, damaged or of other code."""
    from pyarrow import ArrowException, float64

    try:
        data = read_plain(place, MOST_BYTES)
        table = table_of(data)
        about: dict[str, Any] = json_of((table.schema.metadata or {})[_KEY])
        if about["format"] != FORMAT:
            told = short(repr(about["format"]))
            raise QueryError(f"{place}: found format {told}; this version reads format {FORMAT}")
        names = tuple(name for name in table.column_names if name not in ("repair", "fire"))
        texts = (about["name"], about["scenario_digest"], about["made_from"], *names)
        if not all(isinstance(text, str) and is_plain(text) for text in texts):
            raise ValueError("found something else than names on one line")
        if any(table.schema.field(name).type != float64() for name in names) or not table.num_rows:
            raise ValueError("found something else than members with a number a parameter")
        quantiles = np.stack([table.column(name).to_numpy() for name in names], axis=1)
        found = GivenWorlds(
            name=about["name"],
            digest=hashlib.sha256(data).hexdigest(),
            scenario_digest=about["scenario_digest"],
            made_from=about["made_from"],
            names=names,
            quantiles=quantiles,
            repair=texts_of(table, "repair"),
            fire=texts_of(table, "fire"),
        )
        model = about["model"]
    except (OSError, ValueError, KeyError, TypeError, ArrowException) as error:
        said = short(repr(error))
        raise QueryError(f"{place} is not a stored posterior ({said}); calibrate again") from error
    if not np.all((quantiles > 0) & (quantiles < 1)):
        raise QueryError(f"{place}: found quantiles outside 0 to 1; calibrate again")
    if model != model_digest():
        raise QueryError(f"{place} was calibrated with other code of the model; calibrate again")
    return found


def structures_of(recipe: Recipe) -> Structures:
    """Return the forms, and the posterior, that a stored run was fought under.

    Raises RunError if its posterior is not at hand or no longer the same.
    """
    if not recipe.posterior:
        return Structures(repair=recipe.repair, fire=recipe.fire)
    name = recipe.posterior.partition(" ")[0]
    try:
        posterior = find_posterior(name)
    except QueryError as error:
        raise RunError(f"the run was fought under the posterior {recipe.posterior}: {error}") from error
    if posterior.label != recipe.posterior:
        raise RunError(
            f"the run was fought under the posterior {recipe.posterior}; {name} is now {posterior.label}"
        )
    return Structures(repair=recipe.repair, fire=recipe.fire, given=posterior)
