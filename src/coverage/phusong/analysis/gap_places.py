"""What a gap is called: by the villages in it, or by the nearest one and where from it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.language import LANGUAGES, number_text, translated, translated_count

BESIDE_KM = 0.1
"""A place nearer than this to a village is told as beside it [km]."""


def gap_places(
    gaps: gpd.GeoDataFrame, living: pd.DataFrame, villages: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Names by which people know where gaps are.

    Parameters
    ----------
    gaps
        Gaps with ``gap_id``, ``commune`` and their outlines.
    living
        Where most people of each gap live, or a point inside: ``easting``, ``northing``, indexed
        like the gaps [m].
    villages
        Villages in the CRS of the gaps, with ``name`` and, where it is known, ``population``.

    Returns
    -------
    pandas.DataFrame
        ``place_en`` and ``place_vi``, indexed like the gaps: the village with most people inside
        and how many more; without one, how far and in which direction the gap is from the nearest
        village; without any village, its number in the commune.
    """
    names = [
        _place(gap, living.loc[gap.Index], villages, inside)
        for gap, inside in zip(gaps.itertuples(), _inside(gaps, villages), strict=True)
    ]
    columns = [f"place_{language}" for language in sorted(LANGUAGES)]
    return pd.DataFrame(names, index=gaps.index, columns=columns, dtype="str")


def _inside(gaps: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> list[list[int]]:
    """Villages inside each gap, those with most people first."""
    found: list[list[int]] = [[] for _ in range(len(gaps))]
    if villages.empty or gaps.empty:
        return found
    people = villages.get("population", pd.Series(0.0, index=villages.index)).fillna(0.0)
    size = people.to_numpy(dtype=np.float64)
    pairs = villages.sindex.query(gaps.geometry, predicate="intersects")
    for gap, village in sorted(zip(*pairs.tolist(), strict=True)):
        found[gap].append(village)
    return [sorted(inside, key=lambda village: -size[village]) for inside in found]


def _place(
    gap: object, home: pd.Series, villages: gpd.GeoDataFrame, inside: list[int]
) -> dict[str, str]:
    if inside:
        first, more = str(villages["name"].iloc[inside[0]]), len(inside) - 1
        return {f"place_{name}": _among(first, more, name) for name in LANGUAGES}
    if villages.empty:
        number = int(str(gap.gap_id).rpartition("-")[2])  # type: ignore[attr-defined]
        commune = str(gap.commune)  # type: ignore[attr-defined]
        return {f"place_{name}": _numbered(number, commune, name) for name in LANGUAGES}
    point = shapely.Point(home["easting"], home["northing"])
    nearest = int(villages.sindex.nearest(point, return_all=False)[1][0])
    village = villages.geometry.iloc[nearest]
    east_m, north_m = point.x - village.x, point.y - village.y
    label = str(villages["name"].iloc[nearest])
    return {f"place_{name}": _beside(label, east_m, north_m, name) for name in LANGUAGES}


def _among(village: str, more: int, language: str) -> str:
    if not more:
        return village
    words = translated_count(
        "{village} and {more} more village", "{village} and {more} more villages", more, language
    )
    return words.format(village=village, more=more)


def _numbered(number: int, commune: str, language: str) -> str:
    return translated("Area {number} of {commune}", language).format(number=number, commune=commune)


def _beside(village: str, east_m: float, north_m: float, language: str) -> str:
    apart_km = float(np.hypot(east_m, north_m)) / 1000
    if apart_km < BESIDE_KM:
        return translated("Beside {village}", language).format(village=village)
    return translated("{apart} km {direction} of {village}", language).format(
        apart=number_text(apart_km, language, 1),
        direction=_direction(east_m, north_m, language),
        village=village,
    )


def _direction(east_m: float, north_m: float, language: str) -> str:
    """One of eight directions of the compass."""
    names = (
        translated("north", language), translated("north-east", language),
        translated("east", language), translated("south-east", language),
        translated("south", language), translated("south-west", language),
        translated("west", language), translated("north-west", language),
    )  # fmt: skip
    return names[round(float(np.degrees(np.arctan2(east_m, north_m))) / 45) % len(names)]
