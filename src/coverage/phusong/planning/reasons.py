"""Why an option has its rank, in Vietnamese and English."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phusong.language import number_text
from phusong.planning.kinds import (
    ADDED_BAND,
    ADDED_SECTOR,
    NEW_MAST,
    NEW_POWER,
    REPAIR,
    ROAMING,
    SATELLITE,
    SHARED_SITE,
    TALLER_MAST,
)
from phusong.planning.priorities import Option, Priority, Rival
from phusong.planning.rank_intervals import RankInterval
from phusong.planning.supply_words import supply_en, supply_vi

MODEL_NAMES = {"itm": "ITM", "p1812": "P.1812"}
"""What a propagation model is called in a sentence."""
MOST_VILLAGES_NAMED = 6
NARROW_PERCENT = 10.0
"""A lead below this is said to be narrow [%]."""
VILLAGE_WORDS = ("thôn", "bản", "tổ", "xóm", "ấp", "khu", "làng", "buôn")
"""Words for a village that its name may begin with already."""


@dataclass(frozen=True, slots=True)
class Told:
    """Names that a reason speaks of.

    Parameters
    ----------
    operator, host
        Who builds, and on whose site where it is another operator's.
    commune
        Where it stands.
    villages, facilities
        Village centres and facilities newly covered.
    """

    operator: str
    host: str
    commune: str
    villages: tuple[str, ...]
    facilities: tuple[str, ...] = ()


def why_en(priority: Priority, told: Told) -> str:
    """Reason in English.

    Parameters
    ----------
    priority
        The option at its place in the ranking.
    told
        Names.

    Returns
    -------
    str
        Whom it newly covers, who has another signal, why here and how high, power and backhaul,
        and which option of the same operator it beats narrowly.
    """
    option = priority.option
    newly, white = _people(priority)
    parts = [
        f"About {newly:,.0f} people newly covered for {told.operator}, "
        f"{white:,.0f} of them without any operator today, {_where_en(option, told)}."
    ]
    if told.villages:
        parts.append(f"Village centres reached: {_named(told.villages, 'and {} more')}.")
    if told.facilities:
        parts.append(f"Facilities reached: {_named(told.facilities, 'and {} more')}.")
    if option.layout is not None and newly - white >= 1:
        parts.append(f"The other {newly - white:,.0f} have or get another operator's signal.")
    parts += _heights_en(priority)
    if not np.isnan(option.road_m):
        parts.append(f"{option.road_m / 1000:.1f} km from a road.")
    parts.append(supply_en(priority))
    if priority.rival is not None and priority.lead_percent < NARROW_PERCENT:
        lead = f"{priority.lead_percent:.1f} % more people for the money"
        parts.append(f"Narrowly ahead of {_rival_en(priority.rival)}: {lead}.")
    return " ".join(parts)


def why_vi(priority: Priority, told: Told) -> str:
    """Reason in Vietnamese.

    Parameters
    ----------
    priority
        The option at its place in the ranking.
    told
        Names.

    Returns
    -------
    str
        The same as :func:`why_en`.
    """
    option = priority.option
    newly, white = _people(priority)
    parts = [
        f"Khoảng {_vi(newly)} người được phủ sóng mới của {told.operator}, "
        f"trong đó {_vi(white)} người hiện chưa có sóng của nhà mạng nào; "
        f"{_where_vi(option, told)}."
    ]
    if told.villages:
        parts.append(f"Trung tâm thôn được phủ: {_named(told.villages, 'và {} thôn khác')}.")
    if told.facilities:
        parts.append(f"Cơ sở được phủ: {_named(told.facilities, 'và {} cơ sở khác')}.")
    if option.layout is not None and newly - white >= 1:
        parts.append(f"{_vi(newly - white)} người còn lại có hoặc sẽ có sóng của nhà mạng khác.")
    parts += _heights_vi(priority)
    if not np.isnan(option.road_m):
        parts.append(f"Cách đường {_vi(option.road_m / 1000, 1)} km.")
    parts.append(supply_vi(priority))
    if priority.rival is not None and priority.lead_percent < NARROW_PERCENT:
        parts.append(
            f"Chỉ hơn một chút so với {_rival_vi(priority.rival)}: nhiều hơn "
            f"{_vi(priority.lead_percent, 1)} % số người trên cùng số tiền."
        )
    return " ".join(parts)


def _rival_en(rival: Rival) -> str:
    what = f"{rival.kind.name_en} in or near {rival.commune}"
    if rival.rank:
        return f"rank {rival.rank}, {what}"
    return f"an option without a rank, {what} ({rival.option_id})"


def _rival_vi(rival: Rival) -> str:
    what = f"{rival.kind.name_vi} tại hoặc gần xã {rival.commune}"
    if rival.rank:
        return f"hạng {rival.rank}, {what}"
    return f"một phương án không có hạng, {what} ({rival.option_id})"


def _where_en(option: Option, told: Told) -> str:
    ground, layout = option.spot.ground_amsl_m, option.layout
    here = f"in or near {told.commune}"
    if layout is None or layout.kind == NEW_MAST:
        return f"from high ground at {ground:,.0f} m {here}"
    site = f"site {layout.site_id}"
    return {
        TALLER_MAST: f"by a mast of {layout.height_m:.0f} m instead of {layout.standing_m:.0f} m "
        f"on {site} {here}",
        ADDED_BAND: f"by {_mhz(option)} MHz added on {site} {here}",
        ADDED_SECTOR: f"by a sector towards {_turn(option)}° added on {site} {here}",
        SHARED_SITE: f"by radio of its own on the mast of {site} of {told.host} {here}",
        ROAMING: f"by roaming on {site} of {told.host} {here}",
        REPAIR: f"by repairing {site} {here}, which is out of order",
        NEW_POWER: f"by new power for {site} {here}, which is out of order",
        SATELLITE: f"by a small site with a satellite link at the village {layout.village} {here}",
    }[layout.kind]


def _where_vi(option: Option, told: Told) -> str:
    ground, layout = option.spot.ground_amsl_m, option.layout
    here = f"tại hoặc gần xã {told.commune}"
    if layout is None or layout.kind == NEW_MAST:
        return f"điểm cao {_vi(ground)} m {here}"
    site = f"trạm {layout.site_id}"
    return {
        TALLER_MAST: f"nâng cột của {site} từ {_vi(layout.standing_m)} m lên "
        f"{_vi(layout.height_m)} m {here}",
        ADDED_BAND: f"thêm băng tần {_mhz(option)} MHz tại {site} {here}",
        ADDED_SECTOR: f"thêm sector hướng {_turn(option)}° tại {site} {here}",
        SHARED_SITE: f"lắp thiết bị vô tuyến riêng trên cột {site} của {told.host} {here}",
        ROAMING: f"chuyển vùng qua {site} của {told.host} {here}",
        REPAIR: f"sửa {site} đang hỏng {here}",
        NEW_POWER: f"cấp nguồn mới cho {site} đang hỏng {here}",
        SATELLITE: f"trạm nhỏ qua vệ tinh tại {village_vi(layout.village)} {here}",
    }[layout.kind]


def village_vi(name: str) -> str:
    """Name of a village in a Vietnamese sentence.

    Parameters
    ----------
    name
        The village's name.

    Returns
    -------
    str
        With the word for what it is, once.
    """
    word = name.casefold().split(" ")[0]
    return name[0].lower() + name[1:] if word in VILLAGE_WORDS else f"thôn {name}"


def _mhz(option: Option) -> str:
    sectors = () if option.layout is None else option.layout.sectors
    return ", ".join(sorted({f"{s.frequency_mhz:g}" for s in sectors}))


def _turn(option: Option) -> str:
    sectors = () if option.layout is None else option.layout.sectors
    return ", ".join(f"{s.azimuth_deg:.0f}" for s in sectors if s.azimuth_deg is not None)


def _heights_en(priority: Priority) -> list[str]:
    if len(priority.heights) < 2:
        return []
    tried = "; ".join(
        f"{height:.0f} m: {people:,.0f} people" for height, people, _ in priority.heights
    )
    best = priority.option.antenna_height_m
    return [f"Antenna at {best:.0f} m, most people for the money of the heights tried ({tried})."]


def _heights_vi(priority: Priority) -> list[str]:
    if len(priority.heights) < 2:
        return []
    tried = "; ".join(
        f"{height:.0f} m: {_vi(people)} người" for height, people, _ in priority.heights
    )
    best = priority.option.antenna_height_m
    return [
        f"Ăng ten ở độ cao {best:.0f} m, phủ được nhiều người nhất trên cùng số tiền trong các độ "
        f"cao đã thử ({tried})."
    ]


def _named(names: Sequence[str], more: str) -> str:
    shown = ", ".join(names[:MOST_VILLAGES_NAMED])
    left = len(names) - MOST_VILLAGES_NAMED
    return f"{shown} {more.format(left)}" if left > 0 else shown


def sure_en(sure: RankInterval | None) -> str:
    """How sure a rank is, in English.

    Parameters
    ----------
    sure
        Its interval; None when it was not tried.

    Returns
    -------
    str
        One sentence after a space, or nothing.
    """
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "to")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "to")
    return (
        f" With other levels, prices and people ({sure.draws} trials) this rank is {own} in 80 % "
        f"of them, that of the place whoever builds {place}."
        + (
            f" By the model {MODEL_NAMES.get(sure.second_model, sure.second_model)} its rank is "
            f"{sure.rank_second_model}: it depends on the model."
            if sure.is_by_model
            else ""
        )
    )


def sure_vi(sure: RankInterval | None) -> str:
    """How sure a rank is, in Vietnamese.

    Parameters
    ----------
    sure
        Its interval; None when it was not tried.

    Returns
    -------
    str
        One sentence after a space, or nothing.
    """
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "đến")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "đến")
    return (
        f" Khi thử đổi mức thu, giá và số dân ({sure.draws} lần), trong 80 % số lần hạng này là "
        f"{own}, hạng của địa điểm bất kể ai xây là {place}."
        + (
            f" Theo mô hình {MODEL_NAMES.get(sure.second_model, sure.second_model)} hạng là "
            f"{sure.rank_second_model}: phụ thuộc vào mô hình."
            if sure.is_by_model
            else ""
        )
    )


def _range(first: int, last: int, word: str) -> str:
    return f"{first}" if first == last else f"{first} {word} {last}"


def _people(priority: Priority) -> tuple[float, float]:
    """People newly covered, and those of white zones, in the tenths that the table has.

    Text that rounds them again says the same as whatever rounds the table.
    """
    return round(priority.people_newly_covered, 1), round(priority.people_white_zone, 1)


def _vi(value: float, decimals: int = 0) -> str:
    """Number as Vietnamese writes it: 1.234,5."""
    return number_text(value, "vi", decimals)
