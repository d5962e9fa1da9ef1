"""Layers of a study for GIS software: the rows of its tables, each with its place."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from phusong.analysis.reach import ANY
from phusong.reporting.columns import cell_kind
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.tables import tidy

_WGS84 = "EPSG:4326"
_POINTS = {
    "options": "plan/priorities.csv",
    "villages": "gaps/villages.csv",
    "facilities": "gaps/facilities.csv",
}
_PLACE = ("longitude", "latitude")
_ENDS = ("from_longitude", "from_latitude", "to_longitude", "to_latitude")


def gis_layers(
    facts: StudyFacts, tables: Mapping[str, pd.DataFrame]
) -> dict[str, gpd.GeoDataFrame]:
    """Layers of a study in its own CRS, with the numbers of its tables.

    Parameters
    ----------
    facts
        The study, cut down to its reader.
    tables
        Tables of the reader by path, every cell as text.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        From the top of a drawing down: ``options``, ``links``, ``sites``, ``villages``,
        ``facilities``, ``gaps``, ``communes``; those without rows are left out.
    """
    points = {
        name: _points(typed(tables[path])) for name, path in _POINTS.items() if path in tables
    }
    layers = {
        "options": points.get("options"),
        "links": _links(tables),
        "sites": _sites(facts),
        "villages": points.get("villages"),
        "facilities": points.get("facilities"),
        "gaps": _gaps(facts),
        "communes": _communes(facts, tables),
    }
    return {
        name: gpd.GeoDataFrame(layer.to_crs(facts.grid.crs)).reset_index(drop=True)
        for name, layer in layers.items()
        if layer is not None and len(layer)
    }


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """A table with numbers where all cells of a column are numbers.

    Parameters
    ----------
    table
        Every cell as text, empty where nothing is known.

    Returns
    -------
    pandas.DataFrame
        Whole numbers as integers where none is missing, other numbers with NaN for what is not
        known, the rest as text.
    """
    found = {}
    for name in table.columns:
        cells = table[name]
        if cell_kind(str(name), cells) != "number":
            found[name] = cells
            continue
        whole = bool(cells.str.fullmatch(r"-?[0-9]{1,15}").all())
        found[name] = cells.astype("int64") if whole else pd.to_numeric(cells)
    return pd.DataFrame(found, columns=table.columns, index=table.index)


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows that have a place; a row without one is in the table alone."""
    places = [pd.to_numeric(table[name], errors="coerce") for name in _PLACE]
    there = places[0].notna() & places[1].notna()
    longitude, latitude = (place[there] for place in places)
    points = gpd.points_from_xy(longitude, latitude)
    return gpd.GeoDataFrame(table[there], geometry=points, crs=_WGS84)


def _links(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    """Links that have two ends."""
    if "plan/backhaul.csv" not in tables:
        return None
    table = typed(tables["plan/backhaul.csv"])
    ends = table[list(_ENDS)].apply(pd.to_numeric, errors="coerce")
    there = ends.notna().all(axis="columns")
    places = ends[there].to_numpy().reshape(-1, 2, 2)
    return gpd.GeoDataFrame(
        table[there], geometry=gpd.GeoSeries(shapely.linestrings(places), crs=_WGS84).to_numpy(),
        crs=_WGS84,
    )  # fmt: skip


def _sites(facts: StudyFacts) -> gpd.GeoDataFrame | None:
    """Sites on air, one feature for each site of an operator."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    seen: dict[tuple[str, str], list[str]] = {}
    for sector in facts.sectors:
        key = (sector.operator, sector.site_id)
        seen.setdefault(key, []).append(sector.technology)
        rows.setdefault(
            key,
            {
                "site_id": sector.site_id, "operator": sector.operator, "technologies": "",
                "sectors": 0, "mast_height_m": sector.mast_height_m, "status": sector.status,
                "latitude": sector.latitude, "longitude": sector.longitude,
            },
        )  # fmt: skip
    for key, technologies in seen.items():
        rows[key]["technologies"] = "; ".join(dict.fromkeys(technologies))
        rows[key]["sectors"] = len(technologies)
    if not rows:
        return None
    return _points(tidy(pd.DataFrame(list(rows.values())), practice=facts.practice is not None))


def _gaps(facts: StudyFacts) -> gpd.GeoDataFrame:
    polygons = facts.gaps.polygons
    table = tidy(polygons, practice=facts.practice is not None)
    return gpd.GeoDataFrame(table, geometry=polygons.geometry, crs=polygons.crs)


def _communes(facts: StudyFacts, tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    """Outlines with the row of the commune for all operators and the first technology."""
    if "gaps/communes.csv" not in tables:
        return None
    table = typed(tables["gaps/communes.csv"])
    table = table[(table["operator"] == ANY) & (table["technology"] == facts.technology)]
    outlines = facts.places.communes.frame.set_index("code").geometry
    known = table[table["commune_code"].isin(set(outlines.index))]
    shapes = outlines.loc[list(known["commune_code"])].to_numpy()
    return gpd.GeoDataFrame(known, geometry=shapes, crs=outlines.crs)
