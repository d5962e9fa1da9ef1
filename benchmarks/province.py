"""A province: 110 x 120 km at 30 m, 350 masts with 1,050 sectors of three operators.

The reach step's own code runs on the whole province's grid in every environment of the practice
study: P.1812 on every cell, Longley-Rice on every third row and column. By default over two
samples of masts: the difference gives what a mast costs, the rest what does not depend on their
number, and both are scaled to the province. With ``--whole`` over all masts, with what is left told
on the way. CPU time is counted, since other work disturbs the clock. The limits are 15 minutes on
2 cores and 4 GB.

Usage: ``python -m benchmarks.province [--whole] [--sample 8] [--radius-km 20]``.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom
from shapely.geometry import box

from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.terrain import Terrain
from phusong.pipeline.best_servers import best_servers
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


def session_of(terrain: Terrain, study: Study, network: Network, folder: Path) -> Any:
    """What the reach step asks of a study in use."""
    west, south, east, north = terrain.grid.bounds
    frame = gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs=terrain.grid.crs)
    there = study.model_copy(
        update={"study": study.study.model_copy(update={"output": str(folder)})}
    ).located(study.file, study.root)
    return SimpleNamespace(
        inputs=SimpleNamespace(
            terrain=terrain, clutter=None, grid=terrain.grid, study=there, network=network,
            own_coverage=(),
            communes=SimpleNamespace(frame=frame),
        ),
        study=there, losses=Cache(folder / "cache"), workers=CORES, fresh=False,
        has_made=lambda _: None, may_take=lambda _: True, cluster=None, most_cache_bytes=None,
        progress=lambda *_: None,
    )  # fmt: skip


def cpu_seconds(
    terrain: Terrain, study: Study, numbers: range, *, told: bool = False
) -> NDArray[np.float64]:
    """CPU time of the reach step over some masts, rasters written: all threads, main thread."""
    network = Network(tuple(s for number in numbers for s in site(number, terrain.grid, study)))
    own = tuple((op.key, "LTE") for op in study.operators)
    assert set(own_layers(study, network)) == set(own)
    with tempfile.TemporaryDirectory() as name:
        session = session_of(terrain, study, network, Path(name))
        start = np.array([time.process_time(), time.thread_time()])
        for model in study.propagation.models:
            if told:
                session.progress = _teller(model)
            servers = best_servers(
                session, network, own, environments=tuple(study.environments), model=model
            )
            for environment, layers in servers:
                write_layers(session, environment, layers, model=model)
        return np.array([time.process_time(), time.thread_time()]) - start


def _teller(model: str) -> Callable[[str, int, int], None]:
    """Say now and then how far a model is, and how long the rest of it will take."""
    begun = time.monotonic()

    def tell(_step: str, done: int, total: int) -> None:
        if done % 25 == 0 or done == total:
            left = (time.monotonic() - begun) / done * (total - done)
            print(f"  {model}: {done} of {total} masts, about {left / 60:.1f} min left", flush=True)

    return tell


def whole(terrain: Terrain, study: Study) -> None:
    """Measure the province itself."""
    start = time.monotonic()
    total, main_thread = cpu_seconds(terrain, study, range(1, 1 + MASTS), told=True)
    clock = (time.monotonic() - start) / 60.0
    _print_total(total, main_thread)
    print(f"  {clock:.1f} min by the clock, other work included")


def sample(terrain: Terrain, study: Study, large: int) -> None:
    """Measure two samples and scale them to the province."""
    few = cpu_seconds(terrain, study, range(1, 1 + SMALL))
    many = cpu_seconds(terrain, study, range(1, 1 + large))
    each = (many - few) / (large - SMALL)
    fixed = few - SMALL * each
    print(
        f"  {SMALL} masts {few[0]:.1f} s, {large} masts {many[0]:.1f} s CPU: {each[0]:.2f} s a "
        f"mast, {each[1]:.2f} s of it in the main thread; {fixed[0]:.1f} s besides"
    )
    _print_total(*(fixed + MASTS * each))


def _print_total(total: float, main_thread: float) -> None:
    minutes = max(total / CORES, main_thread) / 60.0  # levels are added by one thread
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"  {MASTS} masts: {total:.0f} s CPU, main thread {main_thread:.0f} s: at least "
        f"{minutes:.1f} min on {CORES} idle cores (limit {LIMIT_MINUTES:g})"
    )
    print(f"  peak memory {peak_gb:.2f} GB (limit {LIMIT_GB:g})")


def main() -> None:
    """Measure, and print the province."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--whole", action="store_true")
    asked.add_argument("--sample", type=int, default=LARGE)
    asked.add_argument("--radius-km", type=float, default=20.0)
    given = asked.parse_args()
    study = read_study(Path(__file__).parents[1] / "configs" / "demo.toml")
    reach = study.propagation.model_copy(update={"radius_km": given.radius_km})
    study = study.model_copy(update={"propagation": reach}).located(study.file, study.root)
    terrain = province()
    rows, cols = terrain.grid.shape
    print(
        f"province: {rows} x {cols} cells of {CELL_M:g} m, {MASTS} masts of {SECTORS_EACH} "
        f"sectors, {len(study.operators)} operators, {len(study.environments)} environments, "
        f"radius {given.radius_km:g} km, {' and '.join(reach.models)}, the second on every "
        f"{reach.second_model_step} x {reach.second_model_step} cells",
        flush=True,
    )
    cpu_seconds(terrain, study, range(1))  # compiles
    if given.whole:
        whole(terrain, study)
    else:
        sample(terrain, study, given.sample)


if __name__ == "__main__":
    main()
