"""What a plan asks besides signal, commune by commune: tables for pages and notebooks."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.infrastructure import HAS
from phusong.analysis.outreach import ALL_LANGUAGES, NOT_SAID, WAYS
from phusong.analysis.reach import ANY
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.wording import joined, said

_UNKNOWN = said("Not known")
HAS_WORDS = {
    "fibre": said("Optical fibre"),
    "fixed_broadband": said("Fixed broadband"),
    "grid": said("Grid power"),
    "road": said("Road for cars"),
}
ANSWER_WORDS = {"yes": said("yes"), "no": said("no"), "unknown": said("unknown")}
CONNECTION_WORDS = {
    "fibre": said("optical fibre"),
    "copper": said("copper line"),
    "microwave": said("microwave"),
    "mobile": said("mobile network"),
    "satellite": said("satellite"),
    "none": said("none", context="connection"),
    "unknown": said("unknown"),
}
SIGNAL_WORDS = {
    "covered": said("with signal"),
    "marginal": said("weak signal"),
    "no_signal": said("no signal", context="class"),
    "unknown": said("unknown"),
}
WAY_WORDS = {
    WAYS[True, True]: said("Mobile and loudspeaker"),
    WAYS[True, False]: said("Mobile alone"),
    WAYS[False, True]: said("Loudspeaker alone"),
    WAYS[False, False]: said("Neither"),
    "unknown": _UNKNOWN,
}
GOAL_WORDS = {"met": said("met"), "not_met": said("not met"), "unknown": said("unknown")}
_COMMUNE = Column(said("Commune"))


def own_rows(found: Gaps, name: str, code: str) -> pd.DataFrame:
    """Rows of a commune in one of the tables beside the gaps.

    Parameters
    ----------
    found
        Gaps of a study.
    name
        Of the table, for example ``support``.
    code
        The commune.

    Returns
    -------
    pandas.DataFrame
        Of all operators together where there is a row for each; no rows without such a table.
    """
    table = found.beside.get(name, pd.DataFrame())
    if "commune_code" not in table:
        return table.iloc[:0]
    own = table[table["commune_code"] == code]
    if "operator" in own:
        own = own[own["operator"] == ANY]
    return own.reset_index(drop=True)


def plan_tables(found: Gaps, communes: dict[str, str]) -> tuple[PageTable, ...]:
    """Every table of a plan's other lines that the study can fill, all communes together.

    Parameters
    ----------
    found
        Gaps of a study.
    communes
        Names by code.

    Returns
    -------
    tuple of PageTable
        Infrastructure, poor households, ways of information, loudspeakers, offices.
    """
    makers = {
        "infrastructure-communes": _infrastructure,
        "support": _support,
        "information": _information,
        "loudspeakers": _loudspeakers,
        "offices": _offices,
    }
    return tuple(make(found, communes) for name, make in makers.items() if name in found.beside)


def _each(found: Gaps, name: str, communes: dict[str, str]) -> list[tuple[str, pd.DataFrame]]:
    """Names of the communes with their rows of a table."""
    return [(named, own_rows(found, name, code)) for code, named in communes.items()]


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else round(float(value))


def _sums(rows: Sequence[tuple[object, ...]], count: int) -> list[int]:
    """Totals of the columns after the first; what is not known counts nowhere."""
    return [
        sum(value for row in rows if isinstance(value := row[k], int)) for k in range(1, 1 + count)
    ]


def answered(row: Any, what: str) -> Bilingual:
    """How many villages have something, and of how many nobody said.

    Parameters
    ----------
    row
        Of ``infrastructure-communes``.
    what
        Column of the answers, for example ``fibre``.

    Returns
    -------
    Bilingual
        For example ``4 / 8 (1 ?)``.
    """
    unknown = int(row[f"{what}_unknown"])
    asked = f" ({unknown} ?)" if unknown else ""
    return same(f"{int(row[f'{what}_yes'])} / {int(row['villages'])}{asked}")


def _infrastructure(found: Gaps, communes: dict[str, str]) -> PageTable:
    statuses = {
        "villages_signal": Column(said("Villages with signal")),
        "villages_site_no_signal": Column(said("Site near, no signal")),
        "villages_no_infrastructure": Column(said("No site near")),
        "villages_unknown": Column(_UNKNOWN),
    }
    table = found.beside["infrastructure-communes"]
    shown = {name: column for name, column in statuses.items() if name in table}
    rows = tuple(
        (
            name,
            *(_whole(own[c].iloc[0]) if len(own) else None for c in shown),
            *(answered(own.iloc[0], what) if len(own) else None for what in HAS),
        )
        for name, own in _each(found, "infrastructure-communes", communes)
    )
    return PageTable(
        title=said("Infrastructure of villages"),
        columns=(_COMMUNE, *shown.values(), *(Column(HAS_WORDS[what]) for what in HAS)),
        rows=rows,
        note=said(
            "4 / 8 (1 ?): 4 of 8 villages have it, of 1 nobody said. No site near is another thing "
            "than no signal."
        ),
    )


def _support(found: Gaps, communes: dict[str, str]) -> PageTable:
    columns = {
        "poor_households_covered": Column(said("Poor, with signal"), decimals=0),
        "poor_households_marginal": Column(said("Poor, weak signal"), decimals=0),
        "poor_households_no_signal": Column(said("Poor, in gaps"), decimals=0),
        "poor_households_signal_unknown": Column(said("Poor, not known"), decimals=0),
        "near_poor_households_covered": Column(said("Near-poor, with signal"), decimals=0),
        "near_poor_households_no_signal": Column(said("Near-poor, in gaps"), decimals=0),
        "households_no_signal": Column(said("All households in gaps"), decimals=0),
    }
    shown = {n: column for n, column in columns.items() if n in found.beside["support"]}
    rows = [
        (name, *(_whole(own[c].iloc[0]) if len(own) else None for c in shown))
        for name, own in _each(found, "support", communes)
    ]
    sums = _sums(rows, len(shown))
    return PageTable(
        title=said("Devices and service for poor households"),
        columns=(_COMMUNE, *shown.values()),
        rows=tuple(rows),
        total=(said("Total"), *sums),
        note=said(
            "Households by the signal at the centre of their village, by the list of villages: "
            "with signal a subsidy helps now, in gaps build first."
        ),
    )


def languages_of(rows: pd.DataFrame) -> Bilingual | None:
    """Languages spoken in a commune, with the number of villages.

    Parameters
    ----------
    rows
        Of ``information``, of one commune.

    Returns
    -------
    Bilingual or None
        None where nobody said any.
    """
    if "language" not in rows:
        return None
    named = rows[~rows["language"].isin([ALL_LANGUAGES, NOT_SAID])]
    if named.empty:
        return None
    parts = [same(f"{row.language} {row.villages}") for row in named.itertuples()]
    unsaid = rows[rows["language"] == NOT_SAID]["villages"].sum()
    if unsaid:
        parts.append(said("not said {villages}", villages=int(unsaid)))
    return joined(parts)


def informed(rows: pd.DataFrame) -> dict[str, int | None]:
    """Villages of a commune by the ways that inform them.

    Parameters
    ----------
    rows
        Of ``information``, of one commune.

    Returns
    -------
    dict of str to int or None
        Number of villages for each of ``WAY_WORDS``; None where nobody said any.
    """
    whole = rows[rows["language"] == ALL_LANGUAGES]
    return {
        way: _whole(whole[f"villages_by_{way.replace(' ', '_')}"].iloc[0]) if len(whole) else None
        for way in WAY_WORDS
    }


def _information(found: Gaps, communes: dict[str, str]) -> PageTable:
    rows = tuple(
        (name, *informed(own).values(), languages_of(own))
        for name, own in _each(found, "information", communes)
    )
    return PageTable(
        title=said("Ways to inform villages"),
        columns=(
            _COMMUNE,
            *(Column(words) for words in WAY_WORDS.values()),
            Column(said("Languages, villages")),
        ),
        rows=rows,
        note=said(
            "Villages by a mobile signal at their centre and by a loudspeaker cluster in them. A "
            "village counts once for each of its languages."
        ),
    )


def running(rows: pd.DataFrame) -> tuple[int, int, int, int, int]:
    """Loudspeaker clusters by what they run on.

    Parameters
    ----------
    rows
        Of ``loudspeakers``.

    Returns
    -------
    tuple of int
        On a mobile signal, on fibre of their village, perhaps, on neither, not known.
    """
    mobile, runs = rows["runs_on_mobile"] == "yes", rows["runs"]
    parts = (mobile, (runs == "yes") & ~mobile, runs == "perhaps", runs == "no", runs == "unknown")
    on_mobile, on_fibre, perhaps, neither, unknown = (int(part.sum()) for part in parts)
    return on_mobile, on_fibre, perhaps, neither, unknown


def _loudspeakers(found: Gaps, communes: dict[str, str]) -> PageTable:
    rows = [(name, len(own), *running(own)) for name, own in _each(found, "loudspeakers", communes)]
    sums = _sums(rows, 6)
    return PageTable(
        title=said("Loudspeaker clusters"),
        columns=(
            _COMMUNE,
            Column(said("Clusters")),
            Column(said("Run on a mobile signal")),
            Column(said("On fibre of the village")),
            Column(said("To be measured")),
            Column(said("Wait for a signal or fibre")),
            Column(_UNKNOWN),
        ),
        rows=tuple(rows),
        total=(said("Total"), *sums),
    )


def _offices(found: Gaps, communes: dict[str, str]) -> PageTable:
    rows = []
    for name, own in _each(found, "offices", communes):
        row = own.iloc[0]
        rows.append(
            (
                name, ANSWER_WORDS.get(str(row["lan"])),
                CONNECTION_WORDS.get(str(row["connection"])),
                SIGNAL_WORDS.get(str(row["mobile_signal"])),
            )
        )  # fmt: skip
    return PageTable(
        title=said("Commune offices"),
        columns=(
            _COMMUNE,
            Column(said("Local network")),
            Column(said("Connection")),
            Column(said("Mobile signal at the office")),
        ),
        rows=tuple(rows),
        note=office_goal_words(found),
    )


def office_goal_words(found: Gaps) -> Bilingual | None:
    """How many offices have a local network, against the plan.

    Parameters
    ----------
    found
        Gaps of a study.

    Returns
    -------
    Bilingual or None
        None where nobody told of offices.
    """
    goal = found.beside.get("offices-target", pd.DataFrame())
    if goal.empty:
        return None
    row = goal.iloc[0]
    return said(
        "{yes} of {communes} offices have a local network, {no} have none, of {unknown} it is not "
        "known; the plan wants {target}: {status}.",
        yes=int(row["lan_yes"]),
        communes=int(row["communes"]),
        no=int(row["lan_no"]),
        unknown=int(row["lan_unknown"]),
        target=int(row["target"]),
        status=GOAL_WORDS[str(row["status"])],
    )
