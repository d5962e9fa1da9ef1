"""How sure a ranking is and where to measure next, for notebooks."""

from phusong.pipeline.plan import Plan
from phusong.reporting.facts import Picture
from phusong.reporting.shown import Shown, drawn, shown_sentences, shown_table
from phusong.reporting.sureness_figures import interval_figure, split_figure
from phusong.reporting.sureness_tables import (
    measure_page_table,
    split_page_table,
    sure_findings,
    sure_table,
)
from phusong.reporting.wording import said
from phusong.study import Study


def intervals(ranked: Plan, *, most: int = 20) -> Shown:
    """How sure the first ranks are.

    Parameters
    ----------
    ranked
        A ranking.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(sure_table(ranked.stability, ranked.priorities, most=most))


def intervals_picture(study: Study, ranked: Plan, *, most: int = 20) -> Picture:
    """Draw where trials put each of the first options.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.
    most
        Options to draw, at least 1.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    title = said("Ranks in trials")
    return drawn(study, ranked.stability, interval_figure, title=title, most=most)


def split(ranked: Plan) -> Shown:
    """What the doubt about a ranking comes from.

    Parameters
    ----------
    ranked
        A ranking.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(split_page_table(ranked.variance_split))


def split_picture(study: Study, ranked: Plan) -> Picture:
    """Draw what the doubt about a ranking comes from.

    Parameters
    ----------
    study
        The study.
    ranked
        Its ranking.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    title = said("What the doubt comes from")
    return drawn(study, ranked.variance_split, split_figure, title=title)


def measure_next(ranked: Plan, *, most: int = 10) -> Shown:
    """Where a measurement would settle most of a ranking.

    Parameters
    ----------
    ranked
        A ranking.
    most
        Rows to show, at least 1.

    Returns
    -------
    Shown
        A table.
    """
    return shown_table(measure_page_table(ranked.measure_next, most=most))


def answer_uncertainty(ranked: Plan) -> Shown:
    """How sure a ranking is, in sentences with numbers.

    Parameters
    ----------
    ranked
        A ranking.

    Returns
    -------
    Shown
        Vietnamese and English.
    """
    return shown_sentences(
        sure_findings(ranked.stability, ranked.variance_split, ranked.measure_next)
    )
