"""What a file is that somebody brings: by its content, never by its name alone."""

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from phusong.errors import DataError
from phusong.language import told
from phusong.sources.cell_dump import is_cell_dump
from phusong.sources.gdal_files import open_raster
from phusong.sources.list_words import named
from phusong.sources.lists import is_form, read_list
from phusong.sources.open_buildings import has_columns, is_table
from phusong.sources.terrain import HIGHEST_M, LOWEST_M, RASTER_SUFFIXES
from phusong.sources.towers_file import TEXT_SUFFIXES, read_sheet
from phusong.sources.towers_words import fold, meaning
from phusong.sources.towers_workbook import WORKBOOK_SUFFIXES
from phusong.sources.vector_files import BEGINNINGS, refuse_unsafe
from phusong.store.plain_paths import plainly_named
from phusong.study import Study, TowerInput

ADDABLE = (
    "towers", "boundaries", "villages", "village_positions", "facilities", "households",
    "terrain", "population", "roads", "power_lines", "settlements", "country", "water",
    "statistics", "reported", "indicators", "infrastructure", "offices", "buildings",
    "exclusions", "operator_coverage", "measurements", "clutter", "speed_tiles",
)  # fmt: skip
"""Inputs that a file can be added as."""
_LEVELS = re.compile(
    r"rsrp|rscp|rxlev|rssi|rsrq|sinr|level[_ ]?dbm|^level$|^dbm$|signal|muc thu|cuong do"
)
_TIMES = re.compile(r"time|date|measured at|thoi[_ ]?(gian|diem)|ngay")
_TABLES: tuple[tuple[set[str], tuple[str, ...], str], ...] = (
    ({"quadkey", "tests"}, ("avg_d_kbps",), "speed_tiles"),
    ({"household_id"}, (), "households"),
    ({"facility_id", "kind"}, (), "facilities"),
    ({"village_id"}, ("fibre", "fixed_broadband", "grid", "road"), "infrastructure"),
    ({"village_id", "name"}, (), "villages"),
    ({"village_id", "latitude", "longitude"}, (), "village_positions"),
    ({"commune_code", "indicator", "status"}, (), "indicators"),
    ({"commune_code"}, ("lan", "connection"), "offices"),
    ({"commune_code", "year"}, ("population", "households", "poor_rate_percent"), "statistics"),
    ({"village"}, ("state", "tình trạng"), "reported"),
)
"""Columns that a table must have all of and, where some are named, one of; the first that fits."""
_BUILDINGS = ("building", "area_in_meters", "bf_source")
"""Columns of building outlines: OpenStreetMap, Open Buildings, Microsoft's with others."""
_WINDOW = 256
_SMOOTH, _ROUGH = 0.97, 0.9
"""Correlation of neighbouring cells: ground lies above the first, people below the second."""
_ASK = f"say what it is with --as: {', '.join(ADDABLE)}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is.

    Parameters
    ----------
    key
        Input of a study, for example ``towers``.
    why
        What tells so, in a few words.
    """

    key: str
    why: str


def recognise(file: Path, study: Study) -> Recognised:
    """Say which input of a study a file is.

    Parameters
    ----------
    file
        Table, workbook, vector layer or raster.
    study
        Its communes and how its outlines name them.

    Returns
    -------
    Recognised
        The input, and what tells so.

    Raises
    ------
    DataError
        The file does not exist, cannot be read, or could be several things.
    """
    if not file.is_file():
        raise DataError(
            f"{file} is a folder; name the files in it"
            if file.is_dir()
            else f"{file} does not exist; name a file"
        )
    if is_table(file) and has_columns(file):
        return Recognised("buildings", "columns area_in_meters, confidence: Open Buildings")
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        return Recognised("speed_tiles", "a Parquet file, as Ookla's speed tests are")
    if suffix in RASTER_SUFFIXES:
        return _raster(file)
    if suffix in TEXT_SUFFIXES | WORKBOOK_SUFFIXES | {".kml"}:
        return _table(file)
    if suffix in BEGINNINGS:
        return _layer(file, study)
    raise DataError(f"{file} is of no kind that is recognised; {_ASK}")


def _raster(file: Path) -> Recognised:
    if file.suffix.lower() == ".hgt":
        return Recognised("terrain", "a tile of SRTM")
    try:
        with open_raster(file, "raster") as source:
            row, col = (max(0, (size - _WINDOW) // 2) for size in source.shape)
            window = Window(col, row, min(_WINDOW, source.width), min(_WINDOW, source.height))
            with np.errstate(all="ignore"):  # what damaged files hold is looked at below
                cells = source.read(1, window=window, masked=True).astype(np.float64)
            values = cells.filled(np.nan) * source.scales[0] + source.offsets[0]
    except RasterioError as error:
        raise DataError(f"{file} cannot be read as a raster ({error}); export it again") from None
    known = values[np.isfinite(values)]
    if not known.size:
        raise DataError(f"{file} has no value in its middle; {_ASK}")
    low, high = float(known.min()), float(known.max())
    if low >= -160.0 and high < 0.0:
        return Recognised("operator_coverage", f"levels, {low:g} to {high:g} dBm in its middle")
    alike = _likeness(values)
    if alike >= _SMOOTH and low >= LOWEST_M and 10.0 < high <= HIGHEST_M:
        return Recognised("terrain", f"smooth heights, {low:.0f} to {high:.0f} m in its middle")
    if alike < _ROUGH and low >= 0.0:
        return Recognised("population", f"uneven counts, {low:g} to {high:g} in its middle")
    raise DataError(f"{file} holds {low:g} to {high:g}, heights or people? {_ASK}")


def _likeness(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Correlation of cells with their neighbours to the east and south."""
    pairs = [(values[:, :-1], values[:, 1:]), (values[:-1], values[1:])]
    one, other = (np.concatenate([p[k].ravel() for p in pairs]) for k in (0, 1))
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 2 or one[both].std() == 0.0 or other[both].std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one[both], other[both])[0, 1])


