"""What a best set was asked for and what it answers, in Vietnamese and English."""

from collections.abc import Sequence

import numpy as np

from phusong.language import number_text
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
from phusong.planning.money_words import amount_en, amount_vi

QUESTIONS = {
    BUDGET: (
        "Phương án tốt nhất trong ngân sách", "Best set within the budget",
    ),
    GREEDY: (
        "Chọn lần lượt phương án tốt nhất trong ngân sách (để so sánh)",
        "Best option first, step after step, within the budget (to compare)",
    ),
    POVERTY: (
        "Trong ngân sách, ưu tiên xã có tỷ lệ hộ nghèo cao",
        "Within the budget, poor communes count more",
    ),
    FLOOR: (
        "Trong ngân sách, mỗi xã đạt mức tối thiểu người có sóng",
        "Within the budget, every commune reaches the least share of people with a signal",
    ),
    SECOND: (
        "Trong ngân sách, cơ sở thiết yếu có trạm thứ hai",
        "Within the budget, facilities with a second server count",
    ),
    TOGETHER: (
        "Trong ngân sách, tất cả các tiêu chí trên", "Within the budget, all of these terms",
    ),
    OWN: (
        "Phương án tốt nhất của riêng nhà mạng trong ngân sách của mình",
        "Best set of an operator's own options within its own budget",
    ),
    EACH: (
        "Phương án chung tốt nhất, mỗi nhà mạng trong ngân sách của mình",
        "Best shared set, every operator within its own budget",
    ),
    TARGET: (
        "Rẻ nhất để đạt mục tiêu số người hết vùng trắng sóng",
        "Least money for the target of people without any operator",
    ),
    EVERY_VILLAGE: (
        "Rẻ nhất để mọi thôn có sóng", "Least money for a signal in every village",
    ),
    WITHIN_REACH: (
        "Rẻ nhất để mọi thôn có thể phủ được có sóng",
        "Least money for a signal in every village that an option reaches",
    ),
}  # fmt: skip
MOST_NAMED = 6


def question_vi(key: str) -> str:
    """Question that a set answers, in Vietnamese.

    Parameters
    ----------
    key
        Its key.

    Returns
    -------
    str
        A phrase.
    """
    return QUESTIONS[key][0]


def question_en(key: str) -> str:
    """Question that a set answers, in English.

    Parameters
    ----------
    key
        Its key.

    Returns
    -------
    str
        A phrase.
    """
    return QUESTIONS[key][1]


def answer_en(found: ChosenSet, plain: ChosenSet | None, currency: str) -> str:
    """What a set does and whether it is proven, in English.

    Parameters
    ----------
    found
        The set.
    plain
        The best set for the same budget without terms; None without a budget.
    currency
        Of the money.

    Returns
    -------
    str
        Sentences.
    """
    if found.status == "infeasible":
        return _no_answer_en(found, currency)
    parts = [
        f"{_options(found)} for {amount_en(found.cost)} {currency}: newly covered are "
        f"{_en(found.white_zone)} people without any operator and {_en(found.people)} people of "
        "their own operators."
    ]
    if plain is not None and found.is_for_the_budget and found.key not in {BUDGET, GREEDY}:
        less, white = plain.people - found.people, plain.white_zone - found.white_zone
        parts.append(
            f"Beside the plain set: {_signed(-white)} people without any operator, "
            f"{_signed(-less)} people of their own operators."
        )
    if found.key != GREEDY:
        proven = found.status == "optimal"
        parts.append(
            "Nothing better exists: proven."
            if proven
            else f"Not proven to be the best; at most {100 * found.gap:.2f} % better is possible."
        )
    return " ".join(parts)


