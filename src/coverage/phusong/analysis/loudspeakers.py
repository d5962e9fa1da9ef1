"""Loudspeaker clusters: which can run on a mobile signal or fibre, which wait for either."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from phusong.analysis.gaps import CLASS_NAMES, COVERED, MARGINAL, NO_SIGNAL
from phusong.analysis.reach import ANY

KIND = "loudspeaker"
RUNS: Mapping[str, str] = {
    CLASS_NAMES[COVERED]: "yes",
    CLASS_NAMES[MARGINAL]: "perhaps",
    CLASS_NAMES[NO_SIGNAL]: "no",
}


def nearest_village(facilities: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """Village of the same commune that is nearest to each facility.

    Parameters
    ----------
    facilities, villages
        Points with ``commune_code`` in one metric CRS.

    Returns
    -------
    pandas.DataFrame
        Indexed like the facilities: ``village_id`` (empty without a village in the commune) and
        ``village_distance_m``; of equal distances the first in the list.
    """
    found = pd.DataFrame(
        {"village_id": "", "village_distance_m": np.nan}, index=facilities.index
    ).astype({"village_id": "object"})
    for code, group in facilities.groupby("commune_code"):
        own = villages[villages["commune_code"] == code]
        if own.empty or not code:
            continue
        tree = cKDTree(np.column_stack([own.geometry.x, own.geometry.y]))
        points = np.column_stack([group.geometry.x, group.geometry.y])
        distance, _ = tree.query(points)
        for index, point, least in zip(group.index, points, distance, strict=True):
            first = min(tree.query_ball_point(point, least * (1 + 1e-12) + 1e-9))
            found.loc[index, "village_id"] = own["village_id"].iloc[first]
            found.loc[index, "village_distance_m"] = least
    return found


NEEDS: Mapping[str, str] = {
    "yes": "a SIM of an operator named",
    "perhaps": "a measurement at the mast, or a better antenna",
    "no": "the gap closed, or fibre",
    "unknown": "terrain or sites near it",
}
"""By what a mobile signal does there; with fibre in the village the line to it is enough."""
BY_FIBRE = "a line to the fibre of the village"


def loudspeaker_table(
    facilities: pd.DataFrame,
    operators: Mapping[str, str],
    technology: str,
    fibre: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Say for each loudspeaker cluster whether a mobile signal or fibre can feed it.

    Parameters
    ----------
    facilities
        Facilities with their classes and the nearest ``village_id``.
    operators
        Names of operators by key.
    technology
        Technology that a receiver needs.
    fibre
        Whether a village has fibre (yes, no, unknown), by its ``village_id``.

    Returns
    -------
    pandas.DataFrame
        One row per cluster: ``facility_id``, ``name``, ``commune_code``, ``village_id``,
        ``latitude``, ``longitude``, ``runs_on_mobile`` (yes, perhaps, no, unknown),
        ``fibre_in_village`` (yes, no, unknown), ``runs`` (on either: yes, perhaps, no, unknown),
        ``operators`` that cover it, ``probability_percent``, ``level_dbm``, and ``needs``.

    Notes
    -----
    The receiver of a cluster is modelled like a handset at its place: a directional antenna
    on its mast would do better. Fibre is that of the nearest village of the commune.
    """
    own = facilities[facilities["kind"] == KIND]
    prefix = f"{ANY}_{technology.lower()}"
    columns = ["facility_id", "name", "commune_code", "village_id", "latitude", "longitude"]
    table = own[columns].reset_index(drop=True)
    runs = own[f"{prefix}_class"].map(RUNS).fillna("unknown")
    table["runs_on_mobile"] = runs.to_numpy()
    laid = {} if fibre is None else dict(fibre)
    table["fibre_in_village"] = [laid.get(village, "unknown") for village in table["village_id"]]
    table["runs"] = [
        _either(mobile, line)
        for mobile, line in zip(table["runs_on_mobile"], table["fibre_in_village"], strict=True)
    ]
    covering = []
    for _, row in own.iterrows():
        names = [
            name
            for key, name in operators.items()
            if row[f"{key}_{technology.lower()}_class"] == CLASS_NAMES[COVERED]
        ]
        covering.append("; ".join(names))
    table["operators"] = covering
    table["probability_percent"] = own[f"{prefix}_probability_percent"].to_numpy()
    table["level_dbm"] = own[f"{prefix}_level_dbm"].to_numpy()
    needs = table["runs_on_mobile"].map(NEEDS)
    by_fibre = (table["fibre_in_village"] == "yes") & (table["runs_on_mobile"] != "yes")
    table["needs"] = needs.mask(by_fibre, BY_FIBRE)
    return table


def _either(mobile: str, fibre: str) -> str:
    """Whether a cluster runs on a mobile signal or on fibre."""
    if "yes" in {mobile, fibre}:
        return "yes"
    if mobile == "no" and fibre == "unknown":
        return "unknown"
    return mobile
