"""A province: 110 x 120 km at 30 m, 350 masts with 1,050 sectors of three operators.

The reach step's own code runs on the whole province's grid over two samples of masts, in every
environment of the practice study. The difference gives what a mast costs, the rest what does not
depend on their number; both are scaled to the province. CPU time is counted, since other work
disturbs the clock. The limits are 15 minutes on 2 cores and 4 GB.

Usage: ``python -m benchmarks.province [masts in the larger sample]``.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.terrain import Terrain
from phusong.pipeline.reach import best_servers
from phusong.pipeline.reach_files import own_layers, write_layers
from phusong.sources.study_file import read_study
from phusong.store.cache import Cache
from phusong.study import Study

WIDTH_M, HEIGHT_M, CELL_M = 110_000.0, 120_000.0, 30.0
MASTS, SECTORS_EACH = 350, 3
SMALL, LARGE = 2, 8
LIMIT_MINUTES, CORES, LIMIT_GB = 15.0, 2, 4.0


def province() -> Terrain:
    """Ridges and valleys of Lào Cai's size on a metric grid, the same each time."""
    west, south = 350_000.0, 2_440_020.0
    grid = Grid.from_bounds(
        west, south, west + WIDTH_M, south + HEIGHT_M, crs="EPSG:32648", resolution_m=CELL_M
    )
    rng = np.random.default_rng(20_250_101)
    rows, cols = grid.shape
    height = np.full((rows, cols), 800.0, dtype=np.float32)
    for step, spread_m in ((64, 700.0), (16, 160.0), (4, 25.0)):
        coarse = gaussian_filter(rng.normal(size=(rows // step + 6, cols // step + 6)), 1.5)
        fine = zoom(coarse / coarse.std(), step, order=1)[:rows, :cols]
        height += np.float32(spread_m) * fine.astype(np.float32)
    return Terrain(grid, np.maximum(height, np.float32(60.0)))


def site(number: int, grid: Grid, study: Study) -> list[Sector]:
    """Sectors of one operator on a mast anywhere in the province."""
    rng = np.random.default_rng(number)
    west, south, east, north = grid.bounds
    easting, northing = (float(v) for v in rng.uniform((west, south), (east, north)))
    longitude, latitude = grid.longitude_latitude(easting, northing)
    first = Sector(
        site_id=f"S{number}", sector_id="0", technology="LTE",
        operator=study.operators[number % len(study.operators)].name,
        latitude=latitude, longitude=longitude, easting=easting, northing=northing,
        mast_height_m=42.0, antenna_height_m=40.0, frequency_mhz=1800.0, bandwidth_mhz=20.0,
        eirp_dbm=61.5, azimuth_deg=0.0, electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0,
        horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=10.0,
    )  # fmt: skip
    turn = 360.0 / SECTORS_EACH
    return [replace(first, sector_id=str(k), azimuth_deg=turn * k) for k in range(SECTORS_EACH)]


def session_of(terrain: Terrain, study: Study, folder: Path) -> Any:
    """What the reach step asks of a study in use."""
    return SimpleNamespace(
        inputs=SimpleNamespace(terrain=terrain, grid=terrain.grid),
        study=study.model_copy(update={"study": study.study.model_copy(
            update={"output": str(folder)})}).located(study.file, study.root),
        losses=Cache(folder / "cache"), workers=CORES, fresh=False, renewed=set(),
        progress=lambda *_: None,
    )  # fmt: skip


def cpu_seconds(terrain: Terrain, study: Study, numbers: range) -> NDArray[np.float64]:
    """CPU time of the reach step over some masts, rasters written: all threads, main thread."""
    network = Network(tuple(s for number in numbers for s in site(number, terrain.grid, study)))
    own = tuple((op.key, "LTE") for op in study.operators)
    assert set(own_layers(study, network)) == set(own)
    with tempfile.TemporaryDirectory() as name:
        session = session_of(terrain, study, Path(name))
        start = np.array([time.process_time(), time.thread_time()])
        servers = best_servers(session, network, own, environments=tuple(study.environments))
        for environment, layers in servers:
            write_layers(session, environment, layers)
        return np.array([time.process_time(), time.thread_time()]) - start


def main(large: int = LARGE) -> None:
    """Measure two samples and print the province."""
    study = read_study(Path(__file__).parents[1] / "configs" / "demo.toml")
    terrain = province()
    rows, cols = terrain.grid.shape
    print(
        f"province: {rows} x {cols} cells of {CELL_M:g} m, {MASTS} masts of {SECTORS_EACH} "
        f"sectors, {len(study.operators)} operators, {len(study.environments)} environments, "
        f"radius {study.propagation.radius_km:g} km, P.1812 on every cell"
    )
    cpu_seconds(terrain, study, range(1))  # compiles
    few = cpu_seconds(terrain, study, range(1, 1 + SMALL))
    many = cpu_seconds(terrain, study, range(1, 1 + large))
    each = (many - few) / (large - SMALL)
    fixed = few - SMALL * each
    total, main_thread = fixed + MASTS * each
    minutes = max(total / CORES, main_thread) / 60.0  # levels are added by one thread
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"  {SMALL} masts {few[0]:.1f} s, {large} masts {many[0]:.1f} s CPU: {each[0]:.2f} s a "
        f"mast, {each[1]:.2f} s of it in the main thread; {fixed[0]:.1f} s besides"
    )
    print(
        f"  {fixed[0]:.1f} + {MASTS} x {each[0]:.2f} = {total:.0f} s CPU, main thread "
        f"{main_thread:.0f} s: at least {minutes:.1f} min on {CORES} idle cores "
        f"(limit {LIMIT_MINUTES:g})"
    )
    print(f"  peak memory {peak_gb:.2f} GB (limit {LIMIT_GB:g}), the same for any number of masts")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)
