"""How sure it is what households and villages can use, by the signal at village centres."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from phusong.analysis.counts import interval
from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, UNKNOWN, Confidence
from phusong.analysis.level_errors import ErrorDraws, SectorLines, above_line_db
from phusong.analysis.loudspeakers import KIND
from phusong.analysis.outreach import COUNTED, WAYS, languages_by_commune
from phusong.analysis.reach import NO_SERVER, ReachLayer
from phusong.analysis.verdict_intervals import centre_cells, centre_noise
from phusong.geo.places import Communes
from phusong.units import BoolArray, FloatArray

Codes = NDArray[np.uint8]
_ENDS = ((COVERED, "covered"), (MARGINAL, "marginal"), (NO_SIGNAL, "no_signal"))


def centre_draws(
    villages: gpd.GeoDataFrame,
    layer: ReachLayer,
    *,
    lines: SectorLines,
    draws: ErrorDraws,
    confidence: Confidence,
) -> Codes:
    """Class of service at each village centre in each draw.

    Parameters
    ----------
    villages
        Points in the grid's CRS.
    layer
        Level, server and probability.
    lines
        What each sector needs.
    draws
        Errors of levels.
    confidence
        Where the lines between the classes are drawn.

    Returns
    -------
    numpy.ndarray
        Draws × villages: 0 no signal, 1 marginal, 2 covered, 255 unknown. The centre is one place,
        and the errors are those of the verdicts.
    """
    cell = centre_cells(villages, draws.grid)
    at = np.maximum(cell, 0)
    centre = layer.at(at)
    server = centre.server
    site = np.where(server == NO_SERVER, 0, np.append(lines.site, 0)[server])
    location = np.append(lines.location_db, 0.0)[server]
    error = draws.level_db(site, draws.square(at)) + location * centre_noise(draws, cell.size)
    found = np.full(error.shape, NO_SIGNAL, dtype=np.uint8)
    for value, percent in (
        (MARGINAL, confidence.marginal_percent), (COVERED, confidence.covered_percent),
    ):  # fmt: skip
        above = above_line_db(centre, lines, line_percent=percent)
        found[above + error >= 0.0] = value
        found[:, np.isnan(above)] = UNKNOWN
    found[:, cell < 0] = UNKNOWN
    return found


def _sums(drawn: BoolArray, weight: FloatArray, groups: csr_array) -> FloatArray:
    """What counts in each draw, group by group; what is not known counts nowhere."""
    return np.asarray((drawn * np.nan_to_num(weight)) @ groups.T)


def _members(groups: list[BoolArray]) -> csr_array:
    return csr_array(np.array(groups, dtype=np.float64).reshape(len(groups), -1))


def with_support_intervals(
    table: pd.DataFrame, drawn: Codes, villages: pd.DataFrame, communes: Communes
) -> pd.DataFrame:
    """Put intervals beside households by signal.

    Parameters
    ----------
    table
        See :func:`phusong.analysis.outreach.support_table`.
    drawn
        Draws × villages, from :func:`centre_draws`.
    villages
        The villages that the table counts, in the order of the draws.
    communes
        The communes, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        With ``_p10`` and ``_p90`` of villages and of each kind of household, covered, marginal
        and without signal, at its end. Households are those of the list in every draw.
    """
    own = villages["commune_code"].to_numpy()
    groups = _members([own == code for code in communes.codes])
    weights = {"villages": np.ones(len(villages))}
    weights |= {
        name: villages[name].to_numpy(dtype=np.float64) for name in COUNTED if name in villages
    }
    found: dict[str, FloatArray] = {}
    for value, end in _ENDS:
        for name, weight in weights.items():
            found |= interval(f"{name}_{end}", "", _sums(drawn == value, weight, groups))
    return table.assign(**found)


def with_information_intervals(
    table: pd.DataFrame,
    drawn: Codes,
    villages: pd.DataFrame,
    facilities: pd.DataFrame,
    communes: Communes,
) -> pd.DataFrame:
    """Put intervals beside villages by how they can be told something.

    Parameters
    ----------
    table
        See :func:`phusong.analysis.outreach.information_table`.
    drawn
        Draws × villages, from :func:`centre_draws`.
    villages
        The villages that the table counts, in the order of the draws.
    facilities
        Facilities with the nearest ``village_id``: loudspeakers stand where they stand.
    communes
        The communes, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        With ``_p10`` and ``_p90`` of the villages of each way at its end.
    """
    loud = villages["village_id"].isin(
        facilities.loc[facilities["kind"] == KIND, "village_id"]
    ).to_numpy()  # fmt: skip
    groups = _members([
        group.to_numpy()
        for languages in languages_by_commune(villages, communes).values()
        for group in languages.values()
    ])  # fmt: skip
    ones = np.ones(len(villages))
    found: dict[str, FloatArray] = {}
    for (mobile, by_loudspeaker), way in WAYS.items():
        told = ((drawn == COVERED) == mobile) & (loud == by_loudspeaker)
        told &= (drawn != UNKNOWN) | loud
        found |= interval(f"villages_by_{way.replace(' ', '_')}", "", _sums(told, ones, groups))
    return table.assign(**found)
