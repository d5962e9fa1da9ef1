"""Networks of scenarios: what is switched off, broken, changed and added, and the differences."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from phusong.analysis.service_scenarios import changed_network, difference_table
from phusong.errors import DataError
from phusong.geo.network import Network, Sector
from phusong.study import ScenarioSection
from synthetic import assumed

FIRST = Sector(
    site_id="S1", sector_id="1", operator="Nhà mạng A", technology="LTE", latitude=22.6,
    longitude=105.0, easting=100.0, northing=200.0, mast_height_m=30.0, antenna_height_m=28.0,
    frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=90.0,
    electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
    vertical_beamwidth_deg=10.0,
)  # fmt: skip
NETWORK = Network(
    (
        FIRST,
        replace(FIRST, sector_id="2", azimuth_deg=210.0),
        replace(FIRST, sector_id="3", technology="UMTS", frequency_mhz=900.0, bandwidth_mhz=5.0),
        replace(FIRST, site_id="S2", easting=900.0, azimuth_deg=None),
        replace(FIRST, site_id="S3", operator="Nhà mạng B", easting=1700.0),
    )
)
NAMES = {"mang-a": "Nhà mạng A", "mang-b": "Nhà mạng B"}


def changed(**facts: Any) -> Network:
    scenario = ScenarioSection(title_en="What if", title_vi="Nếu", **facts)
    return changed_network(NETWORK, scenario, operators=NAMES)


def test_nothing_changed_is_the_same_network() -> None:
    assert changed() == NETWORK


def test_a_technology_is_switched_off() -> None:
    found = changed(off=("UMTS",))
    assert {s.technology for s in found.sectors} == {"LTE"}
    assert len(found.sectors) == 4
    assert changed(off=("UMTS",), operators=("mang-b",)) == NETWORK


def test_a_site_breaks() -> None:
    assert changed(broken=("S1",)).site_ids == ("S2", "S3")
    with pytest.raises(DataError, match=r"breaks sites that are not on air .*: S9"):
        changed(broken=("S9",))
    with pytest.raises(DataError, match="leaves no sector on air"):
        changed(broken=("S1", "S2", "S3"))


def test_power_and_height_change_for_those_concerned() -> None:
    found = changed(
        eirp_change=assumed(-3.0, "dB"), height_change=assumed(12.0, "m"), operators=("mang-a",)
    )
    by_site = {s.site_id: s for s in found.sectors}
    assert by_site["S1"].eirp_dbm == 58.5
    assert (by_site["S1"].antenna_height_m, by_site["S1"].mast_height_m) == (40.0, 40.0)
    assert by_site["S3"] == NETWORK.sectors[-1]
    low = changed(height_change=assumed(-100.0, "m"))
    assert {s.antenna_height_m for s in low.sectors} == {1.0}
    assert {s.mast_height_m for s in low.sectors} == {30.0}


def test_a_new_band_looks_where_masts_look_today() -> None:
    band = {
        "technology": "LTE", "frequency": assumed(700.0, "MHz"),
        "bandwidth": assumed(10.0, "MHz"), "eirp": assumed(56.5, "dBm"),
    }  # fmt: skip
    found = changed(new_band=band, operators=("mang-a",))
    new = [s for s in found.sectors if s.frequency_mhz == 700.0]
    assert [(s.site_id, s.azimuth_deg) for s in new] == [("S1", 90.0), ("S1", 210.0), ("S2", None)]
    assert {(s.bandwidth_mhz, s.eirp_dbm, s.technology) for s in new} == {(10.0, 56.5, "LTE")}
    assert set(NETWORK.sectors) < set(found.sectors)


def commune(technology: str, covered: float) -> dict[str, Any]:
    return {
        "commune_code": "00101", "commune": "Thử Một", "vintage": "2025", "operator": "any",
        "technology": technology, "area_km2": 10.0, "people": 100.0,
        "area_covered_km2": covered / 10, "area_no_signal_km2": 10 - covered / 10,
        "people_covered": covered, "people_no_signal": 100 - covered,
    }  # fmt: skip


def test_differences_by_hand() -> None:
    base = pd.DataFrame([commune("LTE", 40.0)])
    found = difference_table(base, pd.DataFrame([commune("LTE", 65.0), commune("NR", 30.0)]))
    lte, nr = found.set_index("technology").loc[["LTE", "NR"]].to_dict("records")
    assert (lte["people_covered_base"], lte["people_covered"]) == (40.0, 65.0)
    assert lte["people_covered_change"] == 25.0
    assert lte["people_no_signal_change"] == -25.0
    assert lte["area_covered_change_km2"] == 2.5
    # Today nobody has NR.
    assert (nr["people_covered_base"], nr["people_no_signal_base"]) == (0.0, 100.0)
    assert nr["people_covered_change"] == 30.0
    assert nr["area_no_signal_base_km2"] == 10.0
