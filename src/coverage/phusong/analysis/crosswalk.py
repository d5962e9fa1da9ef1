"""Results by the communes of another vintage, joined on code and vintage, never on a bare code."""

import numpy as np
import pandas as pd

from phusong.errors import DataError
from phusong.geo.gazetteer import Crosswalk, Gazetteer

SUMMED = ("area_", "people", "population_", "households_")
"""Beginnings of the columns that add up over communes."""
NOT_SUMMED = ("_percent", "_factor", "_year")
"""Ends of the columns that do not, whatever they begin with."""
WHOLE_SHARE = 1.0 - 1e-9


def with_successors(table: pd.DataFrame, gazetteer: Gazetteer, walk: Crosswalk) -> pd.DataFrame:
    """Say for each commune which unit of the next vintage it went into.

    Parameters
    ----------
    table
        Rows with ``commune_code`` and ``vintage``.
    gazetteer
        The units.
    walk
        How they went over.

    Returns
    -------
    pandas.DataFrame
        The table with ``successor_code``, ``successor`` and ``successor_vintage`` at its end;
        the successor of the largest share where a commune was split.

    Raises
    ------
    DataError
        The table is of another vintage, or a commune is not in the crosswalk.
    """
    _check_vintage(table, walk)
    went = {}
    for change in sorted(walk.changes, key=lambda c: (c.share, c.to_code)):
        went[change.from_code] = change.to_code
    codes = [_known(code, went, walk) for code in table["commune_code"]]
    names = [gazetteer.unit(code, vintage=walk.to_vintage).name for code in codes]
    return table.assign(successor_code=codes, successor=names, successor_vintage=walk.to_vintage)


def by_successor(table: pd.DataFrame, gazetteer: Gazetteer, walk: Crosswalk) -> pd.DataFrame:
    """Sum a table of communes over the units that they went into.

    A successor may have been made of more communes than the table has. Its row then speaks of
    the part that is in the table alone, and says so.

    Parameters
    ----------
    table
        One row per commune, operator and technology, as :func:`commune_table` makes it.
    gazetteer
        The units.
    walk
        How they went over, with the share of each commune.

    Returns
    -------
    pandas.DataFrame
        One row per successor, operator and technology: ``successor_code``, ``successor``,
        ``successor_vintage``, ``clause``, ``part`` (``whole``, or ``part`` when communes that
        were merged are not in the table), ``communes_counted`` of ``communes_merged``,
        ``communes``, and the sums; shares of people from the sums. A sum is unknown where a
        term is.

    Raises
    ------
    DataError
        The table is of another vintage, or a commune is not in the crosswalk.
    """
    _check_vintage(table, walk)
    changes = pd.DataFrame(
        [(c.from_code, c.to_code, c.share, c.clause) for c in walk.changes],
        columns=["commune_code", "successor_code", "share", "clause"],
    )
    for code in table["commune_code"].unique():
        _known(code, dict.fromkeys(changes["commune_code"]), walk)
    joined = table.merge(changes, on="commune_code", how="left")
    numbers = table.select_dtypes("number").columns
    summed = [c for c in numbers if c.startswith(SUMMED) and not c.endswith(NOT_SUMMED)]
    parts = [
        _successor_row(key, group, changes, gazetteer, walk, summed)
        for key, group in joined.groupby(["successor_code", "operator", "technology"], sort=True)
    ]
    found = pd.DataFrame(parts)
    people = found["people"].where(found["people"] > 0)
    found["people_no_signal_percent"] = 100.0 * found["people_no_signal"] / people
    found["people_not_covered_percent"] = (
        100.0 * (found["people_no_signal"] + found["people_marginal"]) / people
    )
    return found


def _successor_row(
    key: tuple[str, str, str],
    group: pd.DataFrame,
    changes: pd.DataFrame,
    gazetteer: Gazetteer,
    walk: Crosswalk,
    summed: list[str],
) -> dict[str, object]:
    code, operator, technology = key
    merged = changes[changes["successor_code"] == code]
    counted = set(group["commune_code"])
    whole = counted == set(merged["commune_code"])
    row: dict[str, object] = {
        "successor_code": code,
        "successor": gazetteer.unit(code, vintage=walk.to_vintage).name,
        "successor_vintage": walk.to_vintage,
        "clause": "; ".join(dict.fromkeys(group["clause"])),
        "part": "whole" if whole else "part",
        "communes_counted": len(counted),
        "communes_merged": len(merged),
        "communes": "; ".join(
            f"{c} {n}" for c, n in zip(group["commune_code"], group["commune"], strict=True)
        ),
        "vintage": walk.from_vintage,
        "operator": operator,
        "technology": technology,
    }
    share = group["share"].to_numpy(dtype=np.float64)
    for column in summed:
        row[column] = float((group[column].to_numpy(dtype=np.float64) * share).sum())
    return row


def _check_vintage(table: pd.DataFrame, walk: Crosswalk) -> None:
    if "vintage" not in table.columns:
        raise DataError(
            "the table has no column vintage; a code without its vintage names no commune"
        )
    others = sorted(set(table["vintage"]) - {walk.from_vintage})
    if others:
        raise DataError(
            f"the table is of vintage {', '.join(map(str, others))}, the crosswalk starts from "
            f"{walk.from_vintage}; the same code is another commune in another list"
        )


def _known(code: str, known: dict[str, str] | dict[str, None], walk: Crosswalk) -> str:
    if code not in known:
        raise DataError(
            f"commune {code} of {walk.from_vintage} is not in the crosswalk to {walk.to_vintage}; "
            "add where it went to the gazetteer"
        )
    return known[code] or ""
