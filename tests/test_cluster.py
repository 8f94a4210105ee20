"""A run on a real Dask cluster of processes: the bytes of a run at home, whoever is killed meanwhile."""

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from stalemate.ensemble import cluster
from stalemate.ensemble.runner import run
from stalemate.errors import QueryError, RunError
from stalemate.scenario.read import load

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
ASKED = {"replicates": 300, "block": 20, "until": date(1951, 9, 30)}


class Cluster:
    """A scheduler and workers, each a process that can be killed."""

    def __init__(self, folder, workers=2):
        self.file = folder / "scheduler.json"
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.scheduler = self.start(
            "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", self.file
        )
        while not self.file.exists() or not self.file.read_text():
            time.sleep(0.05)
        self.workers = [
            self.start(
                "worker", "--scheduler-file", self.file, "--nthreads", "1", "--no-nanny", "--no-dashboard"
            )
            for _ in range(workers)
        ]

    @property
    def address(self):
        import json

        return json.loads(self.file.read_text())["address"]

    def start(self, *words):
        command = [sys.executable, "-m", "dask", *map(str, words)]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=self.environment, cwd=self.file.parent, **silent)

    def kill(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture
def started(tmp_path):
    clusters = []

    def start(name, **options):
        folder = tmp_path / name
        folder.mkdir()
        clusters.append(Cluster(folder, **options))
        return clusters[-1]

    yield start
    for one in clusters:
        one.kill()


def all_bytes(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_cluster__gives_the_bytes_of_home_though_a_worker_and_the_scheduler_are_killed(tmp_path, started):
    war = load("korea-1951")
    run(war, "historical", out=tmp_path / "home", **ASKED)
    first, killed = started("first"), []

    def kill_a_worker(done, total):
        if not killed:
            first.workers[0].kill()
            killed.append(done)

    with cluster.dask_pool(first.address) as pool:
        run(war, "historical", out=tmp_path / "away", workers=pool, progress=kill_a_worker, **ASKED)
    assert killed
    assert all_bytes(tmp_path / "away") == all_bytes(tmp_path / "home")

    def kill_the_scheduler(done, total):
        if done >= 260:
            first.scheduler.kill()

    with (
        pytest.raises(RunError, match=r"lost the cluster at tcp.*what is whole was kept"),
        cluster.dask_pool(first.address) as pool,
    ):
        run(war, "historical", out=tmp_path / "lost", workers=pool, progress=kill_the_scheduler, **ASKED)
    assert (tmp_path / "lost.partial").is_dir()
    with cluster.dask_pool(started("second", workers=1).address) as pool:
        run(war, "historical", out=tmp_path / "lost", workers=pool, **ASKED)
    assert all_bytes(tmp_path / "lost") == all_bytes(tmp_path / "home")


def test_cluster__refuses_a_worker_with_another_version(monkeypatch):
    monkeypatch.setattr(cluster, "model_digest", lambda: "other")
    with pytest.raises(RunError, match="another version: model other there and mine here"):
        cluster._fight("mine", b"", b"")


@pytest.mark.parametrize(
    ("where", "workers", "said"),
    [
        ("nowhere", None, "expected dask or the address"),
        ("tcp://127.0.0.1:1", None, "no scheduler answers at tcp://127.0.0.1:1"),
        ("dask", 0, "workers is 0"),
    ],
)
def test_pool__says_what_is_wrong_with_a_place(monkeypatch, where, workers, said):
    monkeypatch.setattr(cluster, "_WAITS_S", 1)
    with pytest.raises(QueryError, match=said), cluster.dask_pool(where, workers):
        pass


def test_pool__says_so_when_nobody_works(monkeypatch, started):
    monkeypatch.setattr(cluster, "_WAITS_S", 2)
    address = started("empty", workers=0).address
    with pytest.raises(QueryError, match="has no workers"), cluster.dask_pool(address):
        pass


def test_pool__says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(QueryError, match=r"stalemate-lab\[dask\]"), cluster.dask_pool("dask"):
        pass


def test_cluster__no_pickle_is_read_from_any_file():
    """The cluster's wire is the one place where objects are unpacked."""
    package = Path(cluster.__file__).resolve().parents[1]
    using = [
        path.name
        for path in package.rglob("*.py")
        if "pickle" in path.read_text().replace("allow_pickle=False", "")
    ]
    assert sorted(using) == ["cluster.py"]
