"""What is stored: run folders, posteriors, jobs and what they said."""

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet
from reference import toy_war

from fuzzing.readers import in_a_file
from fuzzing.target import Target
from stalemate.ensemble.formats import migrate
from stalemate.ensemble.jobs import Asked, Jobs
from stalemate.ensemble.posteriors import read_posterior
from stalemate.ensemble.runner import run
from stalemate.ensemble.runs import read_run
from stalemate.ensemble.store import model_digest
from stalemate.scenario import read

OLDER = Path(__file__).resolve().parents[1] / "formats" / "1"
SUMS, NAME = "SHA256SUMS", "0" * 16


def stored(folder: Path) -> Path:
    """Make a run of a few wars of the toy and return its folder."""
    with pytest.MonkeyPatch.context() as patch:
        toy_war.put_in_place(patch)
        policies = [toy_war.Shifted(), toy_war.Plain()]
        run(toy_war.scenario(), policies, out=folder / "run", until=date(1952, 9, 20), replicates=5)
    return folder / "run"


def _run(folder: Path) -> Callable[[bytes], object]:
    place = stored(folder)
    return _in_a_run(place, lambda: read_run(place).to_xarray())


def _older(folder: Path) -> Callable[[bytes], object]:
    """Take a run of an older format: it is written once more, and read."""
    place, out = Path(shutil.copytree(OLDER, folder / "old")), folder / "new"

    def load() -> object:
        try:
            migrate(place, out)
            return read_run(out).to_xarray()
        finally:
            shutil.rmtree(out, ignore_errors=True)

    return _in_a_run(place, load)


def _in_a_run(place: Path, load: Callable[[], object]) -> Callable[[bytes], object]:
    """Return what puts an input in the place of one file of a run, with the sums of a liar."""
    names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
    told = (place / SUMS).read_bytes()

    def lie() -> object:
        if (place / SUMS).read_bytes() == told:
            lines = [
                f"{hashlib.sha256((place / name).read_bytes()).hexdigest()}  {name}\n"
                for name in names
                if name != SUMS
            ]
            (place / SUMS).write_text("".join(lines))
        try:
            return load()
        finally:
            (place / SUMS).write_bytes(told)

    return in_a_file(place, lie, names)


def _run_seeds() -> list[bytes]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = stored(Path(folder))
        files = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    return _seeds_of(files)


def _older_seeds() -> list[bytes]:
    names = [p.relative_to(OLDER).as_posix() for p in OLDER.rglob("*") if p.is_file()]
    return _seeds_of({name: (OLDER / name).read_bytes() for name in names})


def _seeds_of(files: dict[str, bytes]) -> list[bytes]:
    manifest = files["manifest.json"]
    plain = [name.encode() + b"\n" + data for name, data in files.items()]
    return [*plain, *[b"manifest.json\n" + manifest] * 4]


def a_posterior(model: str) -> bytes:
    """Return the bytes of a small posterior of code with this digest."""
    about = {"format": 1, "name": "p", "scenario_digest": "d", "made_from": "nothing", "model": model}
    table = pyarrow.table(
        {
            "repair": pyarrow.array(["queue"] * 3, pyarrow.string()),
            "fire": pyarrow.array(["policy"] * 3, pyarrow.string()),
            "truck_payload_t": np.array([0.1, 0.5, 0.9]),
        }
    ).replace_schema_metadata({"stalemate-posterior": json.dumps(about)})
    out = io.BytesIO()
    parquet.write_table(table, out, compression="none", use_dictionary=False)
    return out.getvalue()


def _posterior(folder: Path) -> Callable[[bytes], object]:
    place = folder / "p.parquet"

    def one(data: bytes) -> object:
        place.write_bytes(data)
        return read_posterior(place)

    return one


def _job(folder: Path) -> Callable[[bytes], object]:
    war, place = read.load("korea-1951"), folder / "jobs" / NAME
    (place / "run").mkdir(parents=True)

    def one(data: bytes) -> object:
        (place / "asked.json").write_bytes(data)
        jobs = Jobs(war, folder / "jobs")
        jobs.close()
        return jobs.all()

    return one


def _job_seeds() -> list[bytes]:
    asked = Asked(("banfill", "historical"), 20)
    ranged = {**asdict(asked), "ranges": [{"name": "truck_payload_t", "low": 2.0, "high": 2.5}]}
    return [json.dumps(one, indent=1).encode() for one in (asdict(asked), ranged)]


TARGETS = (
    Target("run", _run, _run_seeds, (b"<f8", b"|O", b"(1, 1)", b"PAR1", b"\x80\x04", b"true")),
    Target("older", _older, _older_seeds, (b"<f8", b"(1, 1)", b"answers-00000.npy", b"format")),
    Target("posterior", _posterior, lambda: [a_posterior(model_digest()), a_posterior("x")], (b"PAR1",)),
    Target("job", _job, _job_seeds, (b"replicates", b"[]", b"{}", b"[1]")),
)
