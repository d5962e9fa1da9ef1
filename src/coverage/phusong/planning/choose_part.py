"""A question about some of its options alone: small enough for a proven answer, and a good start.

Options that the relaxed solution uses, and those that come nearest to being used, are nearly all
that the best set is made of (kernel search: E. Angelelli, R. Mansini, M. G. Speranza, *Kernel
search: a general heuristic for the multi-dimensional knapsack problem*, Computers & Operations
Research 37, 2010).
"""

from dataclasses import replace

import numpy as np

from phusong.planning.choose_inputs import Question
from phusong.planning.choose_links import Links
from phusong.planning.choose_rows import Rows
from phusong.units import IntArray


def part_of(question: Question, kept: IntArray) -> Question:
    """The same question about some of the options.

    Parameters
    ----------
    question
        What is asked, without floors.
    kept
        Options, ascending.

    Returns
    -------
    Question
        Rows that these options cannot serve are left out; ``free`` are ``kept``.
    """
    rows, links = question.rows, question.links
    by_option = rows.by_option[kept]
    served = np.flatnonzero(by_option.getnnz(axis=0) > rows.twice)
    place = np.full(len(question.free), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    groups = [place[group][place[group] >= 0] for group in question.groups]
    return replace(
        question,
        free=kept,
        cost=question.cost[kept],
        groups=tuple(group for group in groups if len(group) > 1),
        limits=tuple(limit.among(kept) for limit in question.limits),
        links=Links(links.feeds[kept][:, kept].tocsr(), links.root[kept]),
        rows=Rows(
            by_option[:, served].tocsr(), rows.weight[served], rows.base, rows.twice[served],
            rows.row_of_point, rows.is_done,
        ),
    )  # fmt: skip
