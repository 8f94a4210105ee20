"""Arrays that stay in files: cut as an array in memory is cut, and refused when a file has changed."""

import os

import numpy as np
import pytest

from stalemate.ensemble.ondisk import OnDisk
from stalemate.errors import RunError


@pytest.fixture
def stored(tmp_path):
    """Return 10 wars of 4 weeks and 3 columns, whole and in three files of 4, 4 and 2 wars."""
    whole = np.random.default_rng(1).normal(size=(10, 4, 3)).astype(np.float32)
    files = []
    for at in range(0, 10, 4):
        files.append(tmp_path / f"{at}.npy")
        np.save(files[-1], whole[at : at + 4])
    return whole, files, OnDisk(files, [4, 4, 2], "<f4")


@pytest.mark.parametrize(
    "cut",
    [np.s_[:], np.s_[:, :2], np.s_[:, :, 1], np.s_[:, -1, 0], np.s_[3:7], np.s_[9], np.s_[2, 1:3, 0]],
)
def test_ondisk__is_cut_as_an_array_in_memory(stored, cut):
    whole, _, kept = stored
    assert kept[cut].dtype == whole.dtype
    assert kept[cut].tobytes() == whole[cut].tobytes()


def test_ondisk__is_an_array_where_one_is_asked_for(stored):
    whole, _, kept = stored
    assert np.array_equal(np.asarray(kept), whole)
    assert kept.shape == whole.shape
    assert np.asarray(kept, np.float64).dtype == np.float64


def test_ondisk__refuses_a_file_that_changed_or_is_gone(stored):
    _, files, kept = stored
    os.utime(files[1], ns=(1, 1))
    with pytest.raises(RunError, match=r"4\.npy was changed while it was being read"):
        kept[:]
    files[0].unlink()
    with pytest.raises(RunError, match=r"0\.npy cannot be read"):
        kept[:, 0]


def test_ondisk__refuses_what_is_no_array(tmp_path):
    (tmp_path / "x.npy").write_bytes(b"no array")
    with pytest.raises(RunError, match="make the run again"):
        OnDisk([tmp_path / "x.npy"], [1], "<f8")[:]
