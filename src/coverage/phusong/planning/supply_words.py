"""How a priority is fed and connected, in Vietnamese and English."""

import numpy as np

from phusong.language import number_text
from phusong.planning.backhaul_table import backhaul_en, backhaul_vi
from phusong.planning.distance_words import away_en, away_vi
from phusong.planning.kinds import NEW_MAST, NEW_POWER, SATELLITE
from phusong.planning.neighbours import kind_name
from phusong.planning.priorities import Option, Priority

POWER_VI = {
    "grid": "điện lưới", "solar": "năng lượng mặt trời", "existing": "nguồn sẵn có của trạm",
}  # fmt: skip
POWER_EN = {"existing": "what the site has"}


def _grid_en(option: Option) -> str:
    """How far the grid is, where that decided."""
    if not _is_sized(option):
        return ""
    if np.isnan(option.power_line_m):
        return ", since no grid is known" + _diesel_en(option)
    where = away_en(option.power_line_m, "the grid")
    if option.cost.power == "grid":
        return f" ({where}), cheaper than solar over the horizon" + _diesel_en(option)
    return f", cheaper over the horizon than a line ({where})" + _diesel_en(option)


def _is_sized(option: Option) -> bool:
    """Whether its way to be fed was chosen; a small site's may be in its lump sum."""
    return option.kind in {NEW_MAST, NEW_POWER} or (
        option.kind == SATELLITE and option.cost.power_capex > 0
    )


def _diesel_en(option: Option) -> str:
    """That a diesel set would be cheaper, where it would."""
    less = option.cost.diesel_saves_percent
    return f" (a diesel set would cost {less:.0f} % less and is not taken)" if less >= 1 else ""


def _diesel_vi(option: Option) -> str:
    less = option.cost.diesel_saves_percent
    return (
        f" (máy phát điện diesel rẻ hơn {_number(less)} % nhưng không được chọn)"
        if less >= 1
        else ""
    )


def _grid_vi(option: Option) -> str:
    if not _is_sized(option):
        return ""
    if np.isnan(option.power_line_m):
        return ", vì chưa biết lưới điện ở đâu" + _diesel_vi(option)
    where = away_vi(option.power_line_m, "lưới điện")
    if option.cost.power == "grid":
        less = "rẻ hơn năng lượng mặt trời trong cả thời hạn tính"
        return f" ({where}), {less}" + _diesel_vi(option)
    return f", rẻ hơn kéo điện lưới ({where}) trong cả thời hạn tính" + _diesel_vi(option)


def supply_en(priority: Priority) -> str:
    """Power and backhaul in English.

    Parameters
    ----------
    priority
        The option at its place in the ranking.

    Returns
    -------
    str
        Two sentences.
    """
    option = priority.option
    hops, power = option.cost.backhaul_hops, option.cost.power
    shown = POWER_EN.get(power, power) + _grid_en(option)
    if priority.path:
        return f"Power: {shown}. {backhaul_en(priority.path)}"
    backhaul = kind_name(option).backhaul
    if backhaul != "microwave":
        words = {"existing": "what the site has", "host": "the host's", "satellite": "satellite"}
        return f"Power: {shown}. Backhaul: {words[backhaul]}."
    return (
        f"Power: {shown}. Backhaul: {hops} microwave hop{'s' if hops > 1 else ''} over "
        f"{option.backhaul_m / 1000:.1f} km, line of sight not checked."
    )


def supply_vi(priority: Priority) -> str:
    """Power and backhaul in Vietnamese.

    Parameters
    ----------
    priority
        The option at its place in the ranking.

    Returns
    -------
    str
        The same as :func:`supply_en`.
    """
    option = priority.option
    power = POWER_VI.get(option.cost.power, option.cost.power) + _grid_vi(option)
    if priority.path:
        return f"Nguồn điện: {power}. {backhaul_vi(priority.path)}"
    backhaul = kind_name(option).backhaul
    if backhaul != "microwave":
        words = {
            "existing": "sẵn có của trạm", "host": "của nhà mạng chủ trạm", "satellite": "vệ tinh",
        }  # fmt: skip
        return f"Nguồn điện: {power}. Truyền dẫn: {words[backhaul]}."
    return (
        f"Nguồn điện: {power}. Truyền dẫn: {option.cost.backhaul_hops} chặng vi ba, "
        f"{_number(option.backhaul_m / 1000, 1)} km, chưa kiểm tra tầm nhìn thẳng."
    )


def _number(value: float, decimals: int = 0) -> str:
    return number_text(value, "vi", decimals)
