"""What further bands of one mast cost in exact mode, against the first band (floor: nothing)."""

import platform
import time

import numpy as np

from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.models.loss_map import p1812_loss_map

RADIUS_M = 9000.0
CELL_M = 90.0


def rolling_terrain() -> Terrain:
    """Hills of a few hundred metres on a grid that the disc fits in."""
    grid = Grid.from_bounds(0, 0, 20_000, 20_000, crs="EPSG:32648", resolution_m=CELL_M)
    rows, cols = np.indices(grid.shape, dtype=np.float64)
    height = 500 + 200 * np.sin(rows / 9.0) * np.cos(cols / 7.0) + 60 * np.sin((rows + cols) / 3.0)
    return Terrain(grid, height.astype(np.float32))


def cpu_seconds(terrain: Terrain, frequencies_mhz: tuple[float, ...]) -> tuple[float, int]:
    start = time.process_time()
    loss = p1812_loss_map(
        terrain,
        easting=10_000.0,
        northing=10_000.0,
        tx_height_m=40.0,
        rx_height_m=1.5,
        frequencies_mhz=frequencies_mhz,
        radius_m=RADIUS_M,
        latitude_deg=22.5,
        method="exact",
    )
    return time.process_time() - start, int(loss.inside.sum())


def main() -> None:
    terrain = rolling_terrain()
    cpu_seconds(terrain, (800.0,))  # compile
    one, cells = cpu_seconds(terrain, (800.0,))
    three, _ = cpu_seconds(terrain, (800.0, 1800.0, 2600.0))
    print(f"exact disc on {platform.processor() or platform.machine()}: {cells} cells")
    print(f"  one band {1e6 * one / cells:.2f} CPU s per million cells")
    print(f"  three bands take {three / one:.2f} times one band (floor 1.00, separate runs 3.00)")


if __name__ == "__main__":
    main()
