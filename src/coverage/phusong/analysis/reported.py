"""Reported villages without signal beside the modelled ones; neither overwrites the other."""

import pandas as pd

from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL

NOT_REPORTED = "not_reported"
REPORTED_STATES = (TRANG_SONG, LOM_SONG, WITH_SIGNAL, NOT_REPORTED)
MODELLED_STATES = (TRANG_SONG, LOM_SONG, WITH_SIGNAL, UNDECIDED)
REASONS = (
    "village not found", "village not clear", "village without coordinates",
    "reported without signal, modelled with", "reported with signal, modelled without",
    "only part, or all of it",
    "modelled without signal, not reported", "the model cannot tell",
)  # fmt: skip
"""Why somebody should look, the most telling first."""


def beside_modelled(
    reported: pd.DataFrame, villages: pd.DataFrame, technology: str
) -> pd.DataFrame:
    """Put the modelled verdict beside each reported village.

    Parameters
    ----------
    reported
        Reported rows with ``village_id``, ``operator`` and ``reported``.
    villages
        Villages with their verdicts.
    technology
        Technology whose verdict is shown.

    Returns
    -------
    pandas.DataFrame
        The reported rows with ``modelled``, ``margin_db``, ``probability_percent`` and
        ``agrees``: yes, no, or empty where one side does not know.
    """
    by_id = villages.set_index("village_id")
    rows = []
    for village_id, operator, said in zip(
        reported["village_id"], reported["operator"], reported["reported"], strict=True
    ):
        prefix = f"{operator}_{technology.lower()}"
        if village_id not in by_id.index:
            rows.append((UNDECIDED, float("nan"), float("nan"), ""))
            continue
        village = by_id.loc[village_id]
        modelled = str(village[f"{prefix}_verdict"])
        agrees = "" if modelled == UNDECIDED else "yes" if modelled == said else "no"
        rows.append(
            (
                modelled,
                float(village[f"{prefix}_margin_db"]),
                float(village[f"{prefix}_probability_percent"]),
                agrees,
            )
        )
    names = ["modelled", "margin_db", "probability_percent", "agrees"]
    beside = pd.DataFrame(rows, columns=names, index=reported.index)
    return pd.concat([reported, beside], axis="columns")


def latest(reported: pd.DataFrame) -> pd.DataFrame:
    """Last word of the list on each village and operator.

    Parameters
    ----------
    reported
        Reported rows; those without a village are left out.

    Returns
    -------
    pandas.DataFrame
        One row per village and operator, the one of the latest date; of equal dates the last.
    """
    known = reported[reported["village_id"] != ""]
    ordered = known.sort_values("date", kind="stable")
    return ordered.drop_duplicates(["village_id", "operator"], keep="last").sort_index()


def confusion(reported: pd.DataFrame, villages: pd.DataFrame, technology: str) -> pd.DataFrame:
    """How many villages are reported as what and modelled as what.

    Parameters
    ----------
    reported
        Reported rows.
    villages
        Villages with their verdicts.
    technology
        Technology whose verdict is counted.

    Returns
    -------
    pandas.DataFrame
        ``operator``, ``technology``, ``reported`` and one column of villages per modelled
        verdict; the four rows of an operator count every village once. A village that is not
        reported is not thereby reported as covered.
    """
    rows = []
    last = latest(reported)
    for operator in sorted(set(reported["operator"])):
        own = last[last["operator"] == operator].set_index("village_id")["reported"]
        said = villages["village_id"].map(own).astype("object").fillna(NOT_REPORTED)
        modelled = villages[f"{operator}_{technology.lower()}_verdict"]
        for state in REPORTED_STATES:
            counts = modelled[said == state].value_counts()
            rows.append(
                {"operator": operator, "technology": technology, "reported": state}
                | {f"modelled_{m}": int(counts.get(m, 0)) for m in MODELLED_STATES}
            )
    return pd.DataFrame(rows)


def field_checks(reported: pd.DataFrame, villages: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Villages that somebody should visit, and why.

    Parameters
    ----------
    reported
        Reported rows.
    villages
        Villages with their verdicts and ``population``; those without coordinates are not among
        them.
    technology
        Technology whose verdict is compared.

    Returns
    -------
    pandas.DataFrame
        ``reason``, ``village_id``, ``village``, ``commune_code``, ``operator``, ``reported``,
        ``modelled``, ``margin_db``, ``population``, ``candidates``; the most telling reasons
        first, then the most people, then the margin nearest to zero.
    """
    beside = beside_modelled(reported, villages, technology)
    found = beside["village_id"].isin(villages["village_id"])
    rows = [
        {
            "reason": REASONS[2] if village_id else REASONS[1] if candidates else REASONS[0],
            "village_id": village_id, "village": name, "commune_code": code, "operator": operator,
            "reported": said, "modelled": UNDECIDED, "margin_db": float("nan"),
            "population": float("nan"), "candidates": candidates,
        }
        for village_id, name, code, operator, said, candidates in beside.loc[
            ~found, ["village_id", "village", "commune_code", "operator", "reported", "candidates"]
        ].itertuples(index=False)
    ]  # fmt: skip
    last = latest(reported)
    for operator in sorted(set(reported["operator"])):
        own = last[last["operator"] == operator].set_index("village_id")["reported"]
        prefix = f"{operator}_{technology.lower()}"
        for village in villages.to_dict("records"):
            said = str(own.get(village["village_id"], NOT_REPORTED))
            reason = _reason(said, str(village[f"{prefix}_verdict"]))
            if reason:
                rows.append(
                    {
                        "reason": reason,
                        "village_id": village["village_id"],
                        "village": village["name"],
                        "commune_code": village["commune_code"],
                        "operator": operator,
                        "reported": said,
                        "modelled": village[f"{prefix}_verdict"],
                        "margin_db": village[f"{prefix}_margin_db"],
                        "population": village["population"],
                        "candidates": "",
                    }
                )
    return _in_order(rows)


def _reason(said: str, modelled: str) -> str:
    silent = {TRANG_SONG, LOM_SONG}
    if modelled == UNDECIDED:
        return REASONS[7]
    if said == NOT_REPORTED:
        return REASONS[6] if modelled in silent else ""
    if said == modelled:
        return ""
    if said in silent and modelled in silent:
        return REASONS[5]
    return REASONS[3] if said in silent else REASONS[4]


def _in_order(rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = ["reason", "village_id", "village", "commune_code", "operator", "reported",
               "modelled", "margin_db", "population", "candidates"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    order = table.assign(
        rank=table["reason"].map(REASONS.index),
        fewest=-table["population"].astype("float64").fillna(0.0),
        nearness=table["margin_db"].astype("float64").abs().fillna(float("inf")),
    ).sort_values(["rank", "fewest", "nearness", "village_id", "operator"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)
