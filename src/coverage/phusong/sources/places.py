"""Reading villages, facilities, roads and power lines."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.errors import DataError, DataWarning
from phusong.geo.places import Communes, Places
from phusong.sources.list_words import kind_of_facility
from phusong.sources.lists import read_text_table
from phusong.sources.tables import Columns, Number, Text, checked
from phusong.sources.vector_files import read_layer
from phusong.study import Study, TableInput

FACILITY_KINDS = ("school", "clinic", "commune_office", "loudspeaker", "postal_point")
_POSITION: Columns = {
    "latitude": Number(-90, 90, "deg", required=True, remedy="give WGS 84 degrees"),
    "longitude": Number(-180, 180, "deg", required=True, remedy="give WGS 84 degrees"),
}
_PLACED_LATER: Columns = {
    "latitude": Number(-90, 90, "deg", remedy="give WGS 84 degrees or leave both cells empty"),
    "longitude": Number(-180, 180, "deg", remedy="give WGS 84 degrees or leave both cells empty"),
}
_VILLAGES: Columns = {
    "village_id": Text(required=True, remedy="give every village its own id"),
    "name": Text(required=True, remedy="give every village its name"),
    "commune_code": Text(),
    **_PLACED_LATER,
    "households": Number(0, 1e6, "households"),
    "population": Number(0, 1e7, "people"),
}
_VILLAGES_MAY_SAY: Columns = {
    "postcode": Text(),
    "languages": Text(),
    "poor_households": Number(0, 1e6, "households"),
    "near_poor_households": Number(0, 1e6, "households"),
    **{
        name: Text(allowed=("yes", "no"), remedy="write yes, no, or nothing")
        for name in ("fixed_broadband", "fibre", "grid", "road")
    },
}
_VILLAGE_POSITIONS: Columns = {
    "village_id": Text(required=True, remedy="give the id of the village list"),
    **_PLACED_LATER,
}
_HOUSEHOLDS: Columns = {
    "household_id": Text(required=True, remedy="give every household or building its own id"),
    "village_id": Text(),
    "commune_code": Text(),
    **_POSITION,
    "postcode": Text(),
}
_FACILITIES: Columns = {
    "facility_id": Text(required=True, remedy="give every facility its own id"),
    "kind": Text(required=True, allowed=FACILITY_KINDS),
    "name": Text(),
    "commune_code": Text(),
    **_POSITION,
}
FORM_COLUMNS: Mapping[str, Columns] = {
    "villages": {**_VILLAGES, **_VILLAGES_MAY_SAY},
    "facilities": _FACILITIES,
    "households": _HOUSEHOLDS,
}
"""What each column of a list of places may hold, by input."""


def read_places(study: Study, communes: Communes) -> Places:
    """Read every point and line that the study names.

    Parameters
    ----------
    study
        The study; inputs it does not name are empty.
    communes
        The communes; a point without a commune code gets the one it lies in.

    Returns
    -------
    Places
        All of them in the study's CRS.

    Raises
    ------
    DataError
        A file cannot be used.

    Warns
    -----
    DataWarning
        Points lie outside every commune, or in another one than their code says, or villages
        have no coordinates.
    """
    inputs = study.inputs
    villages, unplaced = _villages(study, communes)
    households = None
    if inputs.households is not None:
        households = _points(study, inputs.households, "inputs.households", _HOUSEHOLDS, communes)
    facilities = _points(study, inputs.facilities, "inputs.facilities", _FACILITIES, communes)
    return Places(
        communes=communes,
        villages=villages,
        facilities=facilities,
        roads=_lines(study, inputs.roads, "inputs.roads"),
        power_lines=_lines(study, inputs.power_lines, "inputs.power_lines"),
        settlements=_settlements(study, villages),
        households=households,
        unplaced=unplaced,
    )


def _villages(study: Study, communes: Communes) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Villages as points, and those that nobody has placed yet."""
    section = study.inputs.villages
    if section is None:
        return _nothing(study, _VILLAGES), pd.DataFrame({name: [] for name in _VILLAGES})
    file = study.path(section.file)
    frame = _rows(section, file, "inputs.villages", _VILLAGES, _VILLAGES_MAY_SAY)
    if study.inputs.village_positions is not None:
        frame = _placed(frame, study, study.inputs.village_positions)
    half = frame["latitude"].isna() != frame["longitude"].isna()
    if half.any():
        line = frame.index[half][0]
        raise DataError(
            f"{file.name} row {line}: only one of latitude and longitude is given; give both or "
            "leave both cells empty"
        )
    nowhere = frame["latitude"].isna()
    if nowhere.any():
        warnings.warn(
            f"{file.name}: {int(nowhere.sum())} of {len(frame)} villages have no coordinates "
            f"(first: row {frame.index[nowhere][0]}); they get no verdict and are listed to be "
            "placed",
            DataWarning,
            stacklevel=3,
        )
    layer = _layer(frame[~nowhere], study, communes, file, "village_id")
    unplaced = frame[nowhere].sort_values("village_id", kind="stable").reset_index(drop=True)
    return layer, unplaced


def _placed(frame: pd.DataFrame, study: Study, section: TableInput) -> pd.DataFrame:
    """Villages with the coordinates of a table of positions, which counts where it has some."""
    file = study.path(section.file)
    positions = _rows(section, file, "inputs.village_positions", _VILLAGE_POSITIONS)
    strangers = positions.index[~positions["village_id"].isin(frame["village_id"])]
    if len(strangers):
        raise DataError(
            f"{file.name} row {strangers[0]}: village_id = "
            f"{positions['village_id'][strangers[0]]!r} is not in the list of villages; correct "
            "it there or here"
        )
    known = positions.dropna(subset=["latitude", "longitude"]).set_index("village_id")
    found = frame.copy()
    for column in ("latitude", "longitude"):
        found[column] = frame["village_id"].map(known[column]).fillna(frame[column])
    return found


