"""What an option costs and which gap of money it leaves, in either language."""

from phusong.language import number_text, translated
from phusong.planning.cost import OptionMoney, SiteCost
from phusong.planning.finance import Gap

MILLION = 1e6
FEWEST_MILLIONS = 10.0
"""Smaller amounts are written in full."""


def money_text(cost: SiteCost, money: OptionMoney | None, language: str, *, told: bool) -> str:
    """Price and gap of an option.

    Parameters
    ----------
    cost
        Its price.
    money
        Its money over the horizon; None where the operator's market share is not known.
    language
        ``vi`` or ``en``.
    told
        Whether the study says what people bring.

    Returns
    -------
    str
        One or two sentences after a space.
    """
    words = (
        translated("Cost: {capex} to build and {opex} a year, {total} as present value.", language)
        if cost.opex_per_year
        else translated("Cost: {capex} to build, {total} as present value.", language)
    )
    priced = " " + words.format(
        capex=_amount(cost.capex, cost.currency, language),
        opex=_amount(cost.opex_per_year, cost.currency, language),
        total=_amount(cost.present_value, cost.currency, language),
    )
    if cost.wear.repurchases or cost.wear.salvage:
        priced += " " + _worn(cost, language)
    if not told:
        return priced
    if money is None:
        unknown = translated(
            "What it brings is not known: no market share of the operator is given.", language
        )
        return f"{priced} {unknown}"
    return f"{priced} {_closing(money.gap, cost.currency, language)}"


def _worn(cost: SiteCost, language: str) -> str:
    """What of the present value is for equipment that wears out."""
    words = (
        translated(
            "Of this, {again} is for equipment that wears out and is bought again; {left}, what "
            "is left of it at the end, is taken off.",
            language,
        )
        if cost.wear.repurchases
        else translated("What is left at the end, {left}, is taken off.", language)
    )
    return words.format(
        again=_amount(cost.wear.repurchases, cost.currency, language),
        left=_amount(cost.wear.salvage, cost.currency, language),
    )


def _closing(gap: Gap, currency: str, language: str) -> str:
    """What closes the gap."""
    words = {
        "commercial": translated("Revenue pays for all of it.", language),
        "capex_grant": translated(
            "Revenue pays the running; a grant of {grant} closes the gap.", language
        ),
        "running_support": translated(
            "Revenue does not pay the running: a grant of {grant} and {yearly} a year close the "
            "gap.",
            language,
        ),
    }[gap.gap_type]
    return words.format(
        grant=_amount(gap.grant, currency, language),
        yearly=_amount(gap.support_per_year, currency, language),
    )


def _amount(amount: float, currency: str, language: str) -> str:
    return f"{amount_text(amount, language)} {currency}"


def amount_text(amount: float, language: str) -> str:
    """Money: whole millions, small amounts in full.

    Parameters
    ----------
    amount
        The amount, in a currency named after it.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        For example ``24,937 million`` or ``24.937 triệu``.
    """
    if amount < FEWEST_MILLIONS * MILLION:
        return number_text(amount, language)
    millions = number_text(amount / MILLION, language)
    return translated("{number} million", language).format(number=millions)
