"""Causes of gaps in words, in English and Vietnamese, with the numbers they rest on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from phusong.analysis.gap_causes import (
    ANTENNA_CAUSE,
    DISTANCE_CAUSE,
    NO_SITE_CAUSE,
    NOT_KNOWN,
    POWER_CAUSE,
    TERRAIN_CAUSE,
    UPLINK_CAUSE,
    CauseRules,
)

NAMES: Mapping[str, tuple[str, str]] = {
    UPLINK_CAUSE: ("the uplink", "đường lên"),
    POWER_CAUSE: ("power of the site", "công suất trạm"),
    ANTENNA_CAUSE: ("direction of the antenna", "hướng ăng ten"),
    NO_SITE_CAUSE: ("no site", "không có trạm"),
    TERRAIN_CAUSE: ("terrain shadow", "địa hình che khuất"),
    DISTANCE_CAUSE: ("distance", "khoảng cách"),
    NOT_KNOWN: ("not known", "chưa rõ"),
}
"""English and Vietnamese name of each cause."""
_DETAILS: Mapping[str, tuple[str, str]] = {
    UPLINK_CAUSE: (
        "Only the handset is not heard: {missing} dB are missing towards the base station; the "
        "downlink of {site} alone would suffice.",
        "Chỉ thiếu đường lên: trạm còn thiếu {missing} dB để nghe được máy; riêng đường xuống của "
        "{site} đã đủ.",
    ),
    POWER_CAUSE: (
        "{more} dB more EIRP of {site} would give a signal.",
        "Tăng EIRP của {site} thêm {more} dB thì có sóng.",
    ),
    ANTENNA_CAUSE: (
        "The antenna of {site} points elsewhere, in azimuth or tilt: {missing} dB are missing, in "
        "its main lobe {antenna} dB would be gained.",
        "Ăng ten của {site} quay hoặc ngẩng sang hướng khác: còn thiếu {missing} dB, trong búp "
        "sóng chính được thêm {antenna} dB.",
    ),
    NO_SITE_CAUSE: (
        "No site within {limit} km: the nearest one, {site}, is {nearest} km away; {missing} dB "
        "are missing, over flat ground {flat} dB would be gained.",
        "Không có trạm trong {limit} km: trạm gần nhất, {site}, cách {nearest} km; còn thiếu "
        "{missing} dB, nếu đất phẳng thì được thêm {flat} dB.",
    ),
    TERRAIN_CAUSE: (
        "Terrain is in the way: {missing} dB are missing, over flat ground {flat} dB would be "
        "gained and {site} would give a signal; the nearest site is {nearest} km away.",
        "Địa hình che khuất: còn thiếu {missing} dB, nếu đất phẳng thì được thêm {flat} dB và "
        "{site} phủ được; trạm gần nhất cách {nearest} km.",
    ),
    DISTANCE_CAUSE: (
        "Too far for every site: {missing} dB are missing, over flat ground and in the main "
        "lobe still {rest} dB of {site}; the nearest site is {nearest} km away.",
        "Quá xa mọi trạm: còn thiếu {missing} dB, kể cả đất phẳng và trong búp sóng chính vẫn "
        "thiếu {rest} dB từ {site}; trạm gần nhất cách {nearest} km.",
    ),
}
_TOGETHER: Mapping[str, tuple[str, str]] = {
    ANTENNA_CAUSE: (
        "The antenna of {site} points elsewhere, in azimuth or tilt, and terrain is in the way: "
        "{missing} dB are missing, in its main lobe {antenna} dB would be gained, over flat ground "
        "{flat} dB, with both {both} dB.",
        "Ăng ten của {site} quay hoặc ngẩng sang hướng khác và địa hình che khuất: còn thiếu "
        "{missing} dB, trong búp sóng chính được thêm {antenna} dB, nếu đất phẳng {flat} dB, cả "
        "hai {both} dB.",
    ),
    TERRAIN_CAUSE: (
        "Terrain is in the way, and the antenna of {site} points elsewhere: {missing} dB are "
        "missing, over flat ground {flat} dB would be gained, in its main lobe {antenna} dB, with "
        "both {both} dB.",
        "Địa hình che khuất và ăng ten của {site} quay sang hướng khác: còn thiếu {missing} dB, "
        "nếu đất phẳng được thêm {flat} dB, trong búp sóng chính {antenna} dB, cả hai {both} dB.",
    ),
}
"""Where neither change alone would do."""
_NOWHERE = (
    "No site within the radius that was computed.",
    "Không có trạm nào trong bán kính tính toán.",
)


_MAP_ONLY = (
    "The operator gave a coverage map and no sites; nobody can be asked what would help.",
    "Nhà mạng chỉ cung cấp bản đồ phủ sóng, không có danh sách trạm nên chưa xác định được.",
)


def cause_words(table: pd.DataFrame, rules: CauseRules) -> pd.DataFrame:
    """Say each cause in words.

    Parameters
    ----------
    table
        Causes with their numbers; see :func:`phusong.analysis.gap_causes.cause_table`.
    rules
        Where the lines were drawn.

    Returns
    -------
    pandas.DataFrame
        Indexed like the table: ``cause_en``, ``cause_vi``, ``cause_detail_en``,
        ``cause_detail_vi``; empty where there is no cause.
    """
    rows = [_words(row, rules) for row in table.to_dict("records")]
    columns = ["cause_en", "cause_vi", "cause_detail_en", "cause_detail_vi"]
    return pd.DataFrame(rows, columns=columns, index=table.index, dtype="object")


def _words(row: Mapping[object, object], rules: CauseRules) -> tuple[str, str, str, str]:
    cause = str(row["cause"])
    if not cause:
        return ("", "", "", "")
    english, vietnamese = NAMES[cause]
    if cause == NOT_KNOWN:
        return (english, vietnamese, *_MAP_ONLY)
    if not row["cause_site"]:
        return (english, vietnamese, *_NOWHERE)
    number = {
        name: float(str(row[f"cause_{column}"]))
        for name, column in (
            ("missing", "missing_db"), ("more", "more_power_db"), ("antenna", "antenna_gain_db"),
            ("flat", "flat_gain_db"), ("both", "both_gain_db"), ("nearest", "nearest_km"),
        )
    }  # fmt: skip
    number |= {"rest": number["missing"] - number["both"], "limit": rules.site_distance_m / 1000.0}
    site = str(row["cause_site"])
    alone = {ANTENNA_CAUSE: number["antenna"], TERRAIN_CAUSE: number["flat"]}
    short = alone.get(cause, np.inf) < number["missing"]
    en, vi = (
        text.format(site=site, **{k: _said(v, comma) for k, v in number.items()})
        for text, comma in zip(
            (_TOGETHER if short else _DETAILS)[cause], (False, True), strict=True
        )
    )
    return (english, vietnamese, en, vi)


def _said(value: float, comma: bool) -> str:  # noqa: FBT001 — the two languages
    if not np.isfinite(value):
        return "?"
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if comma else text
