"""A simulated country on a local cluster of small workers, and what a real one would cost.

Terrain is the practice study's, mirrored as often as it takes; sites stand at random, three sectors
each. The reach step itself runs, tile by tile, with path losses kept on disk. CPU time and memory
are those of the worker processes, taken while they run. Three runs (few sites, a denser country, a
larger one) give what a cell of a mast's disc, a sector's cell and a tile's cell cost; those figures
are put into Vietnam's size. What is measured and what is scaled stands in docs/country.md.

Usage: ``python -m benchmarks.country [--sites 400] [--cell-m 90] [--workers 2]``; the whole
simulated country is ``--sites 20000 --tile-cells 1024 --once``.
"""

import argparse
import csv
import json
import math
import tempfile
import threading
import time
import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import rasterio
from scipy.optimize import nnls

import phusong
from phusong.analysis.gap_areas import gap_polygons
from phusong.analysis.gaps import service_class
from phusong.cluster import cluster_at
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain, thinned
from phusong.geo.tiles import tiles_of
from phusong.models.disc_window import disc_window
from phusong.pipeline.begin import start
from phusong.pipeline.gap_tasks import counted, drawn, living
from phusong.pipeline.gaps import confidence
from phusong.sources.practice.relief import practice_terrain
from phusong.sources.practice.study import practice_study_text

SITES_PER_KM2, SECTORS_EACH, COMMUNE_KM = 100_000 / 331_000, 3, 10.0
CRS, WEST, SOUTH, MARGIN_KM = "EPSG:32648", 360_000.0, 2_300_400.0, 6.0
KEPT_INPUTS = ("terrain", "towers", "boundaries", "population")
OPERATORS = ("Nhà mạng A", "Nhà mạng B", "Nhà mạng C")
VIETNAM = {"sites": 100_000, "box_km2": 1668.0 * 784.0, "cell_m": 30.0, "operators": 4, "bands": 1,
           "tile_cells": 2048}  # fmt: skip
"""Size, with the frame around the whole country: 15.0 degrees of latitude, 7.3 of longitude."""


@dataclass
class Run:
    """What one run took."""

    sites: int
    cells: int
    tiles: int
    layers: int
    environments: int
    disc_cells: float
    disc_tiles: float
    loss_cpu_s: float
    tile_cpu_s: float
    join_cpu_s: float
    gaps_cpu_s: float
    worker_rss_mb: float
    worker_private_mb: float
    main_rss_mb: float
    loss_bytes: int
    tile_bytes: int
    reach_bytes: int
    join_main_cpu_s: float = 0.0
    gaps_main_cpu_s: float = 0.0
    longest_layer_cpu_s: float = 0.0


class Watch:
    """CPU time and most memory of the processes that this one has started."""

    def __init__(self) -> None:
        self.rss, self.private, self.cpu = 0, 0, {}
        self.own = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def seconds(self) -> float:
        """CPU time of all workers so far."""
        self._take()
        return sum(self.cpu.values())

    def _look(self) -> None:
        while not self._stop.wait(2.0):
            self._take()

    def _take(self) -> None:
        for child in self.own.children(recursive=True):
            try:
                spent, held = child.cpu_times(), child.memory_full_info()
            except psutil.Error:
                continue
            self.cpu[child.pid] = spent.user + spent.system
            self.rss, self.private = max(self.rss, held.rss), max(self.private, held.uss)


def toml(facts: dict[str, Any]) -> str:
    """A study file of plain facts."""

    def value(fact: Any) -> str:
        if isinstance(fact, dict):
            return "{" + ", ".join(f"{json.dumps(k)} = {value(v)}" for k, v in fact.items()) + "}"
        if isinstance(fact, list):
            return "[" + ", ".join(map(value, fact)) + "]"
        return json.dumps(fact, ensure_ascii=False)

    return "".join(f"{json.dumps(key)} = {value(fact)}\n" for key, fact in facts.items())


