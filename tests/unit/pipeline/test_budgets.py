"""The study's choices in link budgets: directions, buildings, spreads, by hand."""

import math
from dataclasses import replace as with_fields
from typing import Any

import pytest

from phusong.analysis.link_budget import DOWNLINK, UPLINK
from phusong.errors import DataError, DomainError
from phusong.geo.network import Sector
from phusong.pipeline.budgets import sector_budget, spacing_khz, uplink_ends
from phusong.study import EnvironmentSection, Study
from synthetic import assumed, replace, study_facts

SECTOR = Sector(
    site_id="S1", sector_id="1", operator="Nhà mạng A", technology="LTE", latitude=22.6,
    longitude=105.0, easting=0.0, northing=0.0, mast_height_m=30.0, antenna_height_m=28.0,
    frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=90.0,
    electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
    vertical_beamwidth_deg=10.0,
)  # fmt: skip


def study(**changes: Any) -> Study:
    facts = study_facts()
    facts["technologies"] = {
        "LTE": {"threshold": assumed(-115.0, "dBm")}, "NR": {"quantity": "SS-RSRP"},
        "UMTS": {"quantity": "RSCP"}, "GSM": {"quantity": "RxLev"},
    }  # fmt: skip
    for key, value in changes.items():
        replace(facts, key.replace("__", "."), value)
    return Study.model_validate(facts)


def indoors(building: str) -> EnvironmentSection:
    return study(
        environments__indoor={
            "title_en": "In", "title_vi": "Trong", "building": building,
            "entry_loss": assumed(3.0, "dB"), "receiver_height": assumed(1.5, "m"),
        }
    ).environments["indoor"]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "uplink_dbm"),
    [
        # 30.71 − (23 + 17 − 2) − 111.98: ten blocks at −5.54 dB over −106.45 dBm of noise.
        ({}, -119.27),
        ({"eirp_dbm": 67.5}, -113.27),
        # 61.5 dBm on 50 blocks at 900 MHz: 33.72 − (23 + 15 − 2) − 111.98.
        ({"bandwidth_mhz": 10.0, "frequency_mhz": 900.0}, -114.26),
        # A carrier of six blocks: 0.23704 bit/s/Hz needs 2^0.5926 − 1 = 0.50797, −2.94 dB;
        # 42.93 − 38 − 174 + 60.33 + 5 − 2.94.
        ({"bandwidth_mhz": 1.4}, -106.68),
        # Blocks of 360 kHz: 0.07111 bit/s/Hz, 2^0.17778 − 1 = 0.13112, −8.82 dB;
        # 26.35 − 38 − 174 + 65.56 + 5 − 8.82.
        ({"technology": "NR", "bandwidth_mhz": 100.0}, -123.91),
        # 51.5 − (24 + 15) − 121 and 61.5 − (33 + 15) − 104: feeders of 2 dB, gain of 17 dBi.
        ({"technology": "UMTS", "bandwidth_mhz": 5.0}, -108.5),
        ({"technology": "GSM", "bandwidth_mhz": 0.2}, -90.5),
    ],
)
def test_level_at_which_the_uplink_suffices(changes: dict[str, Any], uplink_dbm: float) -> None:
    chosen = study()
    budget = sector_budget(chosen, with_fields(SECTOR, **changes), chosen.environment)
    assert budget.uplink_dbm == pytest.approx(uplink_dbm, abs=0.01)


@pytest.mark.parametrize(
    ("eirp_dbm", "both", "direction", "needed_dbm"),
    [
        (61.5, True, DOWNLINK, -115.0),
        (67.5, True, UPLINK, -113.27),
        (67.5, False, UPLINK, -115.0),  # said, but not counted
    ],
)
def test_the_weaker_direction_decides_where_the_study_says_so(
    eirp_dbm: float, both: bool, direction: int, needed_dbm: float
) -> None:
    chosen = study(service__both_directions=both)
    budget = sector_budget(chosen, with_fields(SECTOR, eirp_dbm=eirp_dbm), chosen.environment)
    assert budget.direction == direction
    assert budget.threshold.level_dbm == pytest.approx(needed_dbm, abs=0.01)


def test_spread_outdoors_is_of_places_and_model() -> None:
    # (0.52 + 0.024 × 1.8) × 90^0.28 = 1.985 dB × (1 − 1.5/10); 8 dB of model error.
    chosen = study()
    budget = sector_budget(chosen, SECTOR, chosen.environment)
    expected = math.hypot(0.85 * 0.5632 * 90**0.28, 8.0)
    assert budget.threshold.standard_deviation_db == pytest.approx(expected, abs=1e-3)
    assert budget.entry_loss_db == 3.0


@pytest.mark.parametrize(
    ("building", "frequency_mhz", "median_db"),
    [
        ("traditional", 900.0, 14.24),
        ("traditional", 1800.0, 14.84),
        ("thermally efficient", 900.0, 31.16),
        ("thermally efficient", 1800.0, 30.55),
    ],
)
def test_buildings_add_their_median_and_their_spread(
    building: str, frequency_mhz: float, median_db: float
) -> None:
    sector = with_fields(SECTOR, frequency_mhz=frequency_mhz)
    chosen = study()
    outside = sector_budget(chosen, sector, chosen.environment)
    inside = sector_budget(chosen, sector, indoors(building))
    assert inside.entry_loss_db == pytest.approx(3.0 + median_db, abs=0.01)
    assert inside.threshold.standard_deviation_db > outside.threshold.standard_deviation_db
    assert inside.threshold.level_dbm == outside.threshold.level_dbm
    assert inside.measured_dbm == outside.measured_dbm


def test_a_handset_sends_on_no_more_blocks_than_the_carrier_has() -> None:
    narrow = with_fields(SECTOR, bandwidth_mhz=1.4)
    assert uplink_ends(study(), narrow).sensitivity_dbm == pytest.approx(-111.61, abs=0.01)


def test_a_rate_that_no_coding_gives_is_refused() -> None:
    with pytest.raises(DomainError, match="out of reach"):
        uplink_ends(study(service__uplink={"rate": assumed(50.0, "Mbit/s")}), SECTOR)


def test_a_bandwidth_that_a_technology_has_not_is_refused() -> None:
    with pytest.raises(DataError, match="bandwidth_mhz = 7 is not a LTE bandwidth"):
        sector_budget(study(), with_fields(SECTOR, bandwidth_mhz=7.0), study().environment)


def test_spacing_of_subcarriers() -> None:
    assert spacing_khz(study(), "LTE") == 15.0
    assert spacing_khz(study(), "NR") == 30.0
    assert spacing_khz(study(technologies__NR__spacing=assumed(15.0, "kHz")), "NR") == 15.0
