"""Priorities as a table, each with its reason in Vietnamese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.geo.grid import Grid
from phusong.geo.places import Places, commune_at
from phusong.planning.backhaul_table import backhaul_kinds
from phusong.planning.candidates import Spot
from phusong.planning.cost import OptionMoney
from phusong.planning.export_tables import antenna_name, azimuth_text
from phusong.planning.kinds import NEW_MAST, SATELLITE
from phusong.planning.money_words import money_text
from phusong.planning.neighbours import kind_name
from phusong.planning.option_cost import backhaul_of
from phusong.planning.priorities import Commune, Option, Priority
from phusong.planning.rank_intervals import RankInterval
from phusong.planning.reasons import Told, sure_en, sure_vi, why_en, why_vi

SERVED_BY_OTHERS = "served_by_others"
"""Column that names operators beside the one that would build: for the province alone."""
COLUMNS = (
    "rank", "option_id", "kind", "operator", "latitude", "longitude", "commune_code", "commune",
    "villages", "people_newly_covered", "people_white_zone", "capex", "opex_per_year",
    "cost_per_person", "currency", "backhaul", "backhaul_hops", "power", "gap_type",
    "rank_p10", "rank_p90", "probability_in_top_10", "why_vi", "why_en",
    "present_value", "ground_amsl_m", "antenna_height_m", "frequency_mhz", "slope_deg",
    "road_m", "power_line_m", "backhaul_m",
    "kind_vi", "kind_en", "site_id", "host", "decision", "facilities", "people_served_elsewhere",
    "grant", "support_per_year", "net_present_value", "runner_up", "lead_percent",
    "easting_local_m", "northing_local_m", "local_crs", "search_ring_m", "mast_height_m",
    "sectors", "azimuth_deg", "electrical_tilt_deg", "mechanical_tilt_deg", "antenna",
    "bandwidth_mhz", "eirp_dbm", "power_capex", "power_opex_per_year",
    "repurchases", "salvage", SERVED_BY_OTHERS,
)  # fmt: skip
TEXT = ("kind_vi", "kind_en", "site_id", "host", "decision", "facilities", "runner_up",
        "local_crs", "azimuth_deg", "antenna", SERVED_BY_OTHERS)  # fmt: skip
"""Columns beside the usual ones that stay text."""
NEW_GROUND = (NEW_MAST, SATELLITE)
"""Kinds that stand where nothing stands yet, and may be moved in the field."""
SECOND_RANK = "rank_second_model"
"""Column of a study with a second propagation model, after all others."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How positions are given to those who look for the place.

    Parameters
    ----------
    local_crs
        Metric CRS of the place, for example ``EPSG:9208`` (VN-2000 / TM-3 104-45); empty without.
    search_ring_m
        How far a new mast or a small site may be moved in the field [m].
    """

    local_crs: str = ""
    search_ring_m: float = 0.0


def priorities_table(
    priorities: Sequence[Priority],
    places: Places,
    grid: Grid,
    operators: Mapping[str, str],
    *,
    frequency_mhz: float,
    intervals: Mapping[str, RankInterval] | None = None,
    money: Mapping[str, OptionMoney | None] | None = None,
    survey: Survey | None = None,
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
    money
        Revenue and gap of money by option_id; the columns are empty without.
    survey
        How positions are given to surveyors; those columns are empty without.

    Returns
    -------
    pandas.DataFrame
        One row per priority. ``commune`` is where the spot stands or, outside every commune,
        the nearest one.
    """
    village_cell = _cells_of(places.villages, grid)
    facility_cell = _cells_of(places.facilities, grid)
    survey = survey or Survey()
    crs = survey.local_crs
    local = None if not crs else Transformer.from_crs(grid.crs, crs, always_xy=True)
    rows = []
    for priority in priorities:
        option, spot = priority.option, priority.option.spot
        longitude, latitude = grid.longitude_latitude(spot.easting, spot.northing)
        code, commune, is_inside = commune_at(spot.easting, spot.northing, places)
        reached = np.isin(village_cell, priority.newly_covered)
        villages = list(places.villages.loc[reached, "name"])
        reached_too = np.isin(facility_cell, priority.newly_covered)
        told = Told(
            operators[option.operator], operators.get(_host(option), ""),
            Commune(commune, is_inside), tuple(villages),
            tuple(_facility_names(places.facilities.loc[reached_too])),
        )  # fmt: skip
        cost = option.cost
        sure = (intervals or {}).get(option.option_id)
        gap = (money or {}).get(option.option_id)
        rows.append(
            {
                "rank": priority.rank,
                "option_id": option.option_id,
                "kind": option.kind,
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
                "cost_per_person": cost.present_value / (priority.people_newly_covered or np.nan),
                "currency": cost.currency,
                "backhaul": backhaul_kinds(priority.path) or _backhaul(option),
                "backhaul_hops": cost.backhaul_hops,
                "power": cost.power,
                "power_capex": cost.power_capex,
                "power_opex_per_year": cost.power_opex_per_year,
                "repurchases": cost.wear.repurchases,
                "salvage": cost.wear.salvage,
                **_gap(money, option.option_id),
                "rank_p10": np.nan if sure is None else sure.rank_p10,
                "rank_p90": np.nan if sure is None else sure.rank_p90,
                "probability_in_top_10": np.nan if sure is None else sure.probability_in_top,
                "why_vi": why_vi(priority, told)
                + money_text(cost, gap, "vi", told=money is not None)
                + sure_vi(sure, priority.rank),
                "why_en": why_en(priority, told)
                + money_text(cost, gap, "en", told=money is not None)
                + sure_en(sure, priority.rank),
                "present_value": cost.present_value,
                "ground_amsl_m": spot.ground_amsl_m,
                "antenna_height_m": option.antenna_height_m,
                "frequency_mhz": _lowest_mhz(option, frequency_mhz),
                "slope_deg": spot.slope_deg,
                "road_m": option.road_m,
                "power_line_m": option.power_line_m,
                "backhaul_m": option.backhaul_m,
                "kind_vi": kind_name(option).name_vi,
                "kind_en": kind_name(option).name_en,
                "host": told.host,
                "decision": option.decision,
                "facilities": "; ".join(told.facilities),
                "people_served_elsewhere": max(
                    0.0, priority.people_newly_covered - priority.people_white_zone
                ),
                SERVED_BY_OTHERS: priority.served_by_others,
                "runner_up": priority.runner_up,
                "lead_percent": priority.lead_percent,
                **_local(spot, local, crs),
                "search_ring_m": survey.search_ring_m if option.kind in NEW_GROUND else 0.0,
                **_antennas(priority),
                SECOND_RANK: np.nan if sure is None else sure.rank_second_model,
            }
        )
    return pd.DataFrame(rows, columns=[*COLUMNS, *_by_model(intervals)])


