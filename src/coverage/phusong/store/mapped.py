"""Arrays of a large grid in a file that a process looks into instead of holding them."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from phusong.errors import StoreError
from phusong.store.files import make_folder


def mapped(
    folder: Path,
    bands: Iterable[NDArray[Any]],
    *,
    dtype: Any,
    shape: tuple[int, int],
    kept: bool = False,
) -> NDArray[Any]:
    """Put an array into a file without a name, and look into it there.

    The system brings the parts that are looked at into memory, and drops them when it needs room.
    The file is gone as soon as nothing looks into it any more, however the process ends; where a
    system cannot do that, the next run removes it with what killed ones have left.

    Parameters
    ----------
    folder
        On a disk with room for all of it.
    bands
        Its rows, some after the other.
    dtype
        Of its values.
    shape
        Rows and columns.
    kept
        Whether what is written into the array goes to the file, and not into this process's
        memory.

    Returns
    -------
    numpy.ndarray
        The array.

    Raises
    ------
    StoreError
        The folder cannot be written, or the disk is full.
    """
    make_folder(folder)
    try:
        handle, name = tempfile.mkstemp(prefix=".mapped-", suffix=".part.bin", dir=folder)
        file = Path(name)
        try:
            with os.fdopen(handle, "w+b") as stream:
                for band in bands:  # written, not only made room for: a full disk shows here
                    stream.write(np.ascontiguousarray(band, dtype=dtype).data)
                stream.flush()
                mode: Literal["r+", "c"] = "r+" if kept else "c"
                return np.asarray(np.memmap(stream, dtype=dtype, mode=mode, shape=shape))
        finally:
            with contextlib.suppress(OSError):
                file.unlink()
    except OSError as error:
        raise StoreError(
            f"cannot write to {folder}: {error}; free some space and run again"
        ) from None
