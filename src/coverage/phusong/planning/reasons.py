"""Why an option has its rank, in Vietnamese and English."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phusong.language import number_text
from phusong.planning.distance_words import away_en, away_vi
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
from phusong.planning.priorities import Commune, Option, Priority, Rival
from phusong.planning.rank_intervals import RankInterval
from phusong.planning.supply_words import supply_en, supply_vi

MODEL_NAMES = {"itm": "ITM", "p1812": "P.1812"}
"""What a propagation model is called in a sentence."""
MOST_VILLAGES_NAMED = 6
NARROW_PERCENT = 10.0
"""A lead below this is said to be narrow [%]."""
VILLAGE_WORDS = ("thôn", "bản", "tổ", "xóm", "ấp", "khu", "làng", "buôn")
"""Words for a village that its name may begin with already."""
COMMUNE_WORDS = ("xã ", "phường ", "thị trấn ", "đặc khu ")
"""Words for a commune that its name may begin with already."""
_IN_VI = "ở "


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
    commune: Commune
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
        f"{_white_en(newly, white)}, {_where_en(option, told)}."
    ]
    if told.villages:
        parts.append(f"Village centres reached: {_named(told.villages, 'and {} more')}.")
    if told.facilities:
        parts.append(f"Facilities reached: {_named(told.facilities, 'and {} more')}.")
    if option.layout is not None and newly - white >= 1:
        others = f"The other {newly - white:,.0f}" if round(white) else "All of them"
        parts.append(f"{others} have another operator's signal, or get it by an earlier rank.")
    parts += _heights_en(priority)
    if not np.isnan(option.road_m):
        parts.append(f"{begun(away_en(option.road_m, 'a road'))}.")
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
        f"{_white_vi(newly, white)}; "
        f"{_where_vi(option, told)}."
    ]
    if told.villages:
        parts.append(f"Trung tâm thôn được phủ: {_named(told.villages, 'và {} thôn khác')}.")
    if told.facilities:
        parts.append(f"Cơ sở được phủ: {_named(told.facilities, 'và {} cơ sở khác')}.")
    if option.layout is not None and newly - white >= 1:
        others = f"{_vi(newly - white)} người còn lại" if round(white) else "Tất cả"
        parts.append(f"{others} đã có sóng của nhà mạng khác, hoặc sẽ có nhờ hạng xếp trước.")
    parts += _heights_vi(priority)
    if not np.isnan(option.road_m):
        parts.append(f"{begun(away_vi(option.road_m, 'đường'))}.")
    parts.append(supply_vi(priority))
    if priority.rival is not None and priority.lead_percent < NARROW_PERCENT:
        parts.append(
            f"Chỉ hơn một chút so với {_rival_vi(priority.rival)}: nhiều hơn "
            f"{_vi(priority.lead_percent, 1)} % số người trên cùng số tiền."
        )
    return " ".join(parts)


def _white_en(newly: float, white: float) -> str:
    """How many of the people newly covered have no operator at all."""
    if not round(white):
        return "none of them without any operator today"
    shown = "all" if round(white) == round(newly) else f"{white:,.0f}"
    return f"{shown} of them without any operator today"


def _white_vi(newly: float, white: float) -> str:
    if not round(white):
        return "không có ai trong số đó thuộc vùng trắng sóng"
    shown = "tất cả" if round(white) == round(newly) else f"trong đó {_vi(white)} người"
    return f"{shown} hiện chưa có sóng của nhà mạng nào"


def begun(words: str) -> str:
    """Words as a sentence or heading begins with them.

    Parameters
    ----------
    words
        What is said.

    Returns
    -------
    str
        The same, with a capital first.
    """
    return words[:1].upper() + words[1:]


def _rival_en(rival: Rival) -> str:
    what = f"{rival.kind.name_en} {_in_en(rival.commune)}"
    return f"rank {rival.rank}, {what}" if rival.rank else f"an option beyond this list, {what}"


def _rival_vi(rival: Rival) -> str:
    what = f"{rival.kind.name_vi} {_in_vi(rival.commune)}"
    if rival.rank:
        return f"hạng {rival.rank}, {what}"
    return f"một phương án ngoài danh sách này, {what}"


def _in_en(commune: Commune) -> str:
    return f"{'in' if commune.is_inside else 'near'} {commune.name}"


def _in_vi(commune: Commune) -> str:
    """The commune with the word for what it is, once."""
    name = commune.name
    if not name.casefold().startswith(COMMUNE_WORDS):
        name = f"xã {name}"
    return f"{_IN_VI if commune.is_inside else 'gần '}{name[0].lower()}{name[1:]}"


def _where_en(option: Option, told: Told) -> str:
    ground, layout = option.spot.ground_amsl_m, option.layout
    here = _in_en(told.commune)
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
    here = _in_vi(told.commune)
    if layout is None or layout.kind == NEW_MAST:
        return f"dựng cột trên điểm cao {_vi(ground)} m {here}"
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
        SATELLITE: f"đặt trạm nhỏ qua vệ tinh tại {village_vi(layout.village)}, "
        f"{here.removeprefix(_IN_VI)}",
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


def sure_en(sure: RankInterval | None, rank: int = 0) -> str:
    """How sure a rank is, in English.

    Parameters
    ----------
    sure
        Its interval; None when it was not tried.
    rank
        The rank that it has; 0 says nothing about it.

    Returns
    -------
    str
        One to three sentences after a space, or nothing.
    """
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "to")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "to")
    moved = {
        -1: " Mostly it ranks lower than here.",
        0: "",
        1: " Mostly it ranks higher than here.",
    }
    return (
        f" With other levels, prices and people ({sure.draws} trials) this rank is {own} in 80 % "
        f"of them, that of the place whoever builds {place}.{moved[_moved(sure, rank)]}"
        + (
            f" By the model {MODEL_NAMES.get(sure.second_model, sure.second_model)} its rank is "
            f"{sure.rank_second_model}: it depends on the model."
            if sure.is_by_model
            else ""
        )
    )


def sure_vi(sure: RankInterval | None, rank: int = 0) -> str:
    """How sure a rank is, in Vietnamese.

    Parameters
    ----------
    sure
        Its interval; None when it was not tried.
    rank
        The rank that it has; 0 says nothing about it.

    Returns
    -------
    str
        The same as :func:`sure_en`.
    """
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "đến")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "đến")
    moved = {-1: " Phần lớn các lần thử xếp thấp hơn ở đây.", 0: "",
             1: " Phần lớn các lần thử xếp cao hơn ở đây."}  # fmt: skip
    return (
        f" Khi thử đổi mức thu, giá và số dân ({sure.draws} lần), trong 80 % số lần hạng này là "
        f"{own}, hạng của địa điểm bất kể ai xây là {place}.{moved[_moved(sure, rank)]}"
        + (
            f" Theo mô hình {MODEL_NAMES.get(sure.second_model, sure.second_model)} hạng là "
            f"{sure.rank_second_model}: phụ thuộc vào mô hình."
            if sure.is_by_model
            else ""
        )
    )


def _moved(sure: RankInterval, rank: int) -> int:
    """−1 where nine of ten trials rank it lower than it is, 1 where they rank it higher."""
    return 0 if not rank else (rank > sure.rank_p90) - (rank < sure.rank_p10)


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
