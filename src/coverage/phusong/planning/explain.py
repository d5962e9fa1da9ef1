"""Priorities as a table, each with its reason in Vietnamese and English."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.geo.grid import Grid
from phusong.geo.places import Places
from phusong.planning.priorities import Priority
from phusong.planning.rank_intervals import RankInterval

COLUMNS = (
    "rank", "option_id", "kind", "operator", "latitude", "longitude", "commune_code", "commune",
    "villages", "people_newly_covered", "people_white_zone", "capex", "opex_per_year",
    "cost_per_person", "currency", "backhaul", "backhaul_hops", "power", "gap_type",
    "rank_p10", "rank_p90", "probability_in_top_10", "why_vi", "why_en",
    "present_value", "ground_amsl_m", "antenna_height_m", "frequency_mhz", "slope_deg",
    "road_m", "power_line_m", "backhaul_m",
)  # fmt: skip
MOST_VILLAGES_NAMED = 6


def priorities_table(
    priorities: Sequence[Priority],
    places: Places,
    grid: Grid,
    operators: Mapping[str, str],
    *,
    frequency_mhz: float,
    intervals: Mapping[str, RankInterval] | None = None,
    gap_types: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Ranked options as they are handed over.

    Parameters
    ----------
    priorities
        Options in their order.
    places
        Communes and villages that reasons are given in.
    grid
        Frame of the options.
    operators
        Operator's name by key.
    frequency_mhz
        Carrier of a new site [MHz].
    intervals
        How sure each rank is, by option_id; the columns are empty without.
    gap_types
        Gap of money by option_id; the column is empty without.

    Returns
    -------
    pandas.DataFrame
        One row per priority. ``commune`` is where the spot stands or, outside every commune,
        the nearest one.
    """
    village_cell = _cells_of(places.villages, grid)
    rows = []
    for priority in priorities:
        option, spot = priority.option, priority.option.spot
        longitude, latitude = grid.longitude_latitude(spot.easting, spot.northing)
        code, commune = commune_at(spot.easting, spot.northing, places)
        reached = np.isin(village_cell, priority.newly_covered)
        villages = list(places.villages.loc[reached, "name"])
        cost = option.cost
        sure = (intervals or {}).get(option.option_id)
        rows.append(
            {
                "rank": priority.rank,
                "option_id": option.option_id,
                "kind": option.option_id.removesuffix(option.option_id[-9:]).removesuffix(
                    f"-{option.operator}"
                ),
                "operator": operators[option.operator],
                "latitude": latitude,
                "longitude": longitude,
                "commune_code": code,
                "commune": commune,
                "villages": "; ".join(villages),
                "people_newly_covered": priority.people_newly_covered,
                "people_white_zone": priority.people_white_zone,
                "capex": cost.capex,
                "opex_per_year": cost.opex_per_year,
                "cost_per_person": cost.present_value / priority.people_newly_covered,
                "currency": cost.currency,
                "backhaul": "microwave",
                "backhaul_hops": cost.backhaul_hops,
                "power": cost.power,
                "gap_type": (gap_types or {}).get(option.option_id, ""),
                "rank_p10": np.nan if sure is None else sure.rank_p10,
                "rank_p90": np.nan if sure is None else sure.rank_p90,
                "probability_in_top_10": np.nan if sure is None else sure.probability_in_top,
                "why_vi": _why_vi(priority, operators[option.operator], commune, villages)
                + _sure_vi(sure),
                "why_en": _why_en(priority, operators[option.operator], commune, villages)
                + _sure_en(sure),
                "present_value": cost.present_value,
                "ground_amsl_m": spot.ground_amsl_m,
                "antenna_height_m": option.antenna_height_m,
                "frequency_mhz": frequency_mhz,
                "slope_deg": spot.slope_deg,
                "road_m": option.road_m,
                "power_line_m": option.power_line_m,
                "backhaul_m": option.backhaul_m,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _cells_of(points: gpd.GeoDataFrame, grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Flat cell index of each point, −1 outside the frame."""
    easting, northing = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    row, col = grid.pixel_of(easting, northing)
    flat = np.floor(row).astype(np.int64) * grid.shape[1] + np.floor(col).astype(np.int64)
    return np.where(grid.contains(easting, northing), flat, -1)


def commune_at(easting: float, northing: float, places: Places) -> tuple[str, str]:
    """Commune that a point lies in or, outside every commune, the nearest one.

    Parameters
    ----------
    easting, northing
        The point [m].
    places
        The communes.

    Returns
    -------
    tuple of str
        Code and name.
    """
    point = gpd.GeoSeries(gpd.points_from_xy([easting], [northing]), crs=places.communes.frame.crs)
    frame = places.communes.frame
    nearest = int(np.argmin(frame.distance(point.iloc[0]).to_numpy()))
    return str(frame["code"].iloc[nearest]), str(frame["name"].iloc[nearest])


def _named(villages: list[str], more: str) -> str:
    shown = ", ".join(villages[:MOST_VILLAGES_NAMED])
    left = len(villages) - MOST_VILLAGES_NAMED
    return f"{shown} {more.format(left)}" if left > 0 else shown


def _why_en(priority: Priority, operator: str, commune: str, villages: list[str]) -> str:
    option = priority.option
    newly, white = _people(priority)
    parts = [
        f"About {newly:,.0f} people newly covered for {operator}, "
        f"{white:,.0f} of them without any operator today, "
        f"from high ground at {option.spot.ground_amsl_m:,.0f} m in or near {commune}."
    ]
    if villages:
        parts.append(f"Village centres reached: {_named(villages, 'and {} more')}.")
    if not np.isnan(option.road_m):
        parts.append(f"{option.road_m / 1000:.1f} km from a road.")
    hops = option.cost.backhaul_hops
    parts.append(
        f"Power: {option.cost.power}. Backhaul: {hops} microwave hop{'s' if hops > 1 else ''} over "
        f"{option.backhaul_m / 1000:.1f} km, line of sight not checked."
    )
    return " ".join(parts)


def _why_vi(priority: Priority, operator: str, commune: str, villages: list[str]) -> str:
    option = priority.option
    newly, white = _people(priority)
    power = {"grid": "điện lưới", "solar": "năng lượng mặt trời"}[option.cost.power]
    parts = [
        f"Khoảng {_vi(newly)} người được phủ sóng mới của {operator}, "
        f"trong đó {_vi(white)} người hiện chưa có sóng của nhà mạng nào; "
        f"điểm cao {_vi(option.spot.ground_amsl_m)} m tại hoặc gần xã {commune}."
    ]
    if villages:
        parts.append(f"Trung tâm thôn được phủ: {_named(villages, 'và {} thôn khác')}.")
    if not np.isnan(option.road_m):
        parts.append(f"Cách đường {_vi(option.road_m / 1000, 1)} km.")
    parts.append(
        f"Nguồn điện: {power}. Truyền dẫn: {option.cost.backhaul_hops} chặng vi ba, "
        f"{_vi(option.backhaul_m / 1000, 1)} km, chưa kiểm tra tầm nhìn thẳng."
    )
    return " ".join(parts)


def _sure_en(sure: RankInterval | None) -> str:
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "to")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "to")
    return (
        f" With other levels, prices and people ({sure.draws} trials) this rank is {own} in 80 % "
        f"of them, that of the place whoever builds {place}."
    )


def _sure_vi(sure: RankInterval | None) -> str:
    if sure is None:
        return ""
    own = _range(sure.rank_p10, sure.rank_p90, "đến")
    place = _range(sure.place_rank_p10, sure.place_rank_p90, "đến")
    return (
        f" Khi thử đổi mức thu, giá và số dân ({sure.draws} lần), trong 80 % số lần hạng này là "
        f"{own}, hạng của địa điểm bất kể ai xây là {place}."
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
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
