"""Arrays looked into in a file: the same values, nothing left behind, a full disk told."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from phusong.errors import StoreError
from phusong.store.mapped import mapped

VALUES = np.arange(60, dtype=np.float32).reshape(12, 5)


def bands(rows: int) -> list[np.ndarray]:
    return [VALUES[row : row + rows] for row in range(0, 12, rows)]


@pytest.mark.parametrize("rows", [1, 5, 12])
def test_an_array_in_a_file_has_its_values(tmp_path: Path, rows: int) -> None:
    found = mapped(tmp_path / "a" / "b", bands(rows), dtype=np.float32, shape=(12, 5))
    assert np.array_equal(found, VALUES)
    assert type(found) is np.ndarray
    found[0, 0] = -1.0
    assert found[0, 0] == -1.0


@pytest.mark.skipif(os.name == "nt", reason="a file that is looked into stays there on Windows")
def test_the_file_has_no_name(tmp_path: Path) -> None:
    found = mapped(tmp_path, bands(4), dtype=np.float32, shape=(12, 5), kept=True)
    found[3] = 7.0
    assert not list(tmp_path.iterdir())
    gc.collect()
    assert np.array_equal(found[3], np.full(5, 7.0))


def test_a_fault_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def some() -> object:
        yield VALUES[:2]
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match=r"cannot write to .*No space left.*free some space"):
        mapped(tmp_path, some(), dtype=np.float32, shape=(12, 5))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(StoreError, match=r"cannot write to .*f"):
        mapped(tmp_path / "f", bands(4), dtype=np.float32, shape=(12, 5))
