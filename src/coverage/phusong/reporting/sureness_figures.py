"""Rank intervals, and what the doubt comes from, as figures."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from phusong.reporting.facts import Bilingual
from phusong.reporting.figures import (
    INK,
    in_lines,
    say,
    say_legend,
    short_name,
    titled_figure,
)
from phusong.reporting.sureness_tables import FACTOR_WORDS
from phusong.reporting.wording import said

_LINE, _DOT, _PEOPLE_COLOUR = "#12507b", "#c81e1e", "#7fa8c4"


def interval_figure(
    stability: pd.DataFrame, *, most: int, title: Bilingual, practice: Bilingual | None = None
) -> Figure:
    """Where trials put each of the first options.

    Parameters
    ----------
    stability
        The columns of ``plan/stability.csv``.
    most
        Options to draw, at least 1.
    title
        Title in both languages.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        A line from the 10 % to the 90 % rank, a dot at the rank, a square at that by the second
        model where the study has one, and beside it the chance to be in the best set.
    """
    shown = stability.head(most)
    place = np.arange(len(shown))
    with titled_figure((8.0, 2.4 + 0.27 * len(shown)), title=title, practice=practice) as figure:
        bottom = 0.95 / figure.get_figheight()
        axes = figure.add_axes((0.29, bottom, 0.59, 1.0 - bottom - 1.4 / figure.get_figheight()))
        axes.hlines(place, shown["rank_p10"], shown["rank_p90"], color=_LINE, linewidth=5,
                    alpha=0.55, label="trials")  # fmt: skip
        axes.plot(shown["rank"], place, "o", color=_DOT, markersize=5, label="rank")
        names = [said("80 % of the trials"), said("Rank")]
        if "rank_second_model" in shown:
            axes.plot(shown["rank_second_model"], place, "s", color=INK, markersize=4,
                      label="second model")  # fmt: skip
            names.append(said("Rank by the second model"))
        axes.axvline(10.5, color=INK, linewidth=0.8, linestyle="--")
        whose = [short_name(f"{row.operator}, {row.commune}") for row in shown.itertuples()]
        ranks = [f"{rank} · {name}" for rank, name in zip(shown["rank"], whose, strict=True)]
        axes.set_yticks(place, ranks, fontsize=8)
        for y, chance in enumerate(shown["probability_in_best_set"]):
            axes.text(1.02, y, f"{100 * chance:.0f} %", transform=axes.get_yaxis_transform(),
                      va="center", fontsize=8)  # fmt: skip
        heading = said("best set")
        best = axes.text(1.02, -0.8, "", transform=axes.get_yaxis_transform(), va="bottom",
                         fontsize=7.5)  # fmt: skip
        say(figure, lambda to: best.set_text(in_lines(heading, to)))
        axes.set_ylim(len(shown) - 0.5, -0.7)
        axes.set_xscale("log")
        axes.set_xlim(0.9, None)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(LogFormatter())
        say(figure, lambda to: axes.set_xlabel(said("Rank").to(to)))
        axes.grid(alpha=0.3, axis="x")
        key = axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False,
                          fontsize=7)  # fmt: skip
        say_legend(figure, key, names)
    return figure


def split_figure(
    split: pd.DataFrame, *, title: Bilingual, practice: Bilingual | None = None
) -> Figure:
    """How much of the variance each factor accounts for.

    Parameters
    ----------
    split
        The columns of ``plan/variance-split.csv``.
    title
        Title in both languages.
    practice
        Words to burn in when practice data went in, else None.

    Returns
    -------
    matplotlib.figure.Figure
        Two bars per factor: of who is among the first ten, and of people covered.
    """
    parts = split[split["factor"] != "all"]
    place = np.arange(len(parts))
    bars = (
        ("ranks_alone_percent", -0.2, _LINE, said("of who is among the first ten")),
        ("people_alone_percent", 0.2, _PEOPLE_COLOUR, said("of people covered")),
    )
    with titled_figure((8.0, 4.8), title=title, practice=practice) as figure:
        axes = figure.add_axes((0.34, 0.24, 0.63, 0.54))
        for column, shift, colour, _ in bars:
            axes.barh(place + shift, np.nan_to_num(parts[column]), 0.38, color=colour,
                      label=column)  # fmt: skip
        names = [FACTOR_WORDS[str(factor)] for factor in parts["factor"]]
        axes.set_yticks(place, [""] * len(names), fontsize=8)
        say(figure, lambda to: axes.set_yticklabels([in_lines(name, to) for name in names]))
        axes.invert_yaxis()
        axes.axvline(0.0, color=INK, linewidth=0.8)
        share = said("Share of the variance, this alone being open [%]")
        say(figure, lambda to: axes.set_xlabel(in_lines(share, to)))
        axes.grid(alpha=0.3, axis="x")
        key = axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
        say_legend(figure, key, [words for *_, words in bars])
    return figure
