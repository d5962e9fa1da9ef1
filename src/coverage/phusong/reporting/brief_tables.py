"""Tables that only briefs have: an operator's own options, money, villages to measure."""

import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.reporting.basis_words import titled_by_rows
from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.gap_words import POSITION, position_text
from phusong.reporting.page_tables import PageTable
from phusong.reporting.priority_tables import KIND, RANK_RANGE, kind_words, rank_range
from phusong.reporting.study_facts import MILLION, money_unit, technology_of
from phusong.reporting.study_tables import COMMUNE, OPERATOR
from phusong.reporting.wording import said
from phusong.study import Study

_PEOPLE = said("people")
_RANK = Column(said("Overall rank"))
_NEW = Column(said("Newly covered"), _PEOPLE, 0)
_WHITE = Column(said("Of them in white zones"), _PEOPLE, 0)


def operator_priorities(study: Study, priorities: pd.DataFrame, *, options: int) -> PageTable:
    """Ranked options of one operator, with their places.

    Parameters
    ----------
    study
        Its currency.
    priorities
        Ranked options of the operator, the columns of ``plan/priorities.csv``.
    options
        How many options of all operators are ranked.

    Returns
    -------
    PageTable
        One row per option.
    """
    money = money_unit(study)
    return PageTable(
        title=titled_by_rows(
            said("Options of this operator"), priorities
        ),
        columns=(
            _RANK,
            RANK_RANGE,
            KIND,
            COMMUNE,
            POSITION,
            _NEW,
            _WHITE,
            Column(said("Capex"), money, 0),
            Column(said("Present value per person"), money, 2),
        ),
        rows=tuple(
            (
                str(row.rank), rank_range(row.rank_p10, row.rank_p90), kind_words(row),
                row.commune, position_text(row.latitude, row.longitude),
                row.people_newly_covered, row.people_white_zone,
                row.capex / MILLION, row.cost_per_person / MILLION,
            )
            for row in priorities.itertuples()
        ),
        note=said(
            "{priorities} of {options} options of all operators; ranks are among all. "
            "WGS 84 position of the proposed spot, good to one cell of the grid.",
            priorities=len(priorities),
            options=options,
        ),
    )  # fmt: skip


def money_table(study: Study, priorities: pd.DataFrame) -> PageTable:
    """What the ranked options cost, by operator.

    Parameters
    ----------
    study
        Its currency.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.

    Returns
    -------
    PageTable
        One row per operator that has an option; the sum of all when there are several.
    """
    money = money_unit(study)
    columns = ["people_newly_covered", "capex", "opex_per_year", "present_value"]
    sums = priorities.groupby("operator", sort=True)[columns].sum()
    counts = priorities.groupby("operator", sort=True).size()

    def line(name: str | Bilingual, count: int, row: "pd.Series[float]") -> tuple[object, ...]:
        people, *amounts = (float(row[column]) for column in columns)
        return (name, count, people, *(amount / MILLION for amount in amounts))

    several = len(sums) > 1
    return PageTable(
        title=said("What the ranked options cost"),
        columns=(
            OPERATOR,
            Column(said("Options")),
            _NEW,
            Column(said("Capex"), money, 0),
            Column(said("Opex per year"), money, 0),
            Column(said("Present value"), money, 0),
        ),
        rows=tuple(line(str(name), int(counts[name]), row) for name, row in sums.iterrows()),
        total=line(said("Total"), int(counts.sum()), sums.sum()) if several else None,
        note=said("People newly covered count for each operator: one person may count for several.")
        if several
        else None,
    )


def uncertain_villages(study: Study, found: Gaps, key: str, *, most: int) -> tuple[PageTable, ...]:
    """Villages of which a measurement would decide most: marginal at their centre.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.
    key
        Operator's key; ``any`` for all together.
    most
        Rows to show, at least 1.

    Returns
    -------
    tuple of PageTable
        One table, the largest villages first; none when no village is marginal.
    """
    marginal = marginal_villages(study, found, key)
    if marginal.empty:
        return ()
    communes = dict(zip(found.communes["commune_code"], found.communes["commune"], strict=True))
    rows = tuple(
        (row["name"], communes.get(row["commune_code"], row["commune_code"]), row["population"],
         position_text(row["latitude"], row["longitude"]))
        for _, row in marginal.head(most).iterrows()
    )  # fmt: skip
    return (
        PageTable(
            title=said("Villages to measure first"),
            columns=(
                Column(said("Village")),
                COMMUNE,
                Column(said("People"), _PEOPLE, 0),
                POSITION,
            ),
            rows=rows,
            note=said(
                "{rows} of {marginal} villages that are marginal at their centre.",
                rows=len(rows),
                marginal=len(marginal),
            ),
        ),
    )


def marginal_villages(study: Study, found: Gaps, key: str) -> pd.DataFrame:
    """Villages whose centre is marginal.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.
    key
        Operator's key; ``any`` for all together.

    Returns
    -------
    pandas.DataFrame
        Rows of the table of villages, the largest first.
    """
    villages, verdict = found.villages, f"{key}_{technology_of(study).lower()}_class"
    if verdict not in villages:
        return villages.iloc[:0]
    marginal = villages[villages[verdict] == "marginal"]
    return marginal.sort_values(["population", "village_id"], ascending=[False, True])
