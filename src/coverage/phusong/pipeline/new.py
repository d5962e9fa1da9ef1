"""Making a new study: outlines from a box, a file or a name, and a study file around them."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from phusong.errors import DataError
from phusong.geo.names import file_key
from phusong.sources.fetch.catalogue import hosts, open_source
from phusong.sources.fetch.job import Job
from phusong.sources.fetch.overpass import Feature, ask
from phusong.sources.fetch.ranges import Bounds, unbroken
from phusong.sources.fetch.wire import Wire, wire_from_environment
from phusong.sources.new_study import NewStudy
from phusong.sources.study_file import study_of_text
from phusong.sources.vector_files import read_layer
from phusong.store.files import write_text, write_whole

GEOD = Geod(ellps="WGS84")
WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Outlines:
    """Areas that a new study asks about.

    Parameters
    ----------
    frame
        Outlines in WGS 84 with columns ``code`` and ``name``.
    source, licence
        Where they are from.
    file
        The user's own file; None when they are made here.
    code_column, name_column
        Columns of the file.
    """

    frame: gpd.GeoDataFrame
    source: str
    licence: str
    file: Path | None = None
    code_column: str = "code"
    name_column: str = "name"


def outlines_of_box(bounds: Bounds, title: str) -> Outlines:
    """One area: a box.

    Parameters
    ----------
    bounds
        West, south, east and north [degrees, WGS 84].
    title
        Its name.

    Returns
    -------
    Outlines
        The box.

    Raises
    ------
    DataError
        The box is empty, or wider than the half of the globe.
    """
    west, south, east, north = bounds
    wide = (east - west) % 360.0
    inside = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90
    if not inside or not 0.0 < wide < 180.0:
        raise DataError(
            f"--bbox {west:g} {south:g} {east:g} {north:g} is not west south east north in "
            "degrees: longitude comes first, then latitude (east is below west across the "
            "antimeridian, as in 179.5 -17 -179.5 -16)"
        )
    sides = [box(*part) for part in unbroken(bounds) if part[0] < part[2]]
    area = sides[0] if len(sides) == 1 else MultiPolygon(sides)
    frame = gpd.GeoDataFrame(
        {"code": ["area-1"], "name": [title]}, geometry=[area], crs="EPSG:4326"
    )
    return Outlines(frame, f"a box: {west:g}, {south:g}, {east:g}, {north:g}", "none needed")


def outlines_of_file(file: Path, code_column: str | None, name_column: str | None) -> Outlines:
    """Every area of a file of the user.

    Parameters
    ----------
    file
        Vector layer with a CRS.
    code_column, name_column
        Its columns; ``code`` and ``name`` by default.

    Returns
    -------
    Outlines
        Its areas.

    Raises
    ------
    DataError
        It cannot be read, or a column is missing.
    """
    if not file.is_file():
        raise DataError(f"--boundary {file} does not exist; name a file of outlines")
    layer = read_layer(file, key="--boundary")
    code, name = code_column or "code", name_column or code_column or "name"
    for column, option in ((code, "--code-column"), (name, "--name-column")):
        if column not in layer.columns:
            raise DataError(
                f"{file.name} has no column {column}; it has "
                f"{', '.join(c for c in layer.columns if c != 'geometry')}: name one by {option}"
            )
    frame = gpd.GeoDataFrame(
        {"code": layer[code].astype(str), "name": layer[name].astype(str)},
        geometry=layer.geometry.to_crs("EPSG:4326"),
    )
    return Outlines(frame, f"{file.name}, given by the user", "not stated", file, code, name)


def outlines_of_name(name: str, wire: Wire | None = None) -> Outlines:
    """The administrative area of a name, from OpenStreetMap.

    Parameters
    ----------
    name
        As it stands on the map.
    wire
        The way to the hosts of the catalogue; as the environment says by default.

    Returns
    -------
    Outlines
        One area.

    Raises
    ------
    DataError
        None or several areas have the name, or the network does not answer.
    """
    source = open_source("osm-places")
    safe = re.sub(r'["\\\n\r]', "", name)
    job = Job(source, wire or wire_from_environment(hosts()), Path(), WORLD)
    found = ask(job, f'relation["boundary"="administrative"]["name"="{safe}"];')
    areas = [(f, area) for f in found if (area := _area_of(f)) is not None]
    if len(areas) != 1:
        said = "; ".join(
            f"level {f['tags'].get('admin_level', '?')}, relation {f['id']}" for f, _ in areas
        )
        raise DataError(
            f"OpenStreetMap has {len(areas)} areas called {name!r}"
            f"{f' ({said})' if said else ''}; give its full name as on the map, or use --bbox or "
            "--boundary"
        )
    feature, area = areas[0]
    frame = gpd.GeoDataFrame(
        {"code": [f"osm-r{feature['id']}"], "name": [name]}, geometry=[area], crs="EPSG:4326"
    )
    return Outlines(frame, f"OpenStreetMap, relation {feature['id']}", source.licence)


def _area_of(feature: Feature) -> BaseGeometry | None:
    """Area of a relation, from the ways at its edge."""
    ways = [
        [(p["lon"], p["lat"]) for p in member["geometry"]]
        for member in feature.get("members", ())
        if member.get("type") == "way" and member.get("role") != "inner" and member.get("geometry")
    ]
    lines = [way for way in ways if len(way) > 1]
    polygons = list(polygonize(unary_union([LineString(way) for way in lines]))) if lines else []
    return MultiPolygon(polygons) if polygons else None


def write_new_study(
    file: Path, outlines: Outlines, *, title: str, country: str, vintage: str
) -> Path:
    """Write a study file and its outlines; nothing that is there is overwritten.

    Parameters
    ----------
    file
        Study file to write, ``.toml``.
    outlines
        What is asked about.
    title
        For people.
    country
        ISO 3166 code of three letters, or empty.
    vintage
        Of the codes, such as a date.

    Returns
    -------
    pathlib.Path
        The study file.

    Raises
    ------
    DataError
        The file is there already, its name cannot be that of a study, or the study that would
        come out is not valid.
    """
    if country and not re.fullmatch(r"[A-Za-z]{3}", country):
        raise DataError(
            f"--country {country} is no code of a country; give the three letters of ISO 3166, "
            "for example VNM"
        )
    if file.exists():
        raise DataError(f"{file} is there already and is not overwritten; choose another name")
    name = file_key(file.stem)
    if file.suffix != ".toml" or not name:
        raise DataError(f"{file} is not a name for a study file; use for example configs/name.toml")
    root = file.resolve().parent
    root = root.parent if root.name == "configs" else root
    suffix = outlines.file.suffix if outlines.file else ".geojson"
    place = Path("data") / "raw" / name / f"boundaries{suffix}"
    area_km2 = sum(abs(GEOD.geometry_area_perimeter(g)[0]) for g in outlines.frame.geometry) / 1e6
    made = NewStudy(
        name=name,
        title=title or file.stem,
        bounds=bounds_of(outlines.frame),
        area_km2=area_km2,
        codes=tuple(outlines.frame["code"]),
        names=tuple(outlines.frame["name"]),
        boundaries=place.as_posix(),
        code_column=outlines.code_column,
        name_column=outlines.name_column,
        vintage=vintage,
        country=country.upper(),
        boundary_source=outlines.source,
        boundary_licence=outlines.licence,
    )
    text = made.text()
    study_of_text(text, file)  # what cannot be read again is not written, nor are its outlines
    _write_outlines(root / place, outlines)
    write_text(file, text)
    return file


def bounds_of(frame: gpd.GeoDataFrame) -> Bounds:
    """The narrowest box around areas, which may run across the antimeridian.

    Parameters
    ----------
    frame
        Areas in WGS 84.

    Returns
    -------
    tuple of float
        West, south, east and north [degrees]; east is below west across the antimeridian.
    """
    parts = frame.geometry.explode().bounds
    west, south, east, north = (float(v) for v in frame.total_bounds)
    turned = parts[["minx", "maxx"]].add(360.0 * (parts["maxx"] <= 0.0), axis=0)
    low, high = float(turned["minx"].min()), float(turned["maxx"].max())
    if high - low < east - west and high > 180.0:
        return low, south, high - 360.0, north
    return west, south, east, north


def _write_outlines(target: Path, outlines: Outlines) -> None:
    if target.exists():
        raise DataError(f"{target} is there already and is not overwritten; choose another name")
    if outlines.file is not None:
        source = outlines.file
        write_whole(target, lambda aside: shutil.copyfile(source, aside))
        return
    features = [
        {
            "type": "Feature",
            "properties": {"code": row.code, "name": row.name_},
            "geometry": mapping(row.geometry),
        }
        for row in outlines.frame.rename(columns={"name": "name_"}).itertuples()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    write_text(target, text + "\n")
