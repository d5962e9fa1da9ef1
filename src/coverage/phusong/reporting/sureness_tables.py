"""How sure a ranking is, what its doubt comes from and where to measure, in words and tables."""

import math

import pandas as pd

from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.gap_words import POSITION, position_text
from phusong.reporting.page_tables import PageTable
from phusong.reporting.priority_tables import KIND, RANK_RANGE, kind_words
from phusong.reporting.study_tables import COMMUNE, OPERATOR
from phusong.reporting.wording import amount, said

FACTOR_WORDS = {
    "all": said("Everything open"),
    "propagation_model": said("Propagation model"),
    "common_error": said("Error of the model, everywhere"),
    "site_error": said("Error of the model, about one site"),
    "ground_cover": said("Ground cover and what is local"),
    "heights": said("Heights of antennas and ground"),
    "population_source": said("Population source"),
    "people": said("People of a square"),
    "prices": said("Prices"),
}
MEASURED_BY = {
    "propagation_model": said("drive tests in valleys and behind ridges"),
    "common_error": said("drive tests around existing sites, and calibration"),
    "site_error": said("drive tests around the sites concerned"),
    "ground_cover": said("drive tests in the squares named below"),
    "heights": said("a survey of masts, and a finer terrain model"),
    "population_source": said("people counted by the communes"),
    "people": said("people counted by village"),
    "prices": said("quotes of suppliers"),
}
_PEOPLE = said("people")


def sure_table(stability: pd.DataFrame, priorities: pd.DataFrame, *, most: int) -> PageTable:
    """How sure the first ranks are.

    Parameters
    ----------
    stability
        The columns of ``plan/stability.csv``.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``, which say what they are.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        One row per option.
    """
    kinds = {row.option_id: kind_words(row) for row in priorities.itertuples()}
    rows = tuple(
        (
            str(row.rank), kinds.get(row.option_id), row.commune, row.operator,
            _ranks(row.rank_p10, row.rank_p90),
            100.0 * row.probability_in_top_10, 100.0 * row.probability_in_best_set,
            _known(row.option_regret_worth_people), _known(row.measure_rank),
        )
        for row in stability.head(most).itertuples()
    )  # fmt: skip
    draws = int(stability["draws"].iloc[0]) if len(stability) else 0
    return PageTable(
        title=said("How sure the first ranks are"),
        columns=(
            Column(said("Rank")),
            KIND,
            COMMUNE,
            OPERATOR,
            RANK_RANGE,
            Column(said("Among the first ten"), "%", 0, share=True),
            Column(said("In the best set"), "%", 0, share=True),
            Column(said("Missed by deciding as the ranking does"), _PEOPLE, 0),
            Column(said("Where to measure for it"), "", 0),
        ),
        rows=rows,
        note=said(
            "{draws} trials with other propagation models, levels, heights, people and prices. "
            "The best set of a trial is what would be built for the money of the whole ranking, "
            "had one known. Missed are people (worth, mean of the trials) by building or leaving "
            "out the option as the ranking does, all else chosen for the trial; where to measure "
            "counts the places of plan/measure-next.csv.",
            draws=draws,
        ),
    )


def split_page_table(split: pd.DataFrame) -> PageTable:
    """What the doubt comes from.

    Parameters
    ----------
    split
        The columns of ``plan/variance-split.csv``.

    Returns
    -------
    PageTable
        One row per factor, those that open the ranks most first.
    """
    rows = tuple(
        (
            FACTOR_WORDS[str(row.factor)], _known(row.ranks_alone_percent),
            _known(row.ranks_settled_percent), _known(row.people_alone_percent),
            _known(row.people_settled_percent), MEASURED_BY[str(row.factor)],
        )
        for row in _factors(split).itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("What the doubt comes from"),
        columns=(
            Column(said("What is open")),
            Column(said("First ten: opened by it alone"), "%", 0),
            Column(said("First ten: settled by knowing it"), "%", 0),
            Column(said("People covered: opened by it alone"), "%", 0),
            Column(said("People covered: settled by knowing it"), "%", 0),
            Column(said("How to know more")),
        ),
        rows=rows,
        note=said(
            "Shares of the variance with everything open: of who is among the first ten, and of "
            "the people whom the plan covers. Opened: this alone is drawn. Settled: all others "
            "are. Shares need not add up to 100 %; below 0 others open more without it."
        ),
    )


