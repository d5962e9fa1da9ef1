"""ITM over a map against the link model on each cell's own profile, every cell of small discs."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.kernels.itm import point_to_point
from phusong.models.itm import ItmConditions, kernel_link
from phusong.models.itm_map import NEAR_CELLS, OWN_POINTS, itm_loss_map
from phusong.models.loss_map import LossMap

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

SIDE = 30.0
ROWS, COLS = 150, 143
LEFT, TOP = 400_020.0, 2_500_020.0
CONDITIONS = ItmConditions(climate=2, time_percent=60.0, situation_percent=70.0)
TOLERANCE_DB = 1e-4
"""The map is stored as float32: half a unit in the last place is 1.5e-5 dB at 200 dB; running
sums differ from direct ones by 1e-9 m."""


def grid() -> Grid:
    return Grid.from_bounds(
        LEFT, TOP - ROWS * SIDE, LEFT + COLS * SIDE, TOP, crs="EPSG:32648", resolution_m=SIDE
    )


def rough(seed: int, relief_m: float) -> np.ndarray:
    """Terrain with structure at every scale, not symmetric in any way."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.fft2(rng.normal(size=(256, 256)))
    frequency = np.fft.fftfreq(256)
    k2 = frequency[:, None] ** 2 + frequency[None, :] ** 2
    field = np.fft.ifft2(spectrum * (1e-4 + k2) ** -0.95).real[:ROWS, :COLS]
    field = (field - field.min()) / (field.max() - field.min())
    return (relief_m * field + 3.0).astype(np.float32)


def plateaus() -> np.ndarray:
    """Flat steps: ties of slopes everywhere."""
    rows, cols = np.indices((ROWS, COLS))
    return (20.0 * ((rows // 23 + cols // 31) % 3) + 50.0).astype(np.float32)


def spike() -> np.ndarray:
    height = np.full((ROWS, COLS), 10.0, np.float32)
    height[75, 100] = 400.0
    return height


SURFACES = {
    "gentle": rough(1, 60.0),
    "hills": rough(2, 600.0),
    "alpine": rough(3, 4500.0),
    "flat": np.zeros((ROWS, COLS), np.float32),
    "slope": np.add.outer(3.0 * np.arange(ROWS), 7.0 * np.arange(COLS)).astype(np.float32),
    "plateaus": plateaus(),
    "spike": spike(),
}


def loss_map(height: np.ndarray, row: float, col: float, **changes: Any) -> LossMap:
    settings: dict[str, Any] = {
        "tx_height_m": 31.0,
        "rx_height_m": 1.5,
        "frequencies_mhz": (800.0,),
        "radius_m": 55.4 * SIDE,
        "conditions": CONDITIONS,
    }
    place = {"easting": LEFT + col * SIDE, "northing": TOP - row * SIDE}
    return itm_loss_map(Terrain(grid(), height), **place, **(settings | changes))


def bilinear(height: np.ndarray, row: np.ndarray, col: np.ndarray) -> np.ndarray:
    """Heights between cell centres; level beyond the outermost ones."""
    r = np.clip(row - 0.5, 0.0, height.shape[0] - 1.0)
    c = np.clip(col - 0.5, 0.0, height.shape[1] - 1.0)
    i = np.minimum(r.astype(int), height.shape[0] - 2)
    j = np.minimum(c.astype(int), height.shape[1] - 2)
    h = height.astype(np.float64)
    upper = h[i, j] + (c - j) * (h[i, j + 1] - h[i, j])
    lower = h[i + 1, j] + (c - j) * (h[i + 1, j + 1] - h[i + 1, j])
    return np.asarray(upper + (r - i) * (lower - upper))


def profile(
    height: np.ndarray, row: float, col: float, cell: tuple[int, int], radials: int
) -> tuple[np.ndarray, float]:
    """Heights to a cell and the step [m], written from the description of the method."""
    down, right = cell[0] + 0.5 - row, cell[1] + 0.5 - col
    # The same operations as the kernel: the model truncates distances to whole steps, so a step
    # that differs in its last bit can take one point more, and the loss jumps by decibels.
    distance = math.sqrt(down * down + right * right)
    far = max(abs(down), abs(right)) >= NEAR_CELLS
    if not (radials and far):
        n = max(8, math.ceil(distance - 1e-9))
        share = np.arange(n + 1) / n
        return bilinear(height, row + share * down, col + share * right), distance * SIDE / n
    n = round(distance)
    main, cross = (right, down) if abs(right) >= abs(down) else (down, right)
    j = math.floor(radials * cross / abs(main) + 0.5)
    along, aside = math.copysign(1.0, main), j / radials
    unit = math.hypot(along, aside)
    step = np.arange(n + 1)
    shared = (
        (aside / unit, along / unit) if abs(right) >= abs(down) else (along / unit, aside / unit)
    )
    own = step >= n - OWN_POINTS
    rows = np.where(own, row + step / n * down, row + step * shared[0])
    cols = np.where(own, col + step / n * right, col + step * shared[1])
    return bilinear(height, rows, cols), distance * SIDE / n


def reach_of(loss: LossMap, row: float, col: float) -> int:
    """Radials per half sector: the radius in whole cells."""
    rows, cols = loss.inside.shape
    row, col = row - loss.row0, col - loss.col0
    return math.ceil(max(row, rows - row, col, cols - col))


def worst_difference(
    loss: LossMap, height: np.ndarray, row: float, col: float, radials: int
) -> tuple[float, int]:
    """Largest difference from the link model over all cells but the mast's, and their number."""
    worst, count = 0.0, 0
    link = kernel_link(800.0, CONDITIONS)
    easting, northing = LEFT + col * SIDE, TOP - row * SIDE
    row, col = (float(v) for v in grid().pixel_of(easting, northing))
    for i, j in np.argwhere(loss.inside):
        cell = (loss.row0 + int(i), loss.col0 + int(j))
        if cell == (math.floor(row), math.floor(col)):
            continue
        heights, step_m = profile(height, row, col, cell, radials)
        expected = point_to_point(heights, step_m, 31.0, 1.5, link).L_db
        worst = max(worst, abs(float(loss.path_loss_db[0, i, j]) - expected))
        count += 1
    return worst, count


@pytest.mark.parametrize(
    ("surface", "row", "col"),
    [
        *((surface, 71.27, 74.81) for surface in sorted(SURFACES)),
        ("alpine", 75.5, 70.5),
        ("plateaus", 75.5, 70.5),
        ("flat", 75.5, 70.5),
    ],
)
def test_every_cell_along_radials_is_the_link(surface: str, row: float, col: float) -> None:
    height = SURFACES[surface]
    loss = loss_map(height, row, col)
    worst, count = worst_difference(loss, height, row, col, reach_of(loss, row, col))
    assert worst < TOLERANCE_DB
    assert count > 9_500


@pytest.mark.parametrize("surface", ["hills", "plateaus"])
def test_every_exact_cell_is_the_link(surface: str) -> None:
    height = SURFACES[surface]
    loss = loss_map(height, 71.27, 74.81, method="exact")
    worst, count = worst_difference(loss, height, 71.27, 74.81, 0)
    assert worst < TOLERANCE_DB
    assert count > 9_500


def test_a_mast_in_the_corner_of_the_terrain() -> None:
    height = SURFACES["hills"]
    loss = loss_map(height, 0.2, 142.7)
    worst, _ = worst_difference(loss, height, 0.2, 142.7, reach_of(loss, 0.2, 142.7))
    assert worst < TOLERANCE_DB
