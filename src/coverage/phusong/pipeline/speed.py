"""Speed tests by telephones beside a study's modelled levels: measured evidence, kept apart."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import contains_xy

from phusong.analysis.reach import ANY, UNKNOWN_PERCENT, Reach
from phusong.pipeline.reach import reach
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.reporting.tables import tidy
from phusong.store.files import make_folder
from phusong.store.tables import read_csv, write_csv, write_geopackage
from phusong.study import Study
from phusong.units import FloatArray

STEP = FOLDER = "speed-tiles"
RATES = ("download_mbps", "upload_mbps", "latency_ms")
TEXTS = ("quadkey", "commune_code", "commune")


def speed_tests(session: Session) -> bool:
    """See that a study's speed tests are told, now or in an earlier run.

    Parameters
    ----------
    session
        The study in use; its reach is computed first when it is missing.

    Returns
    -------
    bool
        False for a study without speed tests.

    Raises
    ------
    DataError
        Their file cannot be used.
    """
    section = session.study.inputs.speed_tiles
    if section is None:
        session.manifest.forget(STEP)
        return False
    if not session.is_done(STEP):
        reach(session)
        tiles = session.inputs.speed_tiles
        _write(session, _beside_the_model(session, tiles, load_reach(session)), section.quarter)
    return True


def read_speed_tests(study: Study) -> pd.DataFrame:
    """Tests by commune, as the last run found them.

    Parameters
    ----------
    study
        The study; :func:`speed_tests` must have been called.

    Returns
    -------
    pandas.DataFrame
        ``speed-tiles/communes.csv``.
    """
    return read_csv(study.output / FOLDER / "communes.csv", text=TEXTS)


def _beside_the_model(
    session: Session, tiles: gpd.GeoDataFrame, reached: Reach
) -> gpd.GeoDataFrame:
    """Each square with its commune, its middle, and the part of it where a level is modelled."""
    communes = session.inputs.communes
    tiles = tiles.copy()
    middle = tiles.geometry.centroid
    codes = communes.code_at(middle)
    tiles.insert(1, "commune_code", codes.fillna("").to_numpy())
    tiles.insert(2, "commune", [communes.names.get(code, "") for code in tiles["commune_code"]])
    degrees = gpd.GeoSeries(middle, crs=tiles.crs).to_crs("EPSG:4326")
    tiles.insert(3, "latitude", degrees.y.to_numpy())
    tiles.insert(4, "longitude", degrees.x.to_numpy())
    covered = _covered(session, reached)
    tiles["modelled_covered_percent"] = [
        _share(session, shape, covered) for shape in tiles.geometry
    ]
    return tiles


def _covered(session: Session, reached: Reach) -> FloatArray:
    """1 where the best level of anybody reaches its technology's threshold, NaN where unknown."""
    found = np.full(reached.grid.shape, np.nan)
    for (operator, technology), layer in reached.layers.items():
        if operator != ANY or technology == ANY:
            continue
        threshold = session.study.technologies[technology].threshold.value
        with np.errstate(invalid="ignore"):
            here = (layer.level_dbm >= threshold).astype(float)
        here[layer.probability_percent == UNKNOWN_PERCENT] = np.nan
        found = np.fmax(found, here)
    return found


def _share(session: Session, shape: object, covered: FloatArray) -> float:
    """Part of the cells of a square, by their middles, that are covered [%]; NaN without any."""
    grid = session.inputs.grid
    west, south, east, north = shape.bounds  # type: ignore[attr-defined]
    (left, top), (right, bottom) = ~grid.affine * (west, north), ~grid.affine * (east, south)
    rows = np.arange(max(0, int(top)), min(grid.shape[0], int(bottom) + 1))
    cols = np.arange(max(0, int(left)), min(grid.shape[1], int(right) + 1))
    if not (rows.size and cols.size):
        return float("nan")
    col, row = np.meshgrid(cols, rows)
    inside = contains_xy(shape, *(grid.affine * (col + 0.5, row + 0.5)))
    known = covered[row, col][inside]
    known = known[~np.isnan(known)]
    return float(100.0 * known.mean()) if known.size else float("nan")


def _by_commune(session: Session, tiles: gpd.GeoDataFrame) -> pd.DataFrame:
    """Tests of each commune that is asked about; rates are means over tests."""
    rows = []
    for code, name in session.inputs.communes.names.items():
        own = tiles[tiles["commune_code"] == code]
        unserved = own[own["modelled_covered_percent"] == 0.0]
        tests = own["tests"].to_numpy(dtype=float)
        means = {
            rate: float(np.average(own[rate], weights=tests)) if tests.sum() else float("nan")
            for rate in RATES
        }
        rows.append(
            {
                "commune_code": code, "commune": name, "speed_tiles": len(own),
                "tests": int(tests.sum()), "devices": int(own["devices"].sum()), **means,
                "tiles_without_modelled_signal": len(unserved),
                "tests_without_modelled_signal": int(unserved["tests"].sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _write(session: Session, tiles: gpd.GeoDataFrame, quarter: str) -> None:
    practice = session.study.study.practice_data
    folder = session.study.output / FOLDER
    make_folder(folder)
    files = [folder / "communes.csv", folder / "tiles.csv", folder / "tiles.gpkg"]
    write_csv(files[0], tidy(_by_commune(session, tiles), practice=practice))
    ready = tidy(tiles, practice=practice)
    write_csv(files[1], ready)
    layer = gpd.GeoDataFrame(ready, geometry=tiles.geometry, crs=tiles.crs)
    write_geopackage(files[2], layer, name="speed-tiles")
    facts = {"quarter": quarter, "tiles": len(tiles), "tests": int(tiles["tests"].sum())}
    session.record(STEP, facts, files)
