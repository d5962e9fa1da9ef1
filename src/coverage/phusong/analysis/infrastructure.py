"""What each village has: sites in reach of each operator, fibre, broadband, grid and road.

"No infrastructure" (no site is near) is another thing than "no signal" (none is received).
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.analysis.gaps import CLASS_NAMES, COVERED, MARGINAL, NO_SIGNAL, UNKNOWN
from phusong.analysis.reach import ANY
from phusong.geo.places import Communes
from phusong.units import FloatArray

HAS = ("fibre", "fixed_broadband", "grid", "road")
WITH_SIGNAL, SITE_NO_SIGNAL, NOTHING_NEAR, STATUS_UNKNOWN = (
    "signal", "site_no_signal", "no_infrastructure", "unknown",
)  # fmt: skip
STATUSES: Mapping[str, tuple[str, str]] = {
    WITH_SIGNAL: ("a signal at the centre", "có sóng tại trung tâm"),
    SITE_NO_SIGNAL: ("a site near, no signal", "có trạm gần, không có sóng"),
    NOTHING_NEAR: ("no site near, no signal", "không có trạm gần, không có sóng"),
    STATUS_UNKNOWN: ("not known", "chưa rõ"),
}
"""English and Vietnamese words of each status."""


def infrastructure_table(
    villages: pd.DataFrame,
    points: gpd.GeoSeries,
    sites: pd.DataFrame,
    given: pd.DataFrame | None,
    *,
    operators: Mapping[str, str],
    site_distance_m: float,
    unknown_sites: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Say what each village has of each operator, and besides.

    Parameters
    ----------
    villages
        Villages with the classes at their centres; they may hold ``fixed_broadband``.
    points
        Their centres, in the same order, in the study's CRS; None where nobody placed a village.
    sites
        Sectors on the air: ``site_id``, ``operator`` (key), ``technology``, ``easting``,
        ``northing``.
    given
        ``village_id`` and ``fibre``, ``fixed_broadband``, ``grid``, ``road`` (yes, no, unknown);
        None where nobody said.
    operators
        Names by key.
    site_distance_m
        Within this distance a site is near [m].
    unknown_sites
        Operators whose sites are not known.

    Returns
    -------
    pandas.DataFrame
        One row per village and operator, ``any`` last: ``status`` with its words; ``signal``, the
        best class of any technology; ``sites_near`` and ``technologies`` within the distance, and
        ``nearest_site_km``, empty where nobody placed the village; the four columns;
        ``unknowns``, how many of them are not known.
    """
    has = village_answers(villages, given)
    east, north = points.x.to_numpy(), points.y.to_numpy()
    parts = []
    for key, name in {**operators, ANY: ANY}.items():
        own = sites if key == ANY else sites[sites["operator"] == key]
        table = pd.DataFrame(villages[["village_id", "name", "commune_code"]])
        table["operator"], table["operator_name"] = key, name
        table["signal"] = _signal(villages, key)
        near = _near(east, north, own, site_distance_m)
        table = pd.concat([table, near.set_index(table.index)], axis="columns")
        known = key not in unknown_sites and not (key == ANY and unknown_sites)
        status = [
            _status(signal, near=count > 0, known=known or count > 0)
            for signal, count in zip(table["signal"], near["sites_near"].fillna(0), strict=True)
        ]
        table.insert(5, "status", status)
        table.insert(6, "status_en", [STATUSES[s][0] for s in status])
        table.insert(7, "status_vi", [STATUSES[s][1] for s in status])
        parts.append(pd.concat([table, has], axis="columns"))
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values("village_id", kind="stable").reset_index(drop=True)


