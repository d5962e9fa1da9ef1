"""Reading commune outlines, keyed by official code and vintage, never by bare name."""

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.errors import DataError, DataWarning
from phusong.geo.gazetteer import Gazetteer
from phusong.geo.names import NameRules, bare_forms
from phusong.geo.places import Communes
from phusong.sources.vector_files import read_layer
from phusong.study import Study
from phusong.texts import plain_text

SAME_PLACE = 0.5
"""Share of the smaller of two outlines from which they cannot both be right."""
SLIVER_KM2 = 0.01
"""Outlines drawn apart meet no better than this."""


def read_communes(file: Path, study: Study, gazetteer: Gazetteer | None = None) -> Communes:
    """Read the outlines of the study's communes.

    Parameters
    ----------
    file
        Vector layer with a code column; ``inputs.boundaries.codes`` maps the file's own keys
        to official codes where they differ.
    study
        Which communes, which vintage, which columns.
    gazetteer
        Official names, and whether the codes are of that vintage; None to take the file's word.

    Returns
    -------
    Communes
        The outlines in the study's CRS, in the study's order.

    Raises
    ------
    DataError
        A column or commune is missing, a code stands twice, an outline holds no area or lies for
        the most part in another one, the vintage is another one, or the gazetteer does not know a
        code in it.

    Warns
    -----
    DataWarning
        An outline crossed itself and was repaired, outlines overlap, or the file names a commune
        in a way that is no spelling of its official name.
    """
    section = study.inputs.boundaries
    layer = read_layer(file, key="inputs.boundaries")
    for column in (section.code_column, section.name_column):
        _refuse_without(layer, column, file)
    _check_vintage(layer, file, study)
    codes = _codes(layer, study)
    wanted = codes.isin(list(study.area.communes))
    _check_codes(codes[wanted], file, study)
    chosen = layer[wanted].to_crs(study.grid.crs)
    official = {**_official_names(study, gazetteer), **section.names}
    frame = gpd.GeoDataFrame(
        {
            "code": codes[wanted].astype(str),
            "name": [
                plain_text(official.get(code, str(name)))
                for code, name in zip(codes[wanted], chosen[section.name_column], strict=True)
            ],
        },
        geometry=_repaired(chosen.geometry, codes[wanted], file),
        crs=study.grid.crs,
    )
    if gazetteer is not None:
        _check_names(codes[wanted], chosen[section.name_column], file, study, gazetteer)
    frame = frame.set_index("code", drop=False).loc[list(study.area.communes)]
    _check_overlaps(frame.geometry, file)
    return Communes(frame.reset_index(drop=True), study.area.vintage, section.approximate)


def commune_regions(file: Path, study: Study, column: str) -> dict[str, str]:
    """Read which region each commune of a study lies in.

    Parameters
    ----------
    file
        The layer of outlines.
    study
        Which communes.
    column
        Column of the layer that tells the region.

    Returns
    -------
    dict
        Text of the column by commune code, in the study's order.

    Raises
    ------
    DataError
        The column or a commune is missing, or a commune has no region.
    """
    layer = read_layer(file, key="inputs.boundaries")
    for needed in (study.inputs.boundaries.code_column, column):
        _refuse_without(layer, needed, file)
    codes = _codes(layer, study)
    wanted = codes.isin(list(study.area.communes))
    _check_codes(codes[wanted], file, study)
    told = layer[column].astype("string").fillna("").str.strip()
    found = dict(zip(codes[wanted], told[wanted].astype(str), strict=True))
    nowhere = [code for code in study.area.communes if not found[code]]
    if nowhere:
        raise DataError(
            f"{file.name}: {column} is empty for commune {', '.join(nowhere[:5])}; fill it in, or "
            "name another column by --by"
        )
    return {code: found[code] for code in study.area.communes}


def _refuse_without(layer: gpd.GeoDataFrame, column: str, file: Path) -> None:
    if column not in layer.columns:
        raise DataError(
            f"{file.name}: column {column} is missing; the layer has "
            f"{', '.join(c for c in layer.columns if c != 'geometry')}; "
            "name its columns in inputs.boundaries"
        )


def _codes(layer: gpd.GeoDataFrame, study: Study) -> pd.Series:
    """Official code of each outline, empty where it has none."""
    section = study.inputs.boundaries
    keys = layer[section.code_column].astype("string").fillna("").str.strip()
    return keys.map(lambda key: section.codes.get(str(key), "" if section.codes else str(key)))


def _official_names(study: Study, gazetteer: Gazetteer | None) -> dict[str, str]:
    if gazetteer is None:
        return {}
    vintage = study.area.vintage
    return {code: gazetteer.unit(code, vintage=vintage).name for code in study.area.communes}


