"""Which options pay for themselves, what would close the gap, and who pays for a shared mast."""

import pandas as pd

from phusong.reporting.facts import Column, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.study_facts import MILLION, money_unit
from phusong.reporting.wording import said, shortest
from phusong.reporting.words import unit_words
from phusong.study import Study

LABELS = {
    "commercial": said("Commercial: revenue pays for all"),
    "capex_grant": said("Grant at the start: revenue pays the running"),
    "running_support": said("Running support: a grant and money each year"),
    "unknown": said("No market share is given"),
}
STRATEGIES = {
    "stand_alone": said("Each builds its own"),
    "passive": said("Shared mast (passive)"),
    "passive_and_backhaul": said("Shared mast and link"),
    "moran": said("Shared radio, own carriers (MORAN)"),
    "roaming": said("National roaming: one builds, the others pay a fee"),
}


def gap_money_table(study: Study, priorities: pd.DataFrame) -> tuple[PageTable, ...]:
    """Ranked options by kind of gap, with the money that would close it.

    Parameters
    ----------
    study
        Its currency, and what people bring.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.

    Returns
    -------
    tuple of PageTable
        One table; none where the study does not say what people bring.
    """
    revenue = study.planning.revenue
    if revenue is None or priorities.empty:
        return ()
    money = money_unit(study)
    rows = []
    for label, words in LABELS.items():
        own = priorities[priorities["gap_type"] == label]
        if own.empty:
            continue
        unknown = label == "unknown"
        rows.append(
            (
                words, len(own), float(own["people_newly_covered"].sum()),
                float(own["capex"].sum()) / MILLION,
                float("nan") if unknown else float(own["grant"].sum()) / MILLION,
                float("nan") if unknown else float(own["support_per_year"].sum()) / MILLION,
            )
        )  # fmt: skip
    return (
        PageTable(
            title=said("What would close the gap"),
            columns=(
                Column(said("Kind of gap")),
                Column(said("Options")),
                Column(said("Newly covered"), said("people"), 0),
                Column(said("Capex"), money, 0),
                Column(said("Grant"), money, 0),
                Column(said("Support per year"), money, 0),
            ),
            rows=tuple(rows),
            note=said(
                "Revenue of people newly covered: {penetration} % subscribe, {arpu} {unit} each; "
                "operators' shares of them and the sources are among the assumptions.",
                penetration=shortest(100.0 * revenue.penetration.value),
                arpu=shortest(revenue.arpu.value),
                unit=unit_words(revenue.arpu.unit),
            ),
        ),
    )


def strategy_table(study: Study, strategies: pd.DataFrame) -> tuple[PageTable, ...]:
    """What the ranked new masts would cost each operator and all, by how they are shared.

    Parameters
    ----------
    study
        Its currency.
    strategies
        The columns of ``plan/strategies.csv``.

    Returns
    -------
    tuple of PageTable
        One table; none where no new mast is ranked or the study has one operator.
    """
    if strategies.empty:
        return ()
    money = money_unit(study)
    alone = strategies[strategies["strategy"] == "stand_alone"]["present_value_all"].sum()
    rows = []
    for strategy, words in STRATEGIES.items():
        own = strategies[strategies["strategy"] == strategy]
        if own.empty:
            continue
        first = own.drop_duplicates("option_id")
        together = float(first["present_value_all"].sum())
        rows.append(
            (
                words, float(first["capex"].sum()) / MILLION,
                float(first["present_value"].sum()) / MILLION, together / MILLION,
                100.0 * (1.0 - together / alone) if alone > 0 else 0.0,
            )
        )  # fmt: skip
    return (
        PageTable(
            title=said("Who pays what for the new masts"),
            columns=(
                Column(said("Strategy")),
                Column(said("Capex of each operator"), money, 0),
                Column(said("Present value of each operator"), money, 0),
                Column(said("Present value of all operators"), money, 0),
                Column(said("Saved"), same("%"), 0),
            ),
            rows=tuple(rows),
            note=said(
                "As if all {operators} operators served from the {masts} ranked new masts. With "
                "roaming the amounts are of the one that builds, less the fees. Each mast is in "
                "plan/strategies.csv.",
                operators=len(study.operators),
                masts=int(strategies["option_id"].nunique()),
            ),
        ),
    )
