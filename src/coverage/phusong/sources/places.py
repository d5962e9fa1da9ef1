"""Reading villages, facilities, roads and power lines."""

import warnings
from pathlib import Path

import geopandas as gpd

from phusong.errors import DataError, DataWarning
from phusong.geo.places import Communes, Places
from phusong.sources.tables import Columns, Number, Text, checked, read_layer, read_text_table
from phusong.study import Study, TableInput

FACILITY_KINDS = ("school", "clinic", "commune_office", "loudspeaker", "postal_point")
_POSITION: Columns = {
    "latitude": Number(-90, 90, "deg", required=True, remedy="give WGS 84 degrees"),
    "longitude": Number(-180, 180, "deg", required=True, remedy="give WGS 84 degrees"),
}
_VILLAGES: Columns = {
    "village_id": Text(required=True, remedy="give every village its own id"),
    "name": Text(required=True, remedy="give every village its name"),
    "commune_code": Text(),
    **_POSITION,
    "households": Number(0, 1e6, "households"),
    "population": Number(0, 1e7, "people"),
}
_VILLAGES_MAY_SAY: Columns = {
    "postcode": Text(),
    "fixed_broadband": Text(allowed=("yes", "no"), remedy="write yes, no, or nothing"),
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
        Points lie outside every commune, or in another one than their code says.
    """
    inputs = study.inputs
    villages = _points(
        study, inputs.villages, "inputs.villages", _VILLAGES, communes, _VILLAGES_MAY_SAY
    )
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
    )


def _points(
    study: Study,
    section: TableInput | None,
    key: str,
    columns: Columns,
    communes: Communes,
    may_say: Columns | None = None,
) -> gpd.GeoDataFrame:
    """Points of a table; columns that it may have are kept where it has them."""
    if section is None:
        return gpd.GeoDataFrame(
            {name: [] for name in columns}, geometry=gpd.GeoSeries([], crs=study.grid.crs)
        )
    file = study.path(section.file)
    table = read_text_table(file, encoding=section.encoding, key=key)
    said = {name: spec for name, spec in (may_say or {}).items() if name in table.columns}
    frame = checked(table, {**columns, **said}, file=file)
    identity = next(iter(columns))
    twins = frame.index[frame[identity].duplicated(keep=False)]
    if len(twins):
        raise DataError(
            f"{file.name} rows {', '.join(map(str, twins[:10]))}: {identity} = "
            f"{frame[identity][twins[0]]!r} stands more than once; {columns[identity].remedy}"
        )
    points = gpd.GeoSeries.from_xy(
        frame["longitude"], frame["latitude"], index=frame.index, crs="EPSG:4326"
    ).to_crs(study.grid.crs)
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
    layer = read_layer(study.path(section.file), key=key).to_crs(study.grid.crs)
    return gpd.GeoDataFrame(geometry=layer.geometry, crs=layer.crs)
