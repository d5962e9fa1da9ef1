"""A cell dump of 100,000 rows read, grouped and audited, against reading it with pandas alone."""

import tempfile
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from phusong.analysis.audit import guess_shares, network_findings
from phusong.errors import DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.terrain import Terrain
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from phusong.sources.towers_file import DUMP_COLUMNS
from phusong.study import Quantity, Study

ROWS = 100_000
LIMIT_S = 30.0
STUDY = Path(__file__).parents[1] / "configs" / "demo.toml"
CELLS_PER_SITE = 256
GRID = Grid.from_bounds(350_000, 2_430_000, 500_000, 2_550_000, crs="EPSG:32648", resolution_m=90)


def write_dump(file: Path) -> None:
    """Cells of about 20,000 LTE sites of three operators, in and around the grid."""
    random = np.random.default_rng(452)
    sites = ROWS // 5
    site = random.integers(0, sites, ROWS)
    longitude, latitude = random.uniform(103.5, 105.0, sites), random.uniform(21.9, 23.1, sites)
    columns = {
        "radio": "LTE",
        "mcc": 452,
        "net": random.choice([1, 2, 4], sites)[site],
        "area": 11_000 + site // 64,
        "cell": (100_000 + site) * CELLS_PER_SITE + random.integers(0, 12, ROWS),
        "unit": 0,
        "lon": longitude[site] + random.normal(0, 0.004, ROWS),
        "lat": latitude[site] + random.normal(0, 0.004, ROWS),
        "range": 1000,
        "samples": random.geometric(0.05, ROWS),
        "changeable": 1,
        "created": 1_500_000_000,
        "updated": random.integers(1_600_000_000, 1_750_000_000, ROWS),
        "averageSignal": 0,
    }
    pd.DataFrame(columns)[list(DUMP_COLUMNS)].to_csv(file, index=False)


def dump_study() -> Study:
    """The practice study with codes for its operators and a band for LTE."""
    study = read_study(STUDY)
    names = [operator.name for operator in study.operators]
    words = dict(zip(("452-01", "452-02", "452-04"), names, strict=True))
    towers = study.inputs.towers.model_copy(update={"operators": words})
    band = {"LTE": Quantity(value=1800.0, unit="MHz", source="invented for the benchmark")}
    return study.model_copy(
        update={
            "inputs": study.inputs.model_copy(update={"towers": towers}),
            "towers": study.towers.model_copy(update={"frequency": band}),
        }
    )


def audited(network: Network, study: Study) -> int:
    """Number of findings; terrain and people are flat, communes are the middle of the grid."""
    west, south, east, north = GRID.bounds
    area = [box(west + 3e4, south + 3e4, east - 3e4, north - 3e4)]
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["1"]}, geometry=area, crs=GRID.crs)
    communes = Communes(frame, "none")
    found = network_findings(
        network,
        Terrain(GRID, np.zeros(GRID.shape, dtype=np.float32)),
        communes,
        margin_m=1e4,
        operators=[operator.name for operator in study.operators],
        technologies=list(study.technologies),
    )
    guess_shares(network, People(GRID, np.ones(GRID.shape), 0.0), communes)
    return len(found)


def main() -> None:
    study = dump_study()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        file = Path(folder, "452.csv")
        write_dump(file)
        start = time.perf_counter()
        pd.read_csv(file, dtype="str")
        floor_s = time.perf_counter() - start
        start, cpu = time.perf_counter(), time.process_time()
        network = read_towers(file, study, GRID)
        read_s = time.perf_counter() - start
        findings = audited(network, study)
        whole_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"cell dump of {ROWS} rows: {len(network.site_ids)} sites, {len(network.sectors)} sectors "
        f"inside, {findings} kinds of findings"
    )
    print(
        f"  read and grouped {read_s:.1f} s, with the audit {whole_s:.1f} s "
        f"({cpu_s:.1f} CPU s; limit {LIMIT_S:g} s)"
    )
    print(f"  {whole_s / floor_s:.0f} times reading the text with pandas (floor 1)")


if __name__ == "__main__":
    main()