def _by_model(intervals: Mapping[str, RankInterval] | None) -> tuple[str, ...]:
    """Column of the second model, where there is one."""
    found = (intervals or {}).values()
    return (SECOND_RANK,) if any(i.rank_second_model is not None for i in found) else ()


def _gap(money: Mapping[str, OptionMoney | None] | None, name: str) -> dict[str, str | float]:
    """Gap of money; empty without revenue, ``unknown`` without a market share."""
    if money is None:
        none = np.nan
        return {"gap_type": "", "grant": none, "support_per_year": none, "net_present_value": none}
    found = money.get(name)
    if found is None:
        none = np.nan
        return {
            "gap_type": "unknown", "grant": none, "support_per_year": none,
            "net_present_value": none,
        }  # fmt: skip
    return {
        "gap_type": found.gap.gap_type,
        "grant": found.gap.grant,
        "support_per_year": found.gap.support_per_year,
        "net_present_value": found.site.net_present_value,
    }


def _host(option: Option) -> str:
    return "" if option.layout is None else option.layout.host


def _backhaul(option: Option) -> str:
    return "microwave" if option.layout is None else backhaul_of(option.layout.kind)


def _lowest_mhz(option: Option, otherwise_mhz: float) -> float:
    sectors = () if option.layout is None else option.layout.sectors
    return min((s.frequency_mhz for s in sectors), default=otherwise_mhz)


def _local(spot: Spot, local: Transformer | None, crs: str) -> dict[str, str | float]:
    easting, northing = (
        (np.nan, np.nan) if local is None else local.transform(spot.easting, spot.northing)
    )
    return {
        "easting_local_m": float(easting), "northing_local_m": float(northing), "local_crs": crs,
    }  # fmt: skip


def _antennas(priority: Priority) -> dict[str, str | float]:
    """What would radiate; of several sectors the azimuths are listed, and the strongest EIRP.

    The mast is as tall as antennas and the option's own hop want it.
    """
    option = priority.option
    if option.layout is None:
        return {}
    hop_m = max((link.mast_m for link in priority.path[:1]), default=0.0)
    sectors = option.layout.sectors
    first = sectors[0]
    return {
        "site_id": option.layout.site_id,
        "mast_height_m": max(option.layout.height_m, hop_m),
        "sectors": len(sectors),
        "azimuth_deg": "; ".join(azimuth_text(s.azimuth_deg) for s in sectors),
        "electrical_tilt_deg": first.electrical_tilt_deg,
        "mechanical_tilt_deg": first.mechanical_tilt_deg,
        "antenna": antenna_name(first),
        "bandwidth_mhz": first.bandwidth_mhz,
        "eirp_dbm": max(s.eirp_dbm for s in sectors),
    }


def _facility_names(facilities: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in facilities.get("name", [])]


def _cells_of(points: gpd.GeoDataFrame, grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Flat cell index of each point, −1 outside the frame."""
    easting, northing = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    row, col = grid.pixel_of(easting, northing)
    flat = np.floor(row).astype(np.int64) * grid.shape[1] + np.floor(col).astype(np.int64)
    return np.where(grid.contains(easting, northing), flat, -1)
