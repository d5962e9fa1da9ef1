"""What an option costs and which gap of money it leaves, in Vietnamese and English."""

from phusong.language import number_text
from phusong.planning.cost import OptionMoney, SiteCost

MILLION = 1e6
FEWEST_MILLIONS = 10.0
"""Smaller amounts are written in full."""


def money_en(cost: SiteCost, money: OptionMoney | None, *, told: bool) -> str:
    """Price and gap of an option in English.

    Parameters
    ----------
    cost
        Its price.
    money
        Its money over the horizon; None where the operator's market share is not known.
    told
        Whether the study says what people bring.

    Returns
    -------
    str
        One or two sentences after a space.
    """
    currency = cost.currency
    opex = f" and {amount_en(cost.opex_per_year)} {currency} a year" if cost.opex_per_year else ""
    priced = (
        f" Cost: {amount_en(cost.capex)} {currency} to build{opex}, "
        f"{amount_en(cost.present_value)} {currency} as present value."
    )
    if not told:
        return priced
    if money is None:
        return f"{priced} What it brings is not known: no market share of the operator is given."
    gap = money.gap
    grant = f"{amount_en(gap.grant)} {currency}"
    yearly = f"{amount_en(gap.support_per_year)} {currency} a year"
    closing = {
        "commercial": "Revenue pays for all of it.",
        "capex_grant": f"Revenue pays the running; a grant of {grant} closes the gap.",
        "running_support": f"Revenue does not pay the running: a grant of {grant} and {yearly} "
        "close the gap.",
    }
    return f"{priced} {closing[gap.gap_type]}"


def money_vi(cost: SiteCost, money: OptionMoney | None, *, told: bool) -> str:
    """Price and gap of an option in Vietnamese.

    Parameters
    ----------
    cost
        Its price.
    money
        Its money over the horizon; None where the operator's market share is not known.
    told
        Whether the study says what people bring.

    Returns
    -------
    str
        The same as :func:`money_en`.
    """
    currency = cost.currency
    opex = f", vận hành {amount_vi(cost.opex_per_year)} {currency} mỗi năm"
    opex = opex if cost.opex_per_year else ""
    priced = (
        f" Chi phí: xây dựng {amount_vi(cost.capex)} {currency}{opex}, giá trị hiện tại "
        f"{amount_vi(cost.present_value)} {currency}."
    )
    if not told:
        return priced
    if money is None:
        return f"{priced} Chưa biết doanh thu: chưa có thị phần của nhà mạng."
    gap = money.gap
    grant = f"{amount_vi(gap.grant)} {currency}"
    yearly = f"{amount_vi(gap.support_per_year)} {currency} mỗi năm"
    closing = {
        "commercial": "Doanh thu trả được tất cả.",
        "capex_grant": f"Doanh thu trả được vận hành; hỗ trợ vốn {grant} bù khoảng trống.",
        "running_support": f"Doanh thu chưa trả được vận hành: cần hỗ trợ vốn {grant} và {yearly}.",
    }
    return f"{priced} {closing[gap.gap_type]}"


def amount_en(amount: float) -> str:
    """Money in English: whole millions, small amounts in full.

    Parameters
    ----------
    amount
        The amount, in a currency named after it.

    Returns
    -------
    str
        For example ``24,937 million``.
    """
    if amount < FEWEST_MILLIONS * MILLION:
        return number_text(amount, "en")
    return f"{number_text(amount / MILLION, 'en')} million"


def amount_vi(amount: float) -> str:
    """Money in Vietnamese: whole millions, small amounts in full.

    Parameters
    ----------
    amount
        The amount, in a currency named after it.

    Returns
    -------
    str
        For example ``24.937 triệu``.
    """
    if amount < FEWEST_MILLIONS * MILLION:
        return number_text(amount, "vi")
    return f"{number_text(amount / MILLION, 'vi')} triệu"