def _check_names(
    codes: pd.Series, names: pd.Series, file: Path, study: Study, gazetteer: Gazetteer
) -> None:
    """Say when the file calls a commune something that is no spelling of its name."""
    rules = gazetteer.rules.get("commune", NameRules())
    for code, name in zip(codes, names, strict=True):
        unit = gazetteer.unit(code, vintage=study.area.vintage)
        known = {f for s in (unit.name, *unit.variants) for f in bare_forms(s, rules)}
        if not known & set(bare_forms(str(name), rules)):
            warnings.warn(
                f"{file.name}: commune {code} is called {name!r}, officially it is {unit.name!r}; "
                "check inputs.boundaries.codes and the vintage",
                DataWarning,
                stacklevel=3,
            )


def _check_vintage(layer: gpd.GeoDataFrame, file: Path, study: Study) -> None:
    if "vintage" not in layer.columns:
        return
    found = layer["vintage"]
    if pd.api.types.is_datetime64_any_dtype(found):  # readers take an ISO date for a time
        found = found.dt.date
    others = sorted({str(v) for v in found} - {study.area.vintage})
    if others:
        raise DataError(
            f"{file.name}: vintage is {', '.join(others)}, the study asks for "
            f"{study.area.vintage}; the same code may mean another commune, so give the outlines "
            "of that vintage or change area.vintage"
        )


def _check_codes(codes: pd.Series, file: Path, study: Study) -> None:
    twins = sorted(set(codes[codes.duplicated()]))
    if twins:
        raise DataError(
            f"{file.name}: code {', '.join(twins)} stands more than once; merge the parts first"
        )
    missing = [c for c in study.area.communes if c not in set(codes)]
    if missing:
        names = study.inputs.boundaries.names
        shown = ", ".join(f"{c} {names.get(c, '')}".strip() for c in missing)
        raise DataError(
            f"{file.name}: no outline for commune {shown}; check area.communes, the code column "
            f"({study.inputs.boundaries.code_column}) and leading zeros"
        )


def _repaired(outlines: gpd.GeoSeries, codes: pd.Series, file: Path) -> gpd.GeoSeries:
    kinds = outlines.geom_type.isin(["Polygon", "MultiPolygon"])
    if not kinds.all():
        kind = outlines[~kinds].iloc[0]
        raise DataError(
            f"{file.name}: commune {codes[~kinds].iloc[0]} "
            f"{'has no outline' if kind is None else f'is a {kind.geom_type}'}, "
            "a polygon is needed"
        )
    broken = ~outlines.is_valid
    if broken.any():
        warnings.warn(
            f"{file.name}: the outline of commune {', '.join(codes[broken])} crosses itself and "
            "was repaired",
            DataWarning,
            stacklevel=3,
        )
        outlines = outlines.make_valid(method="structure", keep_collapsed=False)
    empty = outlines.area <= 0
    if empty.any():
        raise DataError(
            f"{file.name}: the outline of commune {', '.join(codes[empty])} holds no area; "
            "a polygon is needed"
        )
    return outlines


def _check_overlaps(outlines: gpd.GeoSeries, file: Path) -> None:
    """Refuse a commune that lies in another one; say where outlines overlap otherwise."""
    shapes = outlines.to_numpy()
    first, second = outlines.sindex.query(shapes, predicate="intersects")
    pairs = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True) if a < b]
    shared = {(a, b): shapes[a].intersection(shapes[b]).area for a, b in sorted(pairs)}
    for (a, b), area in shared.items():
        smaller = min(shapes[a].area, shapes[b].area)
        if area >= SAME_PLACE * smaller:
            raise DataError(
                f"{file.name}: communes {outlines.index[a]} and {outlines.index[b]} share "
                f"{area / 1e6:.2f} km², {100 * area / smaller:.0f} % of the smaller one; check "
                "their codes, or cut one out of the other"
            )
    wide = {pair: area for pair, area in shared.items() if area >= 1e6 * SLIVER_KM2}
    if wide:
        (a, b), largest = max(wide.items(), key=lambda item: item[1])
        warnings.warn(
            f"{file.name}: outlines overlap by {sum(wide.values()) / 1e6:.2f} km² in all, between "
            f"{len(wide)} pairs of communes (the most: {outlines.index[a]} and "
            f"{outlines.index[b]}, {largest / 1e6:.2f} km²); people and area there count for each "
            "of them, so that sums over communes are too large by as much",
            DataWarning,
            stacklevel=3,
        )
