"""Running quantities along one radial: sums, steepest slopes, records. Nothing rescans.

Points 1..n at distances x in steps (columns), slopes in metres per step, heights relative to
the ground at the mast. K is the curvature of the Earth in these units, 500 step²/a_p.
"""

import numpy as np
from numba import njit

from phusong.kernels.fan import FIRST_POINTS
from phusong.kernels.sweep_layout import BORROWING, LOWEST, Line, Track

F32 = np.float32


@njit(**BORROWING)
def raw_slopes(
    slope: np.ndarray, height: np.ndarray, inverse_x: np.ndarray, n: int, line: Line
) -> None:
    """Slope from the antenna to every point of a radial. P.1812-8, eq. (77) without bulge."""
    for i in range(1, n + 1):
        slope[i] = (height[i] - line.h_tg) * inverse_x[i]


@njit(**BORROWING)
def curved_slopes(S: np.ndarray, slope: np.ndarray, x: np.ndarray, n: int, K: float) -> None:
    """Slope over the curved Earth, less K times the path length. P.1812-8, eq. (13)."""
    for i in range(1, n + 1):
        S[i] = slope[i] - K * x[i]


@njit(**BORROWING)
def curved_heights(G: np.ndarray, height: np.ndarray, x: np.ndarray, n: int, K: float) -> None:
    """Heights under which the receiver's horizon is a tangent of one hull."""
    for i in range(1, n + 1):
        G[i] = height[i] - K * x[i] * x[i]


@njit(**BORROWING)
def running_sums(A1: np.ndarray, A2: np.ndarray, height: np.ndarray, x: np.ndarray, n: int) -> None:
    """Weighted sums of heights, and of heights times distance. P.1812-8, eq. (85), (86).

    Half and a sixth of the two sums up to a point, as if the interval after it were a step.
    """
    sum_1 = 0.0
    sum_2 = 0.0
    left = np.float64(x[1])
    for i in range(1, FIRST_POINTS + 2):
        a = np.float64(height[i])
        right = np.float64(x[i + 1]) - np.float64(x[i]) if i <= FIRST_POINTS else 1.0
        sum_1 += 0.5 * (left + right) * a
        sum_2 += (0.5 * (left + right) * np.float64(x[i]) + (right**2 - left**2) / 6.0) * a
        left = right
    A1[FIRST_POINTS + 1] = sum_1
    A2[FIRST_POINTS + 1] = sum_2
    for i in range(FIRST_POINTS + 2, n + 1):
        a = np.float64(height[i])
        sum_1 += a
        sum_2 += a * np.float64(x[i])
        A1[i] = sum_1
        A2[i] = sum_2


@njit(**BORROWING)
def running_maximum(top: np.ndarray, slope: np.ndarray, n: int) -> None:
    """Largest value so far."""
    best = LOWEST
    for i in range(1, n + 1):
        best = max(best, slope[i])
        top[i] = best


@njit(**BORROWING)
def find_records(track: Track, x: np.ndarray, n: int) -> None:
    """Points from where the radial's steepest slope is theirs: the first of every maximum."""
    best = LOWEST
    last = 0
    count = 0
    for i in range(1, n + 1):
        S = track.S[i]
        if best < S:
            best = S
            last = i
            track.record_x[count] = x[i]
            track.record_S[count] = S
            count += 1
        track.lt[i] = last
        track.records[i] = count
    track.state[0] = -1  # stack empty
    track.state[1] = 1  # next column to insert
    track.state[2] = 0  # no bottom
