"""Communes, villages, facilities and lines: where things are."""

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from phusong.errors import DataError


@dataclass(frozen=True, eq=False)
class Communes:
    """The communes that a study asks about, in the study's CRS.

    Parameters
    ----------
    frame
        Columns ``code``, ``name``, ``geometry``; one row per commune, in the study's order.
    vintage
        Which official list the codes belong to; a code means nothing without it.
    approximate
        Whether the outlines are approximate or illustrative.
    """

    frame: gpd.GeoDataFrame
    vintage: str
    approximate: bool = False

    def __post_init__(self) -> None:
        missing = {"code", "name"} - set(self.frame.columns)
        if missing:
            raise DataError(f"communes lack the columns {', '.join(sorted(missing))}")

    @property
    def codes(self) -> tuple[str, ...]:
        """Official codes, as text with leading zeros."""
        return tuple(self.frame["code"])

    @property
    def names(self) -> dict[str, str]:
        """Name by code."""
        return dict(zip(self.frame["code"], self.frame["name"], strict=True))

    def code_at(self, points: gpd.GeoSeries) -> pd.Series:
        """Commune that each point lies in.

        Parameters
        ----------
        points
            Points in the same CRS.

        Returns
        -------
        pandas.Series
            Code, or an empty text outside every commune; overlaps go to the first commune.
        """
        found = pd.Series("", index=points.index, dtype="str")
        for code, outline in zip(self.frame["code"], self.frame.geometry, strict=True):
            inside = points.intersects(outline) & (found == "")
            found[inside] = code
        return found


@dataclass(frozen=True, eq=False)
class Places:
    """Points and lines that coverage and cost are judged at, in the study's CRS.

    Parameters
    ----------
    communes
        The communes asked about.
    villages
        Points with ``village_id``, ``name``, ``commune_code``, ``households``, ``population``.
    facilities
        Points with ``facility_id``, ``kind``, ``name``, ``commune_code``.
    roads, power_lines
        Lines.
    settlements
        Polygons with ``village_id``: how far each village reaches, where that is known.
    households
        Points with ``household_id``, ``village_id``, ``commune_code``, ``postcode``; households
        or buildings, where they are given.
    unplaced
        Villages without coordinates, with the columns of ``villages`` but no geometry.
    """

    communes: Communes
    villages: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    power_lines: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame | None = None
    households: gpd.GeoDataFrame | None = None
    unplaced: pd.DataFrame | None = None

    @property
    def everyone(self) -> pd.DataFrame:
        """All villages without their points, those without coordinates last."""
        placed = pd.DataFrame(self.villages.drop(columns="geometry"))
        if self.unplaced is None or self.unplaced.empty:
            return placed
        nowhere = self.unplaced.drop(columns="geometry", errors="ignore")
        return pd.concat([placed, nowhere.astype({"village_id": "object"})], ignore_index=True)


class Standing(NamedTuple):
    """Where something stands.

    Parameters
    ----------
    code, name
        Of the commune.
    is_inside
        False where it stands outside every commune and this is the nearest one.
    """

    code: str
    name: str
    is_inside: bool = True


def commune_at(easting: float, northing: float, places: Places) -> Standing:
    """Commune that a point lies in or, outside every commune, the nearest one.

    Parameters
    ----------
    easting, northing
        The point [m].
    places
        The communes.

    Returns
    -------
    Standing
        Code and name, and whether it lies inside.
    """
    frame = places.communes.frame
    away_m = frame.distance(Point(easting, northing)).to_numpy()
    nearest = int(np.argmin(away_m))
    return Standing(
        str(frame["code"].iloc[nearest]), str(frame["name"].iloc[nearest]),
        is_inside=bool(away_m[nearest] == 0.0),
    )  # fmt: skip
