"""One sector's levels against the best so far: level, server, margin and what is unknown."""

import numpy as np
from numba import njit

F32 = np.float32


@njit(cache=True, nogil=True, error_model="numpy")
def compete(
    best: np.ndarray,
    margin: np.ndarray,
    server: np.ndarray,
    unknown: np.ndarray,
    row0: int,
    col0: int,
    level: np.ndarray,
    inside: np.ndarray,
    lowered: float,
    needed: float,
    spread: float,
    index: int,
) -> None:
    """Let a window of levels [dBm], all float32, compete in one pass.

    Of equal levels the lower index wins. What is unknown (NaN) inside the disc is marked and
    changes nothing else.
    """
    rows, cols = level.shape
    for i in range(rows):
        for j in range(cols):
            here = F32(level[i, j] - F32(lowered))
            if np.isnan(here):
                if inside[i, j]:
                    unknown[row0 + i, col0 + j] = True
                continue
            there = best[row0 + i, col0 + j]
            if here > there or (here == there and index < server[row0 + i, col0 + j]):
                best[row0 + i, col0 + j] = here
                server[row0 + i, col0 + j] = index
            above = F32((here - F32(needed)) / F32(spread))
            margin[row0 + i, col0 + j] = max(margin[row0 + i, col0 + j], above)
