"""Commune offices: local network and connection of each, against what a plan aims at."""

import pandas as pd

from phusong.analysis.gaps import CLASS_NAMES, UNKNOWN
from phusong.analysis.reach import ANY
from phusong.geo.places import Communes

OFFICE = "commune_office"
GOALS = {
    "met": ("met", "đạt"),
    "not_met": ("not met", "chưa đạt"),
    "unknown": ("unknown", "chưa rõ"),
}


def office_table(
    given: pd.DataFrame | None, communes: Communes, facilities: pd.DataFrame, technology: str
) -> pd.DataFrame:
    """Network, connection and mobile signal of each commune's office.

    Parameters
    ----------
    given
        ``commune_code``, ``lan`` (yes, no, unknown), ``connection``, ``date``, ``evidence``; None
        where nobody said.
    communes
        The communes.
    facilities
        Facilities with their classes.
    technology
        Technology of the mobile signal.

    Returns
    -------
    pandas.DataFrame
        One row per commune, all of them: ``lan``, ``connection``, ``date``, ``evidence``; the
        first ``commune_office`` listed there as ``facility_id``, and ``mobile_signal`` at it.
    """
    rows = []
    for code, name in communes.names.items():
        said = None if given is None else given[given["commune_code"] == code]
        own = facilities[(facilities["commune_code"] == code) & (facilities["kind"] == OFFICE)]
        known = said is not None and len(said) > 0
        rows.append(
            {
                "commune_code": code, "commune": name, "vintage": communes.vintage,
                **{
                    column: str(said[column].iloc[0]) if said is not None and known else empty
                    for column, empty in (
                        ("lan", "unknown"), ("connection", "unknown"), ("date", ""),
                        ("evidence", ""),
                    )
                },
                "facility_id": str(own["facility_id"].iloc[0]) if len(own) else "",
                "mobile_signal": (
                    str(own[f"{ANY}_{technology.lower()}_class"].iloc[0])
                    if len(own) else CLASS_NAMES[UNKNOWN]
                ),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def office_goal(offices: pd.DataFrame, *, target: float, target_source: str) -> pd.DataFrame:
    """Count offices with a local network against the target.

    Parameters
    ----------
    offices
        One row per commune.
    target
        How many communes should have one.
    target_source
        Where that is from.

    Returns
    -------
    pandas.DataFrame
        One row: ``communes``, ``lan_yes``, ``lan_no``, ``lan_unknown``, ``target``, ``status``
        (met, not_met, unknown: what is not known could decide) with its words, ``target_source``.
    """
    counts = {answer: int((offices["lan"] == answer).sum()) for answer in ("yes", "no", "unknown")}
    status = "unknown"
    if counts["yes"] >= target:
        status = "met"
    elif counts["yes"] + counts["unknown"] < target:
        status = "not_met"
    english, vietnamese = GOALS[status]
    row = {
        "communes": len(offices), **{f"lan_{answer}": n for answer, n in counts.items()},
        "target": target, "status": status, "status_en": english, "status_vi": vietnamese,
        "target_source": target_source,
    }  # fmt: skip
    return pd.DataFrame([row])
