"""Sets of indicators that communes are judged by: dated facts, not rules of the code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that decides an indicator, and where it is from.

    Parameters
    ----------
    value, unit
        The number and its unit.
    source
        Where it is from.
    verified
        Whether that was checked.
    """

    value: float
    unit: str
    source: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a criterion.

    Parameters
    ----------
    key
        Number in the set, for example ``8.1``.
    text_vi, text_en
        Its wording.
    required
        What the set asks for.
    test
        How it is judged: ``facilities`` (at least so many of a kind in the commune),
        ``villages_served`` (share of villages with mobile or fixed broadband),
        ``villages_with`` (share of villages nearest to a facility of a kind), ``reported``.
    threshold
        What decides; None where only people judge.
    facility
        Kind of facility that the test counts; empty for others.
    needs
        What is missing when nobody has said; empty when the test knows.
    """

    key: str
    text_vi: str
    text_en: str
    required: str
    test: str
    threshold: Threshold | None = None
    facility: str = ""
    needs: str = ""


@dataclass(frozen=True, slots=True)
class CriterionSet:
    """A dated set of indicators.

    Parameters
    ----------
    key
        What it is called, for example ``2021-2025``.
    valid_from, valid_to
        First and last day, ISO dates.
    source
        The decision.
    indicators
        In their order.
    complete
        Kinds of facilities whose list is said to be complete: none listed means there is none.
    """

    key: str
    valid_from: str
    valid_to: str
    source: str
    indicators: tuple[Indicator, ...]
    complete: tuple[str, ...] = ()
