"""Criterion 8, official figures and reported lists as tables and a figure for notebooks."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from phusong.analysis.reach import ANY
from phusong.reporting.commune_words import STATUS_WORDS, VERDICT_WORDS
from phusong.reporting.facts import BOTH, Bilingual, Column, same
from phusong.reporting.figures import STYLE, burn_in, in_lines, worded_figure
from phusong.reporting.page_tables import PageTable
from phusong.reporting.study_facts import operator_words, practice_words, technology_of
from phusong.reporting.wording import joined, said, sourced
from phusong.study import Study

_COMMUNE = Column(said("Commune"))
_NOT_GIVEN = said("The study has no data of this kind.")
_REPORTED = {**VERDICT_WORDS, "not_reported": said("not reported")}


def criterion_overview(table: pd.DataFrame) -> PageTable:
    """State of every indicator of criterion 8 in every commune.

    Parameters
    ----------
    table
        The columns of ``gaps/criterion8.csv``, or none.

    Returns
    -------
    PageTable
        One row per commune, one column per indicator.
    """
    title = said("Criterion 8")
    if "commune_code" not in table:
        return PageTable(title, (_COMMUNE,), (), note=_NOT_GIVEN)
    indicators = list(dict.fromkeys(table["indicator"].astype(str)))
    rows = []
    for _, own in table.groupby("commune_code", sort=False):
        status = dict(zip(own["indicator"].astype(str), own["status"], strict=True))
        words = (STATUS_WORDS.get(str(status.get(each))) for each in indicators)
        rows.append((own["commune"].iloc[0], *words))
    texts = table.drop_duplicates("indicator")
    told = (
        said("{name}: {words}", name=r.indicator, words=Bilingual(r.text_vi, r.text_en))
        for r in texts.itertuples()
    )
    note = joined(told, " · ")
    columns = (_COMMUNE, *(Column(same(each)) for each in indicators))
    return PageTable(title, columns, tuple(rows), note=note)


def official_table(study: Study, communes: pd.DataFrame) -> PageTable:
    """Official figures of each commune beside the population raster.

    Parameters
    ----------
    study
        Its technology.
    communes
        The columns of ``gaps/communes.csv``.

    Returns
    -------
    PageTable
        One row per commune; no rows where the study has no official figures.
    """
    title = said("Official figures and the raster")
    if "population_official" not in communes:
        return PageTable(title, (_COMMUNE,), (), note=_NOT_GIVEN)
    chosen = (communes["operator"] == ANY) & (communes["technology"] == technology_of(study))
    columns: dict[str, Column] = {
        "population_raster": Column(said("By the raster"), decimals=0),
        "population_official": Column(said("Official"), decimals=0),
        "population_official_year": Column(said("Year")),
        "population_factor": Column(said("Factor"), decimals=2),
        "households_official": Column(said("Households", context="column"), decimals=0),
        "poor_rate_percent": Column(said("Poor households"), "%", 1),
        "poverty_standard": Column(said("Poverty standard")),
        "population_official_source": Column(said("Source")),
    }

    def cell(row: Any, name: str) -> object:
        value = row[name]
        missing = pd.isna(value) or value == ""
        if missing:
            return None
        if name.endswith("_source"):
            return sourced(str(value))
        return str(int(value)) if name.endswith("_year") else value

    return PageTable(
        title,
        (_COMMUNE, *columns.values()),
        tuple(
            (row["commune"], *(cell(row, name) for name in columns))
            for _, row in communes[chosen].iterrows()
        ),
        note=said("Where there is an official figure the raster is scaled to it by the factor."),
    )


def address_table(codes: pd.DataFrame, communes: Mapping[str, str]) -> PageTable:
    """Address codes by commune.

    Parameters
    ----------
    codes
        The columns of ``gaps/address-codes.csv``.
    communes
        Names by code.

    Returns
    -------
    PageTable
        Points with a code, those that share a cell and got a number, and those with the
        experimental short form.
    """
    rows = []
    for code, name in communes.items():
        own = codes[codes["commune_code"] == code]
        rows.append(
            (
                name,
                *(int((own["point_kind"] == kind).sum()) for kind in ("village", "household")),
                int((own["in_cell"] > 1).sum()),
                int((own["short_code_experimental"] != "").sum()),
                own["address_code"].iloc[0] if len(own) else None,
            )
        )  # fmt: skip
    shared, short = codes["in_cell"] > 1, codes["short_code_experimental"] != ""
    kinds = [(codes["point_kind"] == kind).sum() for kind in ("village", "household")]
    sums = [int(number) for number in (*kinds, shared.sum(), short.sum())]
    return PageTable(
        title=said("Address codes"),
        columns=(
            _COMMUNE,
            Column(said("Villages")),
            Column(said("Households", context="column")),
            Column(said("Share a cell of 3 m")),
            Column(said("With the short form (experimental)")),
            Column(said("Example")),
        ),
        rows=tuple(rows),
        total=(said("Total"), *sums, None),
        note=said(
            "Every point has a code of its own; those that share a cell have a number after the "
            "slash. The short form needs a postcode."
        ),
    )


def reported_figure(study: Study, confusion: pd.DataFrame) -> tuple[Figure, Bilingual]:
    """Villages by what lists report and what the model says, one panel per operator.

    Parameters
    ----------
    study
        Names of operators.
    confusion
        The columns of ``gaps/reported-confusion.csv``, at least one row.

    Returns
    -------
    figure, title
        Numbers of villages, darker where there are more, and what the figure shows.
    """
    title = said("Reports against the model, villages")
    operators = list(dict.fromkeys(confusion["operator"]))
    names = operator_words(study)
    states = [c for c in confusion if str(c).startswith("modelled_")]
    with mpl.rc_context({**STYLE, "font.size": 9.0}):
        figure = worded_figure((0.6 + 4.3 * len(operators), 4.4))
        for index, operator in enumerate(operators):
            own = confusion[confusion["operator"] == operator]
            values = own[states].to_numpy(dtype=np.float64)
            axes = figure.add_subplot(1, len(operators), index + 1)
            axes.imshow(np.sqrt(values), cmap="Blues", vmin=0.0)
            for (row, col), value in np.ndenumerate(values):
                dark = value > 0.25 * values.max()  # colours go by the root
                axes.text(col, row, f"{value:.0f}", ha="center", va="center",
                          color="white" if dark else "#17242f")  # fmt: skip
            modelled = [_state(str(c).removeprefix("modelled_")) for c in states]
            axes.set_xticks(range(len(states)), modelled, rotation=30, ha="right")
            axes.set_yticks(range(len(own)), [_state(str(s)) for s in own["reported"]])
            axes.set_title(names.get(operator, same(str(operator))).plain, fontsize=9.5)
            axes.set_xlabel(said("model", context="figure").plain)
            axes.set_ylabel(said("reported", context="figure").plain if index == 0 else "")
        figure.suptitle(title.plain, fontsize=11, fontweight="bold")
        figure.tight_layout(rect=(0, 0.05, 1, 0.97))
        practice = practice_words(study)
        if practice is not None:
            burn_in(figure, practice)
    return figure, title


def _state(state: str) -> str:
    return in_lines(_REPORTED.get(state, same(state)), BOTH)