def _points(
    study: Study, section: TableInput | None, key: str, columns: Columns, communes: Communes
) -> gpd.GeoDataFrame:
    if section is None:
        return _nothing(study, columns)
    file = study.path(section.file)
    frame = _rows(section, file, key, columns)
    return _layer(frame, study, communes, file, next(iter(columns)))


def _nothing(study: Study, columns: Columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {name: [] for name in columns}, geometry=gpd.GeoSeries([], crs=study.grid.crs)
    )


def _rows(
    section: TableInput, file: Path, key: str, columns: Columns, may_say: Columns | None = None
) -> pd.DataFrame:
    """Rows of a table with their own ids; columns that it may have are kept where it has them."""
    table = read_text_table(file, encoding=section.encoding, key=key)
    if columns is _FACILITIES and "kind" in table:
        table["kind"] = table["kind"].map(kind_of_facility)
    said = {name: spec for name, spec in (may_say or {}).items() if name in table.columns}
    frame = checked(table, {**columns, **said}, file=file)
    identity = next(iter(columns))
    twins = frame.index[frame[identity].duplicated(keep=False)]
    if len(twins):
        raise DataError(
            f"{file.name} rows {', '.join(map(str, twins[:10]))}: {identity} = "
            f"{frame[identity][twins[0]]!r} stands more than once; {columns[identity].remedy}"
        )
    return frame


def _layer(
    frame: pd.DataFrame, study: Study, communes: Communes, file: Path, identity: str
) -> gpd.GeoDataFrame:
    """Rows as points in the study's CRS, each with its commune, by their ids."""
    points = gpd.GeoSeries.from_xy(
        frame["longitude"], frame["latitude"], index=frame.index, crs="EPSG:4326"
    ).to_crs(study.grid.crs)
    nowhere = points.index[~np.isfinite(points.x) | ~np.isfinite(points.y)]
    if len(nowhere):
        row = frame.loc[nowhere[0]]
        raise DataError(
            f"{file.name} row {nowhere[0]}: latitude = {row['latitude']:g}, longitude = "
            f"{row['longitude']:g} is so far away that the study's map ({study.grid.crs}) "
            "has no place for it; correct it, or swap the columns"
        )
    layer = gpd.GeoDataFrame(frame, geometry=points)
    _check_communes(layer, communes, file)
    return layer.sort_values(identity, kind="stable").reset_index(drop=True)


def _settlements(study: Study, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Outlines of villages, by the ids of the village list."""
    section = study.inputs.settlements
    if section is None:
        return None
    file = study.path(section.file)
    layer = read_layer(file, key="inputs.settlements").to_crs(study.grid.crs)
    if "village_id" not in layer.columns:
        raise DataError(
            f"{file.name}: column village_id is missing; the layer has "
            f"{', '.join(c for c in layer.columns if c != 'geometry')}; rename or add it"
        )
    ids = layer["village_id"].astype("string").fillna("").str.strip()
    kinds = layer.geom_type.isin(["Polygon", "MultiPolygon"])
    if not kinds.all():
        raise DataError(
            f"{file.name}: village_id {ids[~kinds].iloc[0]!r} is no polygon; draw its outline, or "
            "leave it out to have people near the village centre counted"
        )
    strangers = ids[~ids.isin(villages["village_id"])]
    if len(strangers):
        raise DataError(
            f"{file.name}: village_id {', '.join(map(repr, strangers[:10]))} is not in the list "
            "of villages; correct it there or here"
        )
    outlines = gpd.GeoDataFrame(
        {"village_id": ids.astype(str)},
        geometry=layer.geometry.make_valid(method="structure", keep_collapsed=False),
    )
    if not outlines.is_empty.any():
        return outlines.dissolve("village_id", sort=True, as_index=False)
    raise DataError(f"{file.name}: the outline of a village holds no area; a polygon is needed")


def _check_communes(layer: gpd.GeoDataFrame, communes: Communes, file: Path) -> None:
    """Give points without a code the commune they lie in; say what does not agree."""
    found = communes.code_at(layer.geometry)
    given = layer["commune_code"]
    layer["commune_code"] = given.where(given != "", found)
    outside = layer.index[layer["commune_code"] == ""]
    if len(outside):
        warnings.warn(
            f"{file.name}: {len(outside)} of {len(layer)} points lie outside every commune of the "
            f"study (first: row {outside[0]}); they are kept but belong to no commune",
            DataWarning,
            stacklevel=4,
        )
    differ = layer.index[(given != "") & (found != given) & given.isin(communes.codes)]
    if len(differ):
        row = differ[0]
        warnings.warn(
            f"{file.name}: {len(differ)} points lie outside the outline of the commune that they "
            f"name (first: row {row}, commune_code = {given[row]}); the code is kept",
            DataWarning,
            stacklevel=4,
        )


def _lines(study: Study, section: TableInput | None, key: str) -> gpd.GeoDataFrame:
    if section is None:
        return gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=study.grid.crs))
    file = study.path(section.file)
    layer = read_layer(file, key=key).to_crs(study.grid.crs)
    if not np.isfinite(layer.total_bounds).all():
        raise DataError(
            f"{file} holds shapes without coordinates, or some that lie nowhere on the Earth; "
            f"export {key} again, with its CRS"
        )
    return gpd.GeoDataFrame(geometry=layer.geometry, crs=layer.crs)
