"""People against money and best sets for notebooks."""

from phusong.pipeline.plan import Plan
from phusong.reporting.facts import Picture
from phusong.reporting.frontier import choice_answers, choice_table, frontier_figure
from phusong.reporting.money_gaps import gap_money_table, strategy_table
from phusong.reporting.shown import Shown, drawn, first_or, shown_list, shown_sentences
from phusong.reporting.wording import said
from phusong.study import Study

_NO_REVENUE = said(
    "The study does not say what people bring: give [planning.revenue] penetration, arpu and "
    "market shares."
)
_NOTHING_TO_SHARE = said("No new mast is ranked that several operators could share.")
_NOT_ASKED = said(
    "The study asks for no best set: give [planning.choice] a budget, a target or every_village."
)


def frontier_picture(study: Study, ranked: Plan) -> Picture:
    """Draw people of best sets, greedy steps and the build order against money.

    Parameters
    ----------
    study
        Its currency.
    ranked
        Its plan.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    title = said("People against money: best sets, greedy steps, build order")
    return drawn(
        study, ranked.frontier, frontier_figure, title=title, currency=study.costs.shown_currency
    )


def choices(study: Study, ranked: Plan) -> Shown:
    """Best sets for the study's budget and targets, with what terms of equity cost.

    Parameters
    ----------
    study
        The study.
    ranked
        Its plan.

    Returns
    -------
    Shown
        A table; a sentence where the study asks for none.
    """
    asked = not ranked.choices.empty
    return first_or((choice_table(study, ranked.choices),) if asked else (), _NOT_ASKED)


def gap_money(study: Study, ranked: Plan) -> Shown:
    """Ranked options by kind of gap, with the money that would close it.

    Parameters
    ----------
    study
        The study.
    ranked
        Its plan.

    Returns
    -------
    Shown
        A table; a sentence where the study does not say what people bring.
    """
    return first_or(gap_money_table(study, ranked.priorities), _NO_REVENUE)


def who_pays(study: Study, ranked: Plan) -> Shown:
    """What the ranked new masts would cost each operator, alone, shared and with roaming.

    Parameters
    ----------
    study
        The study.
    ranked
        Its plan.

    Returns
    -------
    Shown
        A table; a sentence where there is nothing to share.
    """
    return first_or(strategy_table(study, ranked.strategies), _NOTHING_TO_SHARE)


def answers(ranked: Plan) -> Shown:
    """What each best set does, or why there is none.

    Parameters
    ----------
    ranked
        A plan.

    Returns
    -------
    Shown
        A list; a sentence where the study asks for none.
    """
    if ranked.choices.empty:
        return shown_sentences((_NOT_ASKED,))
    return shown_list(said("Answers"), choice_answers(ranked.choices))
