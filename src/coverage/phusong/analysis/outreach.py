"""What a household can use now, and how a village can be told something."""

from collections.abc import Mapping

import pandas as pd

from phusong.analysis.gaps import CLASS_NAMES, COVERED, MARGINAL, NO_SIGNAL, UNKNOWN
from phusong.analysis.loudspeakers import KIND
from phusong.analysis.reach import ANY
from phusong.geo.places import Communes

COUNTED = ("households", "poor_households", "near_poor_households")
WAYS: Mapping[tuple[bool, bool], str] = {
    (True, True): "mobile and loudspeaker",
    (True, False): "mobile",
    (False, True): "loudspeaker",
    (False, False): "neither",
}
"""By a mobile signal at the village centre, and by a loudspeaker cluster nearest to it."""


def support_table(villages: pd.DataFrame, communes: Communes, technology: str) -> pd.DataFrame:
    """Households by the signal at their village's centre: a subsidy helps now, or build first.

    Parameters
    ----------
    villages
        Villages with their classes, ``households`` and, where known, ``poor_households`` and
        ``near_poor_households``.
    communes
        The communes.
    technology
        Technology that devices and services need.

    Returns
    -------
    pandas.DataFrame
        One row per commune: ``villages``; and of villages, households, poor and near-poor
        households the number ``_covered`` (devices and service are of use now), ``_marginal``,
        ``_no_signal`` (build first) and ``_signal_unknown``; ``villages_without_…`` counts the
        villages that give no such number and are in none of its sums.
    """
    classes = villages[f"{ANY}_{technology.lower()}_class"]
    known = [name for name in COUNTED if name in villages.columns]
    rows = []
    for code, commune in communes.names.items():
        inside = villages["commune_code"] == code
        row: dict[str, object] = {"commune_code": code, "commune": commune}
        row |= {"vintage": communes.vintage, "villages": int(inside.sum())}
        for value, end in (
            (COVERED, "covered"), (MARGINAL, "marginal"), (NO_SIGNAL, "no_signal"),
            (UNKNOWN, "signal_unknown"),
        ):  # fmt: skip
            here = inside & (classes == CLASS_NAMES[value])
            row[f"villages_{end}"] = int(here.sum())
            row |= {f"{name}_{end}": float(villages.loc[here, name].sum()) for name in known}
        row |= {f"villages_without_{n}": int(villages.loc[inside, n].isna().sum()) for n in known}
        rows.append(row)
    return pd.DataFrame(rows)


def information_ways(
    villages: pd.DataFrame, facilities: pd.DataFrame, technology: str
) -> pd.Series:
    """How each village can be told something: by mobile, by loudspeaker, by both or by neither.

    Parameters
    ----------
    villages
        Villages with their classes.
    facilities
        Facilities with ``kind`` and the nearest ``village_id``.
    technology
        Technology that reaches a handset.

    Returns
    -------
    pandas.Series
        ``mobile and loudspeaker``, ``mobile``, ``loudspeaker``, ``neither``, or ``unknown``
        where the signal at the centre is not known and no cluster is near.
    """
    classes = villages[f"{ANY}_{technology.lower()}_class"]
    mobile = classes == CLASS_NAMES[COVERED]
    near = set(facilities.loc[facilities["kind"] == KIND, "village_id"])
    loud = villages["village_id"].isin(near)
    ways = [WAYS[bool(m), bool(n)] for m, n in zip(mobile, loud, strict=True)]
    found = pd.Series(ways, index=villages.index, dtype="object")
    return found.mask((classes == CLASS_NAMES[UNKNOWN]) & ~loud, "unknown")
