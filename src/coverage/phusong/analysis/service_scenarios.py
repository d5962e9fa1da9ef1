"""Networks that differ from the one of the tower list, and what that changes for people."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from phusong.errors import DataError
from phusong.geo.network import Network, Sector
from phusong.study import NewBand, ScenarioSection

LOWEST_ANTENNA_M = 1.0
BASE = "_base"
_COUNTS = ("area_covered_km2", "area_no_signal_km2", "people_covered", "people_no_signal")


def changed_network(
    network: Network, scenario: ScenarioSection, *, operators: Mapping[str, str]
) -> Network:
    """Network of a scenario.

    Parameters
    ----------
    network
        The sectors that radiate today.
    scenario
        What changes.
    operators
        Operators' names by their keys.

    Returns
    -------
    Network
        The sectors that would radiate.

    Raises
    ------
    DataError
        A site is not in the list, or nothing would be left.
    """
    concerned = {operators[key] for key in scenario.operators or operators}
    unknown = sorted(set(scenario.broken) - set(network.site_ids))
    if unknown:
        raise DataError(
            f"scenario '{scenario.title_en}' breaks sites that are not on air in the tower list: "
            f"{', '.join(unknown)}; correct scenarios.*.broken"
        )
    sectors = []
    for sector in network.sectors:
        if sector.operator not in concerned:
            sectors.append(sector)
        elif sector.technology not in scenario.off and sector.site_id not in scenario.broken:
            sectors.append(_changed(sector, scenario))
    if scenario.new_band is not None:
        sectors += _added(sectors, scenario.new_band, concerned)
    if not sectors:
        raise DataError(
            f"scenario '{scenario.title_en}' leaves no sector on air; leave something running"
        )
    return Network(tuple(sectors))


def _changed(sector: Sector, scenario: ScenarioSection) -> Sector:
    if scenario.eirp_change is not None:
        sector = replace(sector, eirp_dbm=sector.eirp_dbm + scenario.eirp_change.value)
    if scenario.height_change is not None:
        height = sector.antenna_height_m + scenario.height_change.value
        height = max(height, LOWEST_ANTENNA_M)
        mast = max(sector.mast_height_m, height)
        sector = replace(sector, antenna_height_m=height, mast_height_m=mast)
    return sector


def _added(sectors: list[Sector], band: NewBand, concerned: set[str]) -> list[Sector]:
    """One sector of the new band for each direction that a mast looks in today."""
    seen: dict[tuple[object, ...], Sector] = {}
    for sector in sectors:
        if sector.operator in concerned:
            direction = (sector.operator, sector.site_id, *sector.mast, sector.azimuth_deg)
            seen.setdefault(direction, sector)
    return [
        replace(
            sector,
            sector_id=f"{sector.sector_id} {band.technology} {band.frequency.value:g}",
            technology=band.technology,
            frequency_mhz=band.frequency.value,
            bandwidth_mhz=band.bandwidth.value,
            eirp_dbm=band.eirp.value,
        )
        for sector in seen.values()
    ]


def difference_table(base: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """What a scenario changes, one row per commune, operator and technology.

    Parameters
    ----------
    base, changed
        Tables by commune of the network of today and of the scenario.

    Returns
    -------
    pandas.DataFrame
        Area and people, covered and without signal: today (``base``), in the scenario, and the
        change; a layer that today's network has not counts as without signal in it.
    """
    keys = ["commune_code", "commune", "vintage", "operator", "technology"]
    table = changed[[*keys, "area_km2", "people", *_COUNTS]].merge(
        base[[*keys, *_COUNTS]], on=keys, how="left", suffixes=("", BASE)
    )
    columns = {name: table[name] for name in (*keys, "area_km2", "people")}
    for name in _COUNTS:
        before = table[f"{name}{BASE}"]
        absent = "no_signal" in name
        before = before.fillna(table["area_km2" if name.endswith("_km2") else "people"] * absent)
        stem, unit = (name[:-4], "_km2") if name.endswith("_km2") else (name, "")
        columns[f"{stem}{BASE}{unit}"] = before
        columns[name] = table[name]
        columns[f"{stem}_change{unit}"] = table[name] - before
    return pd.DataFrame(columns)
