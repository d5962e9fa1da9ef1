"""Why there is no signal, for a province: 30 m, 7.1 million cells, 164 communes, three operators.

The step's own code asks every sector about every cell of every gap, over two samples of masts
whose path losses are stored already; the difference gives what a mast costs, the rest what does not
depend on their number, and both are scaled to the province. CPU time is counted, since other work
disturbs the clock. Causes are not among the statistics that ``benchmarks.gaps`` times.

Usage: ``python -m benchmarks.gap_causes [--sample 8] [--radius-km 20]``.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.gaps import (
    CELL_M,
    CRS,
    SIDE_M,
    SOUTH,
    SURE,
    TECHNOLOGY,
    VILLAGES,
    WEST,
    field,
    points,
    province,
    reach_of,
)
from benchmarks.province import MASTS, SECTORS_EACH, session_of, site
from phusong.analysis.gap_areas import Nearby, gap_polygons
from phusong.analysis.gaps import service_class
from phusong.analysis.reach import ANY, Reach
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.people import People
from phusong.geo.places import Communes, Places
from phusong.geo.terrain import Terrain
from phusong.pipeline.gap_causes import with_causes
from phusong.pipeline.loss_models import Mast
from phusong.pipeline.losses import LossMaps
from phusong.sources.study_file import read_study
from phusong.study import Study

SMALL, LARGE = 2, 8


def ground(grid: Grid) -> Terrain:
    """Ridges and valleys of some hundred metres."""
    height = 800.0 + 350.0 * field(grid, 11)
    return Terrain(grid, np.maximum(height, 60.0).astype(np.float32))


def known_levels(grid: Grid, study: Study, network: Network) -> Reach:
    """Levels of the study's operators, invented: about 4 cells in 10 of each are without signal."""
    made = reach_of(grid)
    keys = iter(op.key for op in study.operators)
    layers = {
        (who if who == ANY else next(keys), technology): layer
        for (who, technology), layer in made.layers.items()
    }
    return Reach(grid, "p1812", next(iter(study.environments)), network, layers)


def store_losses(session: Any, network: Network, radius_m: float) -> None:
    """Compute the path losses of all masts, so that they are read when causes are asked for."""
    masts = [
        Mast(*mast, tuple(sorted({network.sectors[i].frequency_mhz for i in indices})), radius_m)
        for mast, indices in network.masts()
    ]
    for _ in LossMaps(session).maps(masts):
        pass


class Province:
    """A province with its gaps, and what asking some of its masts takes."""

    def __init__(self, study: Study) -> None:
        self.study = study
        grid = Grid.from_bounds(
            WEST, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M, crs=CRS, resolution_m=CELL_M
        )
        self.terrain = ground(grid)
        self.communes: Communes = province()
        self.people = People(grid, np.exp(field(grid, 9)) * 0.1, source_total=float("nan"))
        self.villages = points(VILLAGES, "village_id", self.communes, 4)
        reach = known_levels(grid, study, Network(tuple(site(1, grid, study))))
        self.layers = reach.layers
        self.classes = {key: service_class(layer, SURE) for key, layer in reach.layers.items()}
        nowhere = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CRS))
        self.places = Places(self.communes, self.villages, self.villages.iloc[:0], nowhere, nowhere)
        columns = ["site_id", "operator", "technology", "easting", "northing"]
        self.gaps = gap_polygons(
            self.classes, self.communes, self.people, smallest_km2=0.05,
            nearby=Nearby(self.places, pd.DataFrame([], columns=columns)),
        )  # fmt: skip

    def cpu_seconds(self, count: int) -> NDArray[np.float64]:
        """CPU time of the causes over some masts: all threads, and the main thread."""
        grid, study = self.terrain.grid, self.study
        sectors = tuple(s for n in range(1, 1 + count) for s in site(n, grid, study))
        network = Network(sectors)
        reach = Reach(grid, "p1812", next(iter(study.environments)), network, self.layers)
        with tempfile.TemporaryDirectory() as name:
            session = session_of(self.terrain, study, network, Path(name))
            session.inputs = SimpleNamespace(
                **vars(session.inputs) | {"people": self.people, "places": self.places}
            )
            store_losses(session, network, 1000.0 * study.propagation.radius_km)
            start = np.array([time.process_time(), time.thread_time()])
            with_causes(session, reach, self.classes, self.gaps, SURE)
            return np.array([time.process_time(), time.thread_time()]) - start


def main() -> None:
    """Measure two samples, and print what the province takes."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--sample", type=int, default=LARGE)
    asked.add_argument("--radius-km", type=float, default=20.0)
    given = asked.parse_args()
    study = read_study(Path(__file__).parents[1] / "configs" / "demo.toml")
    radius = study.propagation.model_copy(update={"radius_km": given.radius_km})
    study = study.model_copy(update={"propagation": radius}).located(study.file, study.root)
    whole = Province(study)
    rows, cols = whole.terrain.grid.shape
    silent = {who: f"{100 * float((c == 0).mean()):.0f} %" for (who, _), c in whole.classes.items()}
    print(
        f"causes of {len(whole.gaps)} gaps and {VILLAGES} villages on {rows} x {cols} cells, "
        f"radius {given.radius_km:g} km; without signal {silent}",
        flush=True,
    )
    whole.cpu_seconds(1)  # compiles
    few, many = whole.cpu_seconds(SMALL), whole.cpu_seconds(given.sample)
    each = (many - few) / (given.sample - SMALL)
    fixed = few - SMALL * each
    total = fixed + MASTS * each
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"  {SMALL} masts {few[0]:.1f} s, {given.sample} masts {many[0]:.1f} s CPU: "
        f"{each[0]:.2f} s a mast of {SECTORS_EACH} sectors, {fixed[0]:.1f} s besides\n"
        f"  {MASTS} masts: {total[0]:.0f} s CPU, main thread {total[1]:.0f} s; "
        f"peak {peak:.2f} GiB\n  {TECHNOLOGY}, path losses stored before"
    )


if __name__ == "__main__":
    main()
