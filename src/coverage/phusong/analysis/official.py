"""Official figures first: the population raster is scaled to them, and both totals are kept."""

import numpy as np
import pandas as pd

from phusong.analysis.gaps import cell_shares, zonal_sums
from phusong.errors import DataError
from phusong.geo.people import OfficialFigures, People
from phusong.geo.places import Communes

LEAST_MULTIPLE = -1e-9
"""How far below zero rounding may push what people of a cell are multiplied by."""
MET = 1e-9
"""How well the official figures must be met, of each of them."""
SHOWN = (
    "poor_households", "near_poor_households", "poor_rate_percent", "poor_rate_relation",
    "near_poor_rate_percent", "poor_and_near_poor_rate_percent",
)  # fmt: skip


def scaled_to_official(people: People, communes: Communes, population: pd.Series) -> People:
    r"""Scale people per cell so that each commune has its official population.

    Parameters
    ----------
    people
        People per cell, as the raster has them.
    communes
        The communes.
    population
        Official population by commune code; communes that it lacks keep the raster's.

    Returns
    -------
    People
        People per cell; the sums over the communes named are the official ones.

    Raises
    ------
    DataError
        The raster has nobody in a commune that officially has people, or the official figures
        are too far from the raster to share the cells that communes have in common.

    Notes
    -----
    With :math:`f_{ci}` the share of cell :math:`i` inside commune :math:`c` and :math:`n_i` its
    people, the result is :math:`n_i (1 + \sum_c f_{ci} x_c)`, where :math:`x` solves
    :math:`\sum_d (\sum_i f_{ci} f_{di} n_i)\, x_d = P_c - \sum_i f_{ci} n_i`. Cells inside one
    commune are all multiplied by the same number, cells on a border by what lies between, and
    overlapping outlines are each given their whole figure.
    """
    asked = communes.frame[communes.frame["code"].isin(population.index)]
    if asked.empty:
        return people
    count = np.nan_to_num(people.count).ravel()
    share = cell_shares(people.grid, asked.geometry)
    raster = share @ count
    official = population.loc[asked["code"]].to_numpy(dtype=np.float64)
    nobody = (raster <= 0) & (official > 0)
    if nobody.any():
        code = asked["code"].to_numpy()[nobody][0]
        raise DataError(
            f"the population raster has nobody in commune {code}, which officially has "
            f"{official[nobody][0]:g} people; check the raster's area and nodata value"
        )
    known = raster > 0
    share, raster, official = share[known], raster[known], official[known]
    gram = (share * count) @ share.T
    change = np.linalg.lstsq(gram.toarray(), official - raster, rcond=None)[0]
    multiple = 1.0 + share.T @ change
    met = np.allclose(share @ (count * multiple), official, rtol=MET, atol=MET)
    if not met or multiple[count > 0].min(initial=0.0) < LEAST_MULTIPLE:
        raise DataError(
            "the official populations cannot all be met: communes share cells that would have to "
            "hold fewer than no people; check the figures and the overlap of the outlines"
        )
    scaled = people.count * np.maximum(multiple, 0.0).reshape(people.grid.shape)
    return People(people.grid, scaled, source_total=people.source_total)


def official_columns(communes: Communes, raster: People, official: OfficialFigures) -> pd.DataFrame:
    """Official figures of each commune beside what the raster says.

    Parameters
    ----------
    communes
        The communes.
    raster
        People per cell before any scaling.
    official
        The figures.

    Returns
    -------
    pandas.DataFrame
        Indexed by commune code: ``population_raster``; ``population_official``, its
        ``_year``, ``_year_status`` and ``_source``, and ``population_factor``, official over
        raster; the same of households; poverty figures with ``poverty_standard``,
        ``poverty_year`` and ``poverty_source``. Unknown where there is no figure.

    Raises
    ------
    DataError
        The figures are of another vintage, or of several poverty standards with none named.
    """
    if official.vintage != communes.vintage:
        raise DataError(
            f"official figures are of vintage {official.vintage}, the communes of "
            f"{communes.vintage}; the same code may be another commune"
        )
    codes = pd.Index(communes.codes, name="commune_code")
    table = pd.DataFrame(index=codes)
    sums = zonal_sums(raster.count, raster.grid, communes.frame.geometry)
    table["population_raster"] = sums.to_numpy()
    for figure in ("population", "households"):
        newest = official.latest(figure).reindex(codes)
        table[f"{figure}_official"] = newest[figure]
        table[f"{figure}_official_year"] = newest["year"].astype("Int64")
        table[f"{figure}_official_year_status"] = newest["year_status"].fillna("")
        table[f"{figure}_official_source"] = newest["source"].fillna("")
    people = table["population_raster"].where(table["population_raster"] > 0)
    table["population_factor"] = table["population_official"] / people
    poverty = official.poverty().reindex(codes)
    for figure in SHOWN:
        table[figure] = poverty[figure]
    table["poor_rate_relation"] = table["poor_rate_relation"].fillna("")
    table["poverty_standard"] = poverty["poverty_standard"].fillna("")
    table["poverty_year"] = poverty["year"].astype("Int64")
    table["poverty_source"] = poverty["source"].fillna("")
    return table
