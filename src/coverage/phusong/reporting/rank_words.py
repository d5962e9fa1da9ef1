"""What the first ranks of a plan are, and why they stand where they stand."""

import pandas as pd

from phusong.planning.reasons import begun
from phusong.reporting.facts import Bilingual
from phusong.reporting.page_tables import RankReason
from phusong.reporting.wording import joined, said

NEW_MAST = said("new mast")
"""What an option is in a table that does not say its kind."""
_SENTENCE_END = ". "


def rank_headings(priorities: pd.DataFrame, *, most: int) -> tuple[tuple[int, Bilingual], ...]:
    """What the first ranks are, above the reasons for them.

    Parameters
    ----------
    priorities
        Ranked options, the columns of ``plan/priorities.csv``; of one operator or of all.
    most
        Headings to give, at least 1.

    Returns
    -------
    tuple of (int, Bilingual)
        Rank among all operators' options, and kind, place and operator.
    """
    told = []
    for row in priorities.head(most).itertuples():
        what = NEW_MAST
        if hasattr(row, "kind_vi"):
            what = Bilingual(row.kind_vi, row.kind_en)
        words = said(
            "{what}, {commune} ({who})",
            what=Bilingual(begun(what.vi), begun(what.en)), commune=row.commune, who=row.operator,
        )  # fmt: skip
        told.append((int(row.rank), words))
    return tuple(told)


def reasons(priorities: pd.DataFrame, *, most: int) -> tuple[Bilingual, ...]:
    """Why the first ranks stand where they stand.

    Parameters
    ----------
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    most
        Reasons to give, at least 1.

    Returns
    -------
    tuple of Bilingual
        One per rank.
    """
    told = []
    for row in priorities.head(most).itertuples():
        words = Bilingual(row.why_vi, row.why_en)
        served = getattr(row, "served_by_others", "")  # the province alone reads who it is
        if isinstance(served, str) and served:
            words = joined(
                (words, said("Served there by others today (people): {who}.", who=served)), " "
            )
        told.append(words)
    return tuple(told)


def rank_reasons(priorities: pd.DataFrame, *, most: int) -> tuple[RankReason, ...]:
    """The first ranks with their reasons, as pages show them that are read at a glance.

    Parameters
    ----------
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    most
        Ranks to give, at least 1.

    Returns
    -------
    tuple of RankReason
        One per rank.
    """
    if priorities.empty:  # a study without an option has no columns either
        return ()
    told = zip(
        rank_headings(priorities, most=most),
        reasons(priorities, most=most),
        (row.commune for row in priorities.head(most).itertuples()),
        strict=True,
    )
    return tuple(
        RankReason(rank, heading, *_parted(reason, str(commune)))
        for (rank, heading), reason, commune in told
    )


def _parted(reason: Bilingual, commune: str) -> tuple[Bilingual, Bilingual]:
    """The first sentence of a reason, and all others.

    It ends behind the name of the commune: names before it may hold a full stop.
    """

    def parted(language: str) -> tuple[str, str]:
        words = reason.to(language)
        named = words.casefold().find(commune.casefold())
        end = words.find(_SENTENCE_END, named + len(commune) if named >= 0 else 0)
        return (words, "") if end < 0 else (words[: end + 1], words[end + 2 :])

    return (
        Bilingual.made_by(lambda language: parted(language)[0]),
        Bilingual.made_by(lambda language: parted(language)[1]),
    )