def _table(file: Path) -> Recognised:
    if file.suffix.lower() in WORKBOOK_SUFFIXES and is_form(file):
        return _by_columns([str(title) for title in read_list(file).columns], file)
    sheet = read_sheet(file, TowerInput(file=str(file), source="to be recognised"))
    if is_cell_dump(sheet.table):
        return Recognised("towers", "a cell dump in OpenCelliD's columns")
    return _by_columns([str(title) for title in sheet.table.columns], file)


def _by_columns(titles: list[str], file: Path) -> Recognised:
    for all_of, one_of, key in _TABLES:
        folded = {fold(title) for title in named(titles, key)}
        seen = [name for name in one_of if fold(name) in folded]
        if {fold(name) for name in all_of} <= folded and (seen or not one_of):
            return Recognised(key, _columns([*sorted(all_of), *seen]))
    folded = {fold(title) for title in titles}
    if any(map(_LEVELS.search, folded)) and any(map(_TIMES.search, folded)):
        return Recognised("measurements", "levels and times")
    known = {m.column for title in titles if (m := meaning(title, {})) is not None}
    if len(known & {"site_id", "operator", "technology", "latitude", "azimuth_deg",
                    "antenna_height_m", "mast_height_m", "frequency_mhz"}) >= 3:  # fmt: skip
        return Recognised("towers", _columns(sorted(known)[:6]))
    if sum(map(_is_number, titles)) > len(titles) / 2:
        raise DataError(
            f"{file}: its first row holds values ({', '.join(titles[:6])}) and no headings; put a "
            f"row of headings above it, or {_ASK}"
        )
    raise DataError(f"{file}: columns {', '.join(titles[:12])} tell nothing for sure; {_ASK}")


def _columns(names: list[str]) -> str:
    return told(f"columns {', '.join(names)}")


def _is_number(title: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?", title.strip()))


def _layer(file: Path, study: Study) -> Recognised:
    refuse_unsafe(file, key="phusong add", beginnings=BEGINNINGS)
    try:
        with plainly_named(file) as place:
            layer = pyogrio.read_dataframe(place, force_2d=True)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); export it again") from None
    if not isinstance(layer, gpd.GeoDataFrame) or layer.empty:
        raise DataError(f"{file} holds no shapes; {_ASK}")
    kinds = {str(kind).removeprefix("Multi") for kind in layer.geom_type.dropna()}
    titles = [c for c in layer.columns if c != "geometry"]
    if kinds == {"Point"}:
        return _by_columns([*titles, "latitude", "longitude"], file)
    if kinds == {"LineString"}:
        for column, key in (("highway", "roads"), ("voltage", "power_lines"),
                            ("power", "power_lines")):  # fmt: skip
            if column in titles:
                return Recognised(key, f"lines with the column {column}")
        raise DataError(f"{file} holds lines, roads or power lines? {_ASK}")
    if kinds == {"Polygon"}:
        return _polygons(layer, titles, file, study)
    raise DataError(f"{file} holds {', '.join(sorted(kinds))} together; {_ASK}")


def _polygons(layer: gpd.GeoDataFrame, titles: list[str], file: Path, study: Study) -> Recognised:
    if "village_id" in titles:
        return Recognised("settlements", "polygons with the column village_id")
    told = [column for column in _BUILDINGS if column in titles]
    if told:
        return Recognised("buildings", f"polygons with the column {told[0]}")
    asked = {*study.area.communes, *study.inputs.boundaries.codes}
    for column in titles:
        found = asked & {str(v).strip() for v in layer[column].dropna()}
        if found:
            return Recognised("boundaries", f"{len(found)} of the study's codes in {column}")
    raise DataError(
        f"{file} holds polygons without a code of the study's communes or a village_id; {_ASK}"
    )
