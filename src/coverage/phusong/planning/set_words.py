"""What a best set was asked for and what it answers, in either language."""

from collections.abc import Sequence

import numpy as np

from phusong.language import number_text, translated, translated_count
from phusong.planning.chosen_sets import (
    BUDGET,
    EACH,
    EVERY_VILLAGE,
    FLOOR,
    GREEDY,
    OWN,
    POVERTY,
    SECOND,
    TARGET,
    TOGETHER,
    WITHIN_REACH,
    ChosenSet,
)
from phusong.planning.money_words import amount_text

MOST_NAMED = 6


def question(key: str, language: str) -> str:
    """Question that a set answers.

    Parameters
    ----------
    key
        Its key.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        A phrase.
    """
    return {
        BUDGET: translated("Best set within the budget", language),
        GREEDY: translated(
            "Best option first, step after step, within the budget (to compare)", language
        ),
        POVERTY: translated("Within the budget, poor communes count more", language),
        FLOOR: translated(
            "Within the budget, every commune reaches the least share of people with a signal",
            language,
        ),
        SECOND: translated("Within the budget, facilities with a second server count", language),
        TOGETHER: translated("Within the budget, all of these terms", language),
        OWN: translated("Best set of an operator's own options within its own budget", language),
        EACH: translated("Best shared set, every operator within its own budget", language),
        TARGET: translated("Least money for the target of people without any operator", language),
        EVERY_VILLAGE: translated("Least money for a signal in every village", language),
        WITHIN_REACH: translated(
            "Least money for a signal in every village that an option reaches", language
        ),
    }[key]


def answer(found: ChosenSet, plain: ChosenSet | None, currency: str, language: str) -> str:
    """What a set does and whether it is proven.

    Parameters
    ----------
    found
        The set.
    plain
        The best set for the same budget without terms; None without a budget.
    currency
        Of the money.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        Sentences.
    """
    if found.status == "infeasible":
        return _no_answer(found, currency, language)
    parts = [
        translated_count(
            "{count} option for {money}: newly covered are {white} people without any operator and "
            "{people} people of their own operators.",
            "{count} options for {money}: newly covered are {white} people without any operator "
            "and {people} people of their own operators.",
            len(found.built), language,
        ).format(
            count=len(found.built), money=_money(found.cost, currency, language),
            white=number_text(round(found.white_zone, 1), language),
            people=number_text(round(found.people, 1), language),  # as the table has them
        )
    ]  # fmt: skip
    if plain is not None and found.is_for_the_budget and found.key not in {BUDGET, GREEDY}:
        parts.append(
            translated(
                "Beside the plain set: {white} people without any operator, {people} people of "
                "their own operators.",
                language,
            ).format(
                white=_signed(found.white_zone - plain.white_zone, language),
                people=_signed(found.people - plain.people, language),
            )
        )
    if found.key != GREEDY:
        parts.append(
            translated("Nothing better exists: proven.", language)
            if found.status == "optimal"
            else translated(
                "Not proven to be the best; at most {gap} % better is possible.", language
            ).format(gap=number_text(100 * found.gap, language, 2))
        )
    return " ".join(parts)


def _money(amount: float, currency: str, language: str) -> str:
    return f"{amount_text(amount, language)} {currency}"


def _no_answer(found: ChosenSet, currency: str, language: str) -> str:
    names = _named(found.lacking, language)
    if found.key == EVERY_VILLAGE:
        return translated(
            "Cannot be reached: no option reaches {names}. Allow more kinds, heights or spots.",
            language,
        ).format(names=names)
    if found.key in {FLOOR, TOGETHER} and np.isnan(found.needed):
        return translated(
            "Cannot be reached at any price: all options together do not cover enough of {names}. "
            "Lower planning.choice.commune_floor, or allow more kinds, heights or spots.",
            language,
        ).format(names=names)
    if found.key in {FLOOR, TOGETHER}:
        return translated(
            "Cannot be reached within the budget: at least {money} are needed for the floor of "
            "{names}.",
            language,
        ).format(money=_money(found.needed, currency, language), names=names)
    if found.lacking:
        return translated(
            "Cannot be reached: all options together cover fewer people. No option reaches the "
            "centre of {names}. Lower the target.",
            language,
        ).format(names=names)
    return translated(
        "Cannot be reached: all options together cover fewer people. Lower the target.", language
    )


def _named(names: Sequence[str], language: str) -> str:
    first = ", ".join(names[:MOST_NAMED])
    rest = len(names) - MOST_NAMED
    if rest <= 0:
        return first
    return translated("{names} and {rest} more places", language).format(names=first, rest=rest)


def _signed(amount: float, language: str) -> str:
    whole = round(amount)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{number_text(abs(whole), language)}"
