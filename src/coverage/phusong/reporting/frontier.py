"""People against money, and best sets beside each other, as figure and table."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.figures import number_axis, say, say_legend, titled_figure
from phusong.reporting.page_tables import PageTable
from phusong.reporting.study_facts import MILLION, money_unit
from phusong.reporting.wording import joined, said
from phusong.study import Study

_BILLION = 1e9
_BELOW_EACH_OTHER = ((8.0, 5.6), (0.11, 0.42, 0.86, 0.45), (0.11, 0.15, 0.86, 0.2))
_FOR_PAPER = ((7.4, 2.0), (0.085, 0.25, 0.52, 0.53), (0.665, 0.25, 0.325, 0.53))
"""Sizes of the figure [inch], and where people and what is lost stand in it."""
_NOTHING = said("Sets of 0 options: the budget pays for none, or nobody is left to reach.")


def frontier_figure(
    frontier: pd.DataFrame,
    *,
    title: Bilingual,
    currency: str,
    practice: Bilingual | None = None,
    paper: bool = False,
) -> Figure:
    """People of the best set, of greedy steps and of the build order against money.

    Parameters
    ----------
    frontier
        The columns of ``plan/frontier.csv``.
    title
        Title in both languages.
    currency
        Of ``budget``.
    practice
        Words to burn in when practice data went in, else None.
    paper
        Side by side and as wide as a sheet of paper, letter for letter.

    Returns
    -------
    matplotlib.figure.Figure
        People are weighted as in the ranking. Above the best set nothing is possible where it is
        proven; else the bound says what could still be. Below, what greedy steps and the build
        order lose against the best set, in percent, since the lines above often lie together.
    """
    money = frontier["budget"] / _BILLION
    lines = (
        ("bound_worth_people", "#8a97a3", ":", "", said("proven bound")),
        ("best_set_worth_people", "#12507b", "-", "o", said("best set")),
        ("greedy_worth_people", "#b8860b", "--", "s", said("best option first, step after step")),
        ("build_order_worth_people", "#c81e1e", "-.", "^", said("build order")),
    )
    size, above, below = _FOR_PAPER if paper else _BELOW_EACH_OTHER
    with titled_figure(size, title=title, practice=practice) as figure:
        axes = figure.add_axes(above)
        loss = figure.add_axes(below, sharex=axes)
        for column, colour, dashes, sign, _ in lines:
            axes.plot(money, frontier[column], color=colour, linestyle=dashes, marker=sign,
                      markersize=4.5, label=column)  # fmt: skip
        best = frontier["best_set_worth_people"]
        for column, colour, dashes, sign, _ in lines[2:]:
            lost = (100.0 * (1.0 - frontier[column] / best.where(best > 0))).fillna(0.0)
            loss.plot(money, lost, color=colour, linestyle=dashes, marker=sign, markersize=4.5)
        budget = said("Budget [billion {currency}]", currency=currency)
        say(figure, lambda to: loss.set_xlabel(budget.to(to), parse_math=False))
        say(figure, lambda to: loss.set_ylabel(said("Lost [%]").to(to)))
        loss.set_ylim(bottom=0.0, top=max(1.0, loss.get_ylim()[1]))
        loss.grid(alpha=0.3)
        number_axis(figure, loss.yaxis)
        if paper:
            say(figure, lambda to: axes.set_xlabel(budget.to(to), parse_math=False))
        else:
            axes.tick_params(labelbottom=False)
        say(figure, lambda to: axes.set_ylabel(said("People, weighted").to(to)))
        number_axis(figure, axes.yaxis)
        number_axis(figure, axes.xaxis)
        axes.set_xlim(left=0.0)
        axes.set_ylim(bottom=0.0)
        axes.grid(alpha=0.3)
        key = axes.legend(loc="lower right", frameon=False, fontsize=6.5 if paper else None)
        say_legend(figure, key, [words for *_, words in lines])
        if paper:
            for part in (axes, loss):
                part.tick_params(labelsize=7.0)
                part.xaxis.label.set_fontsize(7.5)
                part.yaxis.label.set_fontsize(7.5)
    return figure


def money_figure(
    priorities: pd.DataFrame, *, title: Bilingual, currency: str, practice: Bilingual | None = None
) -> Figure:
    """People newly covered against money, rank after rank.

    Parameters
    ----------
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    title
        Title in both languages.
    currency
        Of ``present_value``.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        Steps from the first rank to the last: gains per operator, and those of them who had no
        operator at all.
    """
    money = np.concatenate([[0.0], priorities["present_value"].cumsum() / _BILLION])
    lines = (
        ("people_newly_covered", "#12507b", "o", said("per operator")),
        ("people_white_zone", "#c81e1e", "s", said("in white zones")),
    )
    with titled_figure((8.0, 4.9), title=title, practice=practice) as figure:
        axes = figure.add_axes((0.11, 0.17, 0.86, 0.66))
        for column, colour, sign, _ in lines:
            people = np.concatenate([[0.0], priorities[column].cumsum()])
            axes.step(money, people, where="post", color=colour, marker=sign, markersize=4.5,
                      label=sign)  # fmt: skip
        cost = said("Cumulative present value [billion {currency}]", currency=currency)
        gained = said("People newly covered")
        say(figure, lambda to: axes.set_xlabel(cost.to(to), parse_math=False))
        say(figure, lambda to: axes.set_ylabel(gained.to(to), parse_math=False))
        number_axis(figure, axes.yaxis)
        number_axis(figure, axes.xaxis)
        axes.set_xlim(left=0.0)
        axes.set_ylim(bottom=0.0)
        axes.grid(alpha=0.3)
        key = axes.legend(loc="upper left", frameon=False)
        say_legend(figure, key, [words for *_, words in lines])
    return figure


def choice_table(study: Study, choices: pd.DataFrame) -> PageTable:
    """Best sets beside each other.

    Parameters
    ----------
    study
        Its currency.
    choices
        The columns of ``plan/choices.csv``.

    Returns
    -------
    PageTable
        One row per set; empty cells where a question has no answer.
    """
    money = money_unit(study)
    people = said("people")
    rows = tuple(
        (
            Bilingual(row.question_vi, row.question_en), row.options,
            row.capex / MILLION, row.present_value / MILLION,
            row.people_newly_covered, row.people_white_zone, row.people_less_percent,
            row.lowest_commune_share_percent, row.facilities_with_second_server, row.gap_percent,
        )
        for row in choices.itertuples()
    )  # fmt: skip
    return PageTable(
        title=said("Best sets"),
        columns=(
            Column(said("Asked for")),
            Column(said("Options"), "", 0),
            Column(said("Capex"), money, 0),
            Column(said("Present value"), money, 0),
            Column(said("Newly covered"), people, 0),
            Column(said("Of them in white zones"), people, 0),
            Column(said("Fewer people than the plain set"), same("%"), 1),
            Column(said("Lowest commune: people with a signal"), same("%"), 0),
            Column(said("Facilities served from two places"), "", 0),
            Column(said("How far from the proven bound"), same("%"), 2),
        ),
        rows=rows,
        note=joined(
            (
                *([_NOTHING] if (choices["options"] == 0).any() else []),
                said(
                    "A gap of 0 is proven: nothing better exists. The options of each set are in "
                    "plan/best-set.csv."
                ),
                *choice_answers(choices[choices["status"] == "infeasible"]),
            ),
            " ",
        ),
    )


def choice_answers(choices: pd.DataFrame) -> tuple[Bilingual, ...]:
    """What each set does, or why there is none.

    Parameters
    ----------
    choices
        The columns of ``plan/choices.csv``.

    Returns
    -------
    tuple of Bilingual
        One per set, question first.
    """
    return tuple(
        joined(
            (Bilingual(row.question_vi, row.question_en), Bilingual(row.answer_vi, row.answer_en)),
            ": ",
        )
        for row in choices.itertuples()
    )