def infrastructure_summary(table: pd.DataFrame, communes: Communes) -> pd.DataFrame:
    """Count villages by what they have, one row per commune and operator.

    Parameters
    ----------
    table
        One row per village and operator; see :func:`infrastructure_table`.
    communes
        The communes.

    Returns
    -------
    pandas.DataFrame
        ``villages``, the number ``villages_…`` of each status, and of fibre, fixed broadband, grid
        and road those with (``_yes``), without (``_no``) and ``_unknown``.
    """
    rows = []
    for code, name in communes.names.items():
        for operator in table["operator"].drop_duplicates():
            own = table[(table["commune_code"] == code) & (table["operator"] == operator)]
            row: dict[str, object] = {
                "commune_code": code, "commune": name, "vintage": communes.vintage,
                "operator": operator, "villages": len(own),
            }  # fmt: skip
            row |= {f"villages_{s}": int((own["status"] == s).sum()) for s in STATUSES}
            for what in HAS:
                for answer in ("yes", "no", "unknown"):
                    row[f"{what}_{answer}"] = int((own[what] == answer).sum())
            rows.append(row)
    return pd.DataFrame(rows)


def village_answers(villages: pd.DataFrame, given: pd.DataFrame | None) -> pd.DataFrame:
    """What villages have, by the table of infrastructure; what it lacks, by the village list.

    Parameters
    ----------
    villages
        Villages with ``village_id``; they may hold the columns of the answers themselves.
    given
        ``village_id`` and the answers; None where there is no such table.

    Returns
    -------
    pandas.DataFrame
        Indexed like the villages: ``fibre``, ``fixed_broadband``, ``grid`` and ``road``, each
        ``yes``, ``no`` or ``unknown``, and ``unknowns``, how many are not known.
    """
    found = pd.DataFrame(index=villages.index)
    for what in HAS:
        answers = pd.Series("unknown", index=villages.index, dtype="object")
        if what in villages:
            listed = villages[what].astype("object")
            answers = answers.where(~listed.isin(["yes", "no"]), listed)
        if given is not None:
            by_id = dict(zip(given["village_id"], given[what], strict=True))
            said = villages["village_id"].map(lambda v, by_id=by_id: by_id.get(v, "unknown"))
            answers = answers.where(said == "unknown", said)
        found[what] = answers
    found["unknowns"] = (found[list(HAS)] == "unknown").sum(axis="columns").astype("int64")
    return found


def _signal(villages: pd.DataFrame, operator: str) -> list[str]:
    """Best class of any technology at the centre; unknown only where nothing better is known."""
    columns = [c for c in villages if c.startswith(f"{operator}_") and c.endswith("_class")]
    best = (COVERED, MARGINAL, UNKNOWN, NO_SIGNAL)
    order = {CLASS_NAMES[value]: rank for rank, value in enumerate(best)}
    rows = villages[columns].to_numpy()
    return [min(row, key=lambda word: order[word]) for row in rows]


def _status(signal: str, *, near: bool, known: bool) -> str:
    if signal == CLASS_NAMES[UNKNOWN]:
        return STATUS_UNKNOWN
    if signal != CLASS_NAMES[NO_SIGNAL]:
        return WITH_SIGNAL
    if not known:
        return STATUS_UNKNOWN
    return SITE_NO_SIGNAL if near else NOTHING_NEAR


def _near(
    east: FloatArray, north: FloatArray, sites: pd.DataFrame, distance_m: float
) -> pd.DataFrame:
    """Sites and technologies within a distance, and the nearest site."""
    away = np.hypot(
        east[:, np.newaxis] - sites["easting"].to_numpy(dtype=np.float64),
        north[:, np.newaxis] - sites["northing"].to_numpy(dtype=np.float64),
    )
    ids, kinds = sites["site_id"].to_numpy(), sites["technology"].to_numpy()
    within = away <= distance_m
    nearest = away.min(axis=1) / 1000.0 if len(sites) else np.full(east.size, np.nan)
    count = pd.array([len(set(ids[row])) for row in within], dtype="Int64")
    count[np.isnan(east)] = pd.NA
    return pd.DataFrame(
        {
            "sites_near": count,
            "technologies": ["; ".join(sorted(set(kinds[row]))) for row in within],
            "nearest_site_km": nearest,
        }
    )
