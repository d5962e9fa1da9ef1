"""Both directions by hand: noise, sensitivity, and the level at which the uplink suffices."""

import pytest

from phusong.analysis.link_budget import (
    DOWNLINK,
    UPLINK,
    UplinkEnds,
    deciding_direction,
    noise_dbm,
    sensitivity_dbm,
    uplink_threshold_dbm,
)
from phusong.errors import DomainError


@pytest.mark.parametrize(
    ("width_khz", "figure_db", "expected_dbm"),
    [
        (15.0, 7.0, -125.24),  # −174 + 41.76 + 7: a subcarrier at the handset
        (180.0, 5.0, -116.45),  # −174 + 52.55 + 5: a block at the base station
        (9000.0, 7.0, -97.46),  # −174 + 69.54 + 7: a carrier of 10 MHz
    ],
)
def test_noise_by_hand(width_khz: float, figure_db: float, expected_dbm: float) -> None:
    noise = noise_dbm(width_khz=width_khz, noise_figure_db=figure_db)
    assert noise == pytest.approx(expected_dbm, abs=0.005)


@pytest.mark.parametrize(
    ("blocks", "spacing_khz", "expected_dbm"),
    [
        (1, 15.0, -121.99),  # −116.45 − 5.54 per block of LTE
        (10, 15.0, -111.99),
        (1, 30.0, -118.98),  # a block of NR at 30 kHz is twice as wide
    ],
)
def test_sensitivity_by_hand(blocks: int, spacing_khz: float, expected_dbm: float) -> None:
    found = sensitivity_dbm(
        resource_blocks=blocks, spacing_khz=spacing_khz, noise_figure_db=5.0, sinr_db=-5.54
    )
    assert found == pytest.approx(expected_dbm, abs=0.005)


@pytest.mark.parametrize(
    ("measured_dbm", "ends", "expected_dbm"),
    [
        # LTE 20 MHz, 61.5 dBm: 30.71 − 111.99 − 23 − 15.5
        (30.71, UplinkEnds(23.0, 15.5, -111.99), -119.78),
        # LTE 10 MHz at 900 MHz, 56.5 dBm: 28.72 − 111.99 − 23 − 13.5
        (28.72, UplinkEnds(23.0, 13.5, -111.99), -119.77),
        # UMTS, pilot of 48.5 dBm: 48.5 − 121 − 24 − 15.5
        (48.5, UplinkEnds(24.0, 15.5, -121.0), -112.0),
        # GSM 900, carrier of 56.5 dBm: 56.5 − 104 − 33 − 13.5
        (56.5, UplinkEnds(33.0, 13.5, -104.0), -94.0),
    ],
)
def test_level_at_which_the_uplink_suffices_by_hand(
    measured_dbm: float, ends: UplinkEnds, expected_dbm: float
) -> None:
    assert uplink_threshold_dbm(measured_dbm, ends=ends) == pytest.approx(expected_dbm, abs=1e-9)


def test_path_that_just_suffices_upwards() -> None:
    # At the level found, the base station receives exactly its sensitivity.
    ends = UplinkEnds(23.0, 15.5, -112.0)
    level = uplink_threshold_dbm(30.71, ends=ends)
    path_db = 30.71 - level
    received = ends.handset_power_dbm + ends.base_gain_dbi - path_db
    assert received == pytest.approx(-112.0, abs=1e-9)


@pytest.mark.parametrize(
    ("uplink_dbm", "direction"),
    [(-119.8, DOWNLINK), (-115.0, DOWNLINK), (-114.9, UPLINK), (-94.0, UPLINK)],
)
def test_the_direction_that_fails_first_decides(uplink_dbm: float, direction: int) -> None:
    assert deciding_direction(downlink_dbm=-115.0, uplink_dbm=uplink_dbm) == direction


def test_no_width_is_refused() -> None:
    with pytest.raises(DomainError, match="width_khz=0 is impossible"):
        noise_dbm(width_khz=0.0, noise_figure_db=5.0)