def mirrored(relief: Terrain, shape: tuple[int, int], cell_m: float) -> np.ndarray:
    """Practice terrain of any size: its mirror images side by side leave no step."""
    step = round(cell_m / relief.grid.resolution_m)
    height = thinned(relief, step).height_amsl_m[:-1, :-1]
    for axis, size in enumerate(shape):
        times = -(-size // height.shape[axis])
        parts = [height if n % 2 == 0 else np.flip(height, axis) for n in range(times)]
        height = np.concatenate(parts, axis)[tuple(slice(0, size) if a == axis else slice(None)
                                                   for a in (0, 1))]  # fmt: skip
    return height


def write_country(folder: Path, relief: Terrain, sites: int, area_km2: float, asked: Any) -> Path:
    """Write the inputs and the study file of a country."""
    side = max(1, round(math.sqrt(area_km2) / COMMUNE_KM))
    size_m = 1000.0 * COMMUNE_KM * side
    margin = 1000.0 * (MARGIN_KM + 1.0)
    grid = Grid.from_bounds(
        WEST - margin, SOUTH - margin, WEST + size_m + margin, SOUTH + size_m + margin,
        crs=CRS, resolution_m=asked.cell_m,
    )  # fmt: skip
    profile = {
        "driver": "GTiff", "height": grid.shape[0], "width": grid.shape[1], "count": 1,
        "dtype": "float32", "crs": CRS, "transform": grid.affine, "nodata": -9999.0, "tiled": True,
        "compress": "deflate",
    }  # fmt: skip
    with rasterio.open(folder / "dem.tif", "w", **profile) as dataset:
        dataset.write(mirrored(relief, grid.shape, asked.cell_m), 1)
    rng = np.random.default_rng(7)
    people = rng.gamma(0.02, 20.0, grid.shape).astype(np.float32)
    with rasterio.open(folder / "people.tif", "w", **profile) as dataset:
        dataset.write(people, 1)
    communes = write_communes(folder / "communes.geojson", grid, side)
    write_towers(folder / "towers.csv", grid, rng.uniform(0, size_m, (sites, 2)))
    facts = tomllib.loads(practice_study_text(data="", output="out"))
    facts["area"] = {"vintage": "2025-06-30", "margin_km": MARGIN_KM, "communes": communes}
    facts["grid"] = {"crs": CRS, "resolution_m": asked.cell_m, "tile_cells": asked.tile_cells}
    facts["inputs"] = {k: facts["inputs"][k] for k in KEPT_INPUTS}
    facts["inputs"]["population"]["file"] = "people.tif"
    facts["propagation"] |= {"models": ["p1812"], "radius_km": asked.radius_km}
    facts["environments"] = dict(list(facts["environments"].items())[: asked.environments])
    for late in ("measurements", "scenarios"):
        facts.pop(late, None)
    study = folder / "country.toml"
    study.write_text(toml(facts), encoding="utf-8")
    return study


def write_communes(file: Path, grid: Grid, side: int) -> list[str]:
    """Squares of ten kilometres; their codes."""
    features, codes = [], []
    step = 1000.0 * COMMUNE_KM
    for number in range(side * side):
        row, col = divmod(number, side)
        west, south = WEST + col * step, SOUTH + row * step
        ring = [(west, south), (west + step, south), (west + step, south + step),
                (west, south + step), (west, south)]  # fmt: skip
        codes.append(f"{number + 1:05d}")
        features.append({
            "type": "Feature",
            "properties": {"code": codes[-1], "name": f"Xã {number + 1}", "vintage": "2025-06-30"},
            "geometry": {
                "type": "Polygon", "coordinates": [[grid.longitude_latitude(*p) for p in ring]],
            },
        })  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
    return codes


def write_towers(file: Path, grid: Grid, places: np.ndarray) -> None:
    """Sites of three operators, three sectors each, on one carrier."""
    heads = ("site_id", "operator", "latitude", "longitude", "mast_height_m", "sector_id",
             "antenna_height_m", "technology", "frequency_mhz", "bandwidth_mhz", "eirp_dbm",
             "azimuth_deg", "electrical_tilt_deg", "status")  # fmt: skip
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(heads)
        for number, (east, north) in enumerate(places):
            longitude, latitude = grid.longitude_latitude(WEST + east, SOUTH + north)
            for sector in range(SECTORS_EACH):
                table.writerow((
                    f"S{number:06d}", OPERATORS[number % 3], f"{latitude:.6f}", f"{longitude:.6f}",
                    42, sector, 30 + number % 11, "LTE", 1800, 20, 61.5, 120 * sector, 4,
                    "existing",
                ))  # fmt: skip


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def discs(grid: Grid, places: list[tuple[float, float]], asked: Any) -> tuple[float, float]:
    """Cells of a mast's disc and tiles that it touches, on average: fewer at the country's edge."""
    cells, parts = 0, 0
    tiles = tiles_of(grid.shape, cells=asked.tile_cells)
    for east, north in places:
        window = disc_window(grid, easting=east, northing=north, radius_m=1000.0 * asked.radius_km)
        cells += int(window.inside.sum())
        shape = window.inside.shape
        parts += sum(t.common(window.row0, window.col0, shape) is not None for t in tiles)
    return cells / len(places), parts / len(places)


def measured(relief: Terrain, sites: int, area_km2: float, asked: Any) -> Run:
    """Compute one country's reach and gaps."""
    with tempfile.TemporaryDirectory(dir=asked.folder) as name, Watch() as watch:
        study = phusong.open_study(write_country(Path(name), relief, sites, area_km2, asked))
        marks: dict[str, float] = {}
        sizes: dict[str, int] = {}
        out = study.output

        with cluster_at("local", workers=asked.workers) as cluster:
            begun = watch.seconds()

            def progress(_what: str, done: int, total: int) -> None:
                if done == sites:
                    marks["losses"] = watch.seconds() - begun
                    sizes["losses"] = size_of(out / "cache" / "path-loss")
                if done == total:
                    marks["tiles"] = watch.seconds() - begun - marks["losses"]
                    sizes["tiles"] = size_of(out / "cache" / "tiles")
                    marks["joining"] = time.process_time()

            reached = phusong.reach(study, client=cluster.client, progress=progress)
            join_main = time.process_time() - marks["joining"]
            joined = watch.seconds() - begun - marks["losses"] - marks["tiles"]
            session = start(study, cluster=cluster)
            grid, inputs, sure = session.inputs.grid, session.inputs, confidence(study)
            assert inputs.people.total > 0  # read before, as by the reach of a whole run
            before, workers_before = time.process_time(), watch.seconds()
            classes = {k: service_class(v, sure) for k, v in reached.layers.items()}
            silent, longest = {}, 0.0
            for key in classes:  # one after the other, to see the longest
                layer_before = watch.seconds()
                one = replace(reached, layers={key: reached.layers[key]})
                silent |= drawn(session, one, sure) or {}
                longest = max(longest, watch.seconds() - layer_before)
            counted(session, reached, classes, sure)
            gap_polygons(classes, inputs.communes, inputs.people, silent=silent,
                         living=living(session, reached, sure),
                         smallest_km2=study.service.smallest_gap.value)  # fmt: skip
            gaps_main, gaps_cpu = time.process_time() - before, watch.seconds() - workers_before
        tiles = -(-grid.shape[0] // asked.tile_cells) * -(-grid.shape[1] // asked.tile_cells)
        return Run(
            sites, grid.shape[0] * grid.shape[1], tiles, len(classes), len(study.environments),
            *discs(grid, [(s.easting, s.northing) for s in inputs.network.sectors], asked),
            marks["losses"], marks["tiles"], joined, gaps_cpu,
            watch.rss / 1e6, watch.private / 1e6, watch.own.memory_info().rss / 1e6,
            sizes["losses"], sizes["tiles"], size_of(out / "reach"),
            join_main, gaps_main, longest,
        )  # fmt: skip


def fitted(runs: list[Run]) -> dict[str, float]:
    """What parts cost: least squares over the runs, nothing below zero."""
    # A worker starts once and reads the study: that is in the constant, not in the unit costs.
    mast_cells = np.array([r.sites * r.disc_cells / 1e6 for r in runs])
    values = np.array([r.cells * r.layers * r.environments / 1e6 for r in runs])
    ones = np.ones(len(runs))
    sites = np.array([float(r.sites) for r in runs])
    loss = _relative(np.stack([mast_cells, sites, ones], axis=1), [r.loss_cpu_s for r in runs])
    parts = np.array([r.sites * r.disc_tiles for r in runs])
    work = np.stack([SECTORS_EACH * mast_cells, values, parts], axis=1)
    reduction = _relative(work, [r.tile_cpu_s for r in runs])
    last = runs[-1]
    return {
        "loss_s_per_million_mast_cells": float(loss[0]),
        "loss_s_per_mast": float(loss[1]),
        "reduction_s_per_million_sector_cells": float(reduction[0]),
        "reduction_s_per_million_values": float(reduction[1]),
        "reduction_s_per_mast_and_tile": float(reduction[2]),
        "joining_s_per_million_values": last.join_cpu_s / values[-1],
        "joining_main_s_per_million_values": last.join_main_cpu_s / values[-1],
        "gaps_s_per_million_class_cells": last.gaps_cpu_s / (last.cells * last.layers / 1e6),
        "gaps_main_s_per_million_class_cells": last.gaps_main_cpu_s
        / (last.cells * last.layers / 1e6),
        "loss_bytes_per_mast_cell": last.loss_bytes / (1e6 * mast_cells[-1]),
        "reach_bytes_per_value": last.reach_bytes / (1e6 * values[-1]),
        "tile_bytes_per_value": last.tile_bytes / (1e6 * values[-1]),
    }


def _relative(work: np.ndarray, took: list[float]) -> np.ndarray:
    """Costs of each kind of work: errors count as shares, those of runs below 5 s less."""
    scale = 1.0 / np.maximum(took, 5.0)
    found, _ = nnls(work * scale[:, np.newaxis], np.asarray(took) * scale)
    return found


def projected(cost: dict[str, float], asked: argparse.Namespace) -> None:
    """Print what the figures come to for Vietnam."""
    cells = VIETNAM["box_km2"] / VIETNAM["cell_m"] ** 2  # millions, as everywhere below
    layers = VIETNAM["operators"] + 1
    values = cells * layers * asked.environments
    disc = math.pi * (1000.0 * asked.radius_km / VIETNAM["cell_m"]) ** 2 / 1e6
    mast_cells = VIETNAM["sites"] * VIETNAM["bands"] * disc
    across = 2.0 * 1000.0 * asked.radius_km / VIETNAM["cell_m"] / VIETNAM["tile_cells"]
    touched = (1.0 + across) ** 2  # tiles that the square around a disc touches, on average
    hours = {
        "path losses": mast_cells * cost["loss_s_per_million_mast_cells"]
        + VIETNAM["sites"] * cost["loss_s_per_mast"],
        "reduction": SECTORS_EACH * mast_cells * cost["reduction_s_per_million_sector_cells"]
        + values * cost["reduction_s_per_million_values"]
        + VIETNAM["sites"] * touched * cost["reduction_s_per_mast_and_tile"],
        "joining, workers": values * cost["joining_s_per_million_values"],
        "joining, main process": values * cost["joining_main_s_per_million_values"],
        "gaps, workers": cells * layers * cost["gaps_s_per_million_class_cells"],
        "gaps, main process": cells * layers * cost["gaps_main_s_per_million_class_cells"],
    }
    print(
        f"Vietnam at {VIETNAM['cell_m']:g} m, radius {asked.radius_km:g} km, {layers} layers, "
        f"{asked.environments} environments: {cells:.0f} million cells, {mast_cells:.0f} million "
        "cells of masts"
    )
    for name, seconds in hours.items():
        print(f"  {name}: {seconds / 3600:.1f} core hours")
    print(
        f"  on disk: losses {mast_cells * cost['loss_bytes_per_mast_cell'] / 1e6:.2f} TB, "
        f"reach {values * cost['reach_bytes_per_value'] / 1e3:.0f} GB, "
        f"tiles meanwhile {values * cost['tile_bytes_per_value'] / 1e3:.0f} GB"
    )


def main() -> None:
    """Measure, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument("--cell-m", type=float, default=90.0, choices=[30.0, 90.0])
    parser.add_argument("--radius-km", type=float, default=20.0)
    parser.add_argument("--environments", type=int, default=2)
    parser.add_argument("--tile-cells", type=int, default=256)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--once", action="store_true", help="the largest case alone, nothing fitted"
    )
    parser.add_argument("--earlier", type=Path, nargs="*", default=[], help="runs to fit as well")
    parser.add_argument("--folder", type=Path, help="where to keep files meanwhile")
    asked = parser.parse_args()
    relief = practice_terrain(20_250_101)
    area = asked.sites / SITES_PER_KM2
    cases = ((asked.sites // 4, area / 4), (asked.sites, area / 4), (asked.sites, area))
    cases = cases[-1:] if asked.once else cases
    runs = []
    for sites, area_km2 in cases:
        begun = time.monotonic()
        runs.append(measured(relief, sites, area_km2, asked))
        took = time.monotonic() - begun
        print(json.dumps({"wall_s": round(took, 1), **asdict(runs[-1])}), flush=True)
    print(f"{psutil.getloadavg()[0]:.1f} processes ready, ours among them")
    if asked.once:
        return
    for file in asked.earlier:
        lines = (
            json.loads(v)
            for v in file.read_text(encoding="utf-8").splitlines()
            if v.startswith('{"wall_s"')
        )
        runs = [*(Run(**{k: v for k, v in f.items() if k != "wall_s"}) for f in lines), *runs]
    cost = fitted(runs)
    print(json.dumps(cost, indent=1))
    projected(cost, asked)


if __name__ == "__main__":
    main()