def measure_page_table(measure: pd.DataFrame, *, most: int) -> PageTable:
    """Where a measurement would settle most of the ranking.

    Parameters
    ----------
    measure
        The columns of ``plan/measure-next.csv``.
    most
        Rows to show, at least 1.

    Returns
    -------
    PageTable
        One row per square.
    """
    rows = tuple(
        (
            int(row.rank), position_text(row.latitude, row.longitude), row.commune, row.village,
            _known(row.road_m / 1000.0), row.people, row.open_people, row.models_differ_people,
            int(row.options),
        )
        for row in measure.head(most).itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Where to measure for the ranking"),
        columns=(
            Column(said("Order"), "", 0),
            POSITION,
            Column(said("Commune")),
            Column(said("Nearest village")),
            Column(said("Nearest road"), "km", 1),
            Column(said("Without signal"), _PEOPLE, 0),
            Column(said("Open", context="doubt"), _PEOPLE, 0),
            Column(said("Models differ"), _PEOPLE, 0),
            Column(said("Options concerned"), "", 0),
        ),
        rows=rows,
        note=said(
            "Squares of the ground. Open are people of whom the model cannot say whether an option "
            "would reach them, weighed by how open that option's place among the first ten is and "
            "summed over the options."
        ),
    )


def sure_findings(
    stability: pd.DataFrame, split: pd.DataFrame, measure: pd.DataFrame
) -> tuple[Bilingual, ...]:
    """How sure a ranking is, in sentences with numbers.

    Parameters
    ----------
    stability, split, measure
        The columns of ``plan/stability.csv``, ``variance-split.csv`` and ``measure-next.csv``.

    Returns
    -------
    tuple of Bilingual
        One sentence each; one alone without options.
    """
    if stability.empty:
        return (said("No option was ranked, so nothing was tried."),)
    first = stability.iloc[0]
    sure = int((stability["probability_in_top_10"] >= 0.9).sum())
    undecided = int(stability["probability_in_top_10"].between(0.1, 0.9, inclusive="neither").sum())
    told = [
        said(
            "Options that are among the first ten in at least nine of ten of the {draws} trials: "
            "{sure}; options of which it is open: {undecided}. Kendall's tau of the trials "
            "and the ranking is {tau} on average (1 the same order, 0 none).",
            draws=int(first["draws"]),
            sure=sure,
            undecided=undecided,
            tau=amount(first["kendall_tau"], 2),
        )
    ]
    if not math.isnan(first["regret_worth_people"]):
        told.append(
            said(
                "Building by this ranking misses about {regret} people (worth, white zones counted "
                "more) against the best found for the same money in each trial, and more than "
                "{most} in one of ten.",
                regret=amount(first["regret_worth_people"]),
                most=amount(first["regret_p90_worth_people"]),
            )
        )
    told += _decisions(stability)
    factors = _factors(split)
    if len(factors) and factors["ranks_alone_percent"].iloc[0] > 0:
        row = factors.iloc[0]
        told.append(
            said(
                "Who is among the first ten depends most on this: {factor}; alone it opens "
                "{percent} % as much as everything together. To know more: {how}.",
                factor=FACTOR_WORDS[str(row["factor"])],
                percent=amount(row["ranks_alone_percent"]),
                how=MEASURED_BY[str(row["factor"])],
            )
        )
    if len(measure):
        row = measure.iloc[0]
        told.append(
            said(
                "Measure first near {village}, {commune} ({where}): it concerns {options} options.",
                village=same(str(row["village"])),
                commune=same(str(row["commune"])),
                where=f"{row['latitude']:.4f}, {row['longitude']:.4f}",
                options=int(row["options"]),
            )
        )
    return tuple(told)


def _decisions(stability: pd.DataFrame) -> list[Bilingual]:
    """Which decision about one option costs most where it is wrong, built and left out."""
    told = []
    for built in ("yes", "no"):
        of_them = stability[stability["in_base_plan"] == built]
        regret = of_them["option_regret_worth_people"]
        if not regret.max() >= 1.0:
            continue
        row = of_them.loc[regret.idxmax()]
        option = said(
            "rank {rank} in {commune}", rank=int(row["rank"]), commune=same(str(row["commune"]))
        )
        missed = amount(row["option_regret_worth_people"])
        told.append(
            said(
                "Of the options that would be built, {option} costs most where it is wrong: having "
                "it misses {missed} people (worth) on average, all else chosen for each trial.",
                option=option, missed=missed,
            )
            if built == "yes"
            else said(
                "Of the options left out, {option} costs most where that is wrong: not having it "
                "misses {missed} people (worth) on average, all else chosen for each trial.",
                option=option, missed=missed,
            )
        )  # fmt: skip
    return told


def _factors(split: pd.DataFrame) -> pd.DataFrame:
    """Factors without the whole, those that open the ranks most first."""
    parts = split[split["factor"] != "all"]
    return parts.sort_values(
        ["ranks_alone_percent", "factor"], ascending=[False, True], na_position="last"
    )


def _ranks(first: float, last: float) -> str:
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