def answer_vi(found: ChosenSet, plain: ChosenSet | None, currency: str) -> str:
    """What a set does and whether it is proven, in Vietnamese.

    Parameters
    ----------
    found
        The set.
    plain
        The best set for the same budget without terms; None without a budget.
    currency
        Of the money.

    Returns
    -------
    str
        The same as :func:`answer_en`.
    """
    if found.status == "infeasible":
        return _no_answer_vi(found, currency)
    parts = [
        f"{len(found.built)} phương án với {amount_vi(found.cost)} {currency} phủ mới "
        f"{_vi(found.white_zone)} người chưa có sóng của nhà mạng nào và {_vi(found.people)} "
        "lượt người của từng nhà mạng."
    ]
    if plain is not None and found.is_for_the_budget and found.key not in {BUDGET, GREEDY}:
        less, white = plain.people - found.people, plain.white_zone - found.white_zone
        parts.append(
            f"So với phương án không có tiêu chí: {_signed_vi(-white)} người chưa có sóng, "
            f"{_signed_vi(-less)} lượt người của từng nhà mạng."
        )
    if found.key != GREEDY:
        gap = f"{100 * found.gap:.2f}".replace(".", ",")
        parts.append(
            "Đã chứng minh không có phương án nào tốt hơn."
            if found.status == "optimal"
            else f"Chưa chứng minh là tốt nhất; có thể tốt hơn nhiều nhất {gap} %."
        )
    return " ".join(parts)


def _options(found: ChosenSet) -> str:
    return "1 option" if len(found.built) == 1 else f"{len(found.built)} options"


def _no_answer_en(found: ChosenSet, currency: str) -> str:
    names = _named(found.lacking, "and {} more")
    if found.key == EVERY_VILLAGE:
        return f"Cannot be reached: no option reaches {names}. Allow more kinds, heights or spots."
    if found.key in {FLOOR, TOGETHER} and np.isnan(found.needed):
        return (
            f"Cannot be reached at any price: all options together do not cover enough of {names}. "
            "Lower planning.choice.commune_floor, or allow more kinds, heights or spots."
        )
    if found.key in {FLOOR, TOGETHER}:
        return (
            f"Cannot be reached within the budget: at least {amount_en(found.needed)} {currency} "
            f"are needed for the floor of {names}."
        )
    lost = f" No option reaches the centre of {names}." if found.lacking else ""
    return f"Cannot be reached: all options together cover fewer people.{lost} Lower the target."


def _no_answer_vi(found: ChosenSet, currency: str) -> str:
    names = _named(found.lacking, "và {} nơi khác")
    if found.key == EVERY_VILLAGE:
        return (
            f"Không thể đạt: không phương án nào phủ được {names}. Hãy cho phép thêm loại phương "
            "án, chiều cao hoặc vị trí."
        )
    if found.key in {FLOOR, TOGETHER} and np.isnan(found.needed):
        return (
            f"Không thể đạt với bất kỳ chi phí nào: tất cả phương án cộng lại chưa phủ đủ {names}. "
            "Hãy giảm planning.choice.commune_floor, hoặc cho phép thêm loại phương án, chiều cao "
            "hoặc vị trí."
        )
    if found.key in {FLOOR, TOGETHER}:
        return (
            f"Không thể đạt trong ngân sách: cần ít nhất {amount_vi(found.needed)} {currency} để "
            f"đạt mức tối thiểu của {names}."
        )
    lost = f" Không phương án nào phủ được trung tâm {names}." if found.lacking else ""
    return (
        f"Không thể đạt: tất cả phương án cộng lại phủ được ít người hơn.{lost} Hãy giảm mục tiêu."
    )


def _named(names: Sequence[str], more: str) -> str:
    first = ", ".join(names[:MOST_NAMED])
    rest = len(names) - MOST_NAMED
    return f"{first} {more.format(rest)}" if rest > 0 else first


def _en(amount: float) -> str:
    return number_text(amount, "en")


def _vi(amount: float) -> str:
    return number_text(amount, "vi")


def _signed(amount: float) -> str:
    return f"{round(amount):+,d}" if round(amount) else "0"


def _signed_vi(amount: float) -> str:
    return _signed(amount).replace(",", ".")
