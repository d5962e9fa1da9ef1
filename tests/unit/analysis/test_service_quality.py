"""SINR by hand, TR 36.942's throughput by hand, and classes against the service floor."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.analysis.service_quality import (
    RATE_BELOW,
    RATE_FLOOR,
    RATE_GOOD,
    RATE_NONE,
    RATE_UNKNOWN,
    UPLINK_FIT,
    CarrierPower,
    active_handsets,
    rate_class,
    sinr_needed_db,
    spectral_efficiency_bps_per_hz,
    throughput_mbps,
)
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.models.loss_map import LossMap

GRID = Grid.from_bounds(499_500, 2_500_200, 500_700, 2_501_100, crs="EPSG:32648", resolution_m=100)
NOISE_DBM = -125.24


def window(rows: int = 9, cols: int = 12, row0: int = 0, col0: int = 0) -> LossMap:
    shape = (rows, cols)
    return LossMap(
        grid=GRID, row0=row0, col0=col0, frequencies_mhz=(900.0,),
        path_loss_db=np.zeros((1, *shape), dtype=np.float32),
        tx_elevation_mrad=np.zeros(shape, dtype=np.float32),
        inside=np.ones(shape, dtype=np.bool_),
    )  # fmt: skip


def whole(level: float) -> NDArray[np.float32]:
    return np.full(GRID.shape, level, dtype=np.float32)


@pytest.mark.parametrize(
    ("sinr_db", "downlink", "uplink"),
    [
        (-10.01, 0.0, 0.0),  # below the floor
        (-10.0, 0.08250, 0.05500),  # 0.6 (0.4) × log2(1.1)
        (0.0, 0.6, 0.4),
        (10.0, 2.07566, 1.38377),  # log2(11) = 3.45943
        (14.0, 2.82421, 1.88281),  # log2(26.1189) = 4.70702
        (15.0, 3.01668, 2.0),  # log2(32.6228) = 5.02780; 0.4 × that is beyond 2.0
        (20.0, 3.99493, 2.0),  # log2(101) = 6.65821
        (22.0, 4.39040, 2.0),  # log2(159.489) = 7.31733
        (23.0, 4.4, 2.0),
    ],
)
def test_attenuated_shannon_by_hand(sinr_db: float, downlink: float, uplink: float) -> None:
    assert float(spectral_efficiency_bps_per_hz(sinr_db)) == pytest.approx(downlink, abs=2e-5)
    found = spectral_efficiency_bps_per_hz(sinr_db, fit=UPLINK_FIT)
    assert float(found) == pytest.approx(uplink, abs=2e-5)


def test_unknown_ratio_is_unknown_throughput() -> None:
    assert np.isnan(spectral_efficiency_bps_per_hz(np.nan))
    assert np.isnan(throughput_mbps(np.nan, width_mhz=9.0, layers=2))


@pytest.mark.parametrize(
    ("efficiency", "downlink_db"),
    [
        (0.6, 0.0),
        (4.4, 22.05),  # 2^7.3333 − 1 = 160.27
        (1.2, 4.77),  # 2² − 1 = 3
        (0.01, -10.0),  # 2^(1/60) − 1 = −19.4 dB, but nothing gets through below −10
    ],
)
def test_ratio_that_a_rate_needs(efficiency: float, downlink_db: float) -> None:
    assert sinr_needed_db(efficiency) == pytest.approx(downlink_db, abs=0.005)


def test_ratio_of_the_uplink_floor_by_hand() -> None:
    # 0.256 Mbit/s on ten blocks of 180 kHz: 0.14222 bit/s/Hz; 2^(0.14222/0.4) − 1 = 0.27950.
    found = sinr_needed_db(0.256 / 1.8, fit=UPLINK_FIT)
    assert found == pytest.approx(10 * math.log10(0.2795), abs=0.005)


@pytest.mark.parametrize("efficiency", [0.0, -1.0, 4.41])
def test_impossible_rates_are_refused(efficiency: float) -> None:
    with pytest.raises(DomainError, match=r"out of reach, above 0 and at most 4\.4"):
        sinr_needed_db(efficiency)


@pytest.mark.parametrize(
    ("sinr_db", "width_mhz", "layers", "expected_mbps"),
    [
        (0.0, 9.0, 1, 5.4),  # 0.6 × 9
        (30.0, 9.0, 1, 39.6),  # 4.4 × 9: the cap of 10 MHz
        (30.0, 18.0, 2, 158.4),  # 4.4 × 18 × 2: 27 dB each
        (20.0, 18.0, 2, 122.52),  # two layers of 50: log2(51) = 5.67243, 2 × 0.6 × 18 × that
        (0.0, 9.0, 2, 6.31731),  # log2(1.5) = 0.58496 each: two weak layers still give more
        (-8.0, 9.0, 2, 1.14),  # halves at −11 dB are below the floor: one layer
        (-11.0, 9.0, 2, 0.0),
    ],
)
def test_throughput_by_hand(
    sinr_db: float, width_mhz: float, layers: int, expected_mbps: float
) -> None:
    found = float(throughput_mbps(sinr_db, width_mhz=width_mhz, layers=layers))
    if sinr_db == -8.0:
        expected_mbps = 9.0 * 0.6 * math.log2(1.0 + 10**-0.8)
    assert found == pytest.approx(expected_mbps, abs=0.005)


def test_no_layer_is_refused() -> None:
    with pytest.raises(DomainError, match="layers=0 is impossible"):
        throughput_mbps(10.0, width_mhz=9.0, layers=0)


def test_one_sector_is_limited_by_noise() -> None:
    carrier = CarrierPower(GRID)
    carrier.add(window(), whole(-105.24), 0)
    sinr = carrier.sinr_db(load_share=0.5, noise_dbm=NOISE_DBM)
    np.testing.assert_allclose(sinr, 20.0, atol=1e-4)


def test_neighbours_by_hand() -> None:
    # Signal −90, others −100 and −103: 1e-10 + 5.012e-11 mW, half of it 7.506e-11, noise
    # 2.992e-13 mW: 1e-9 / 7.536e-11 = 13.27, that is 11.229 dB.
    carrier = CarrierPower(GRID)
    for index, level in enumerate((-100.0, -90.0, -103.0)):
        carrier.add(window(), whole(level), index)
    assert (carrier.server == 1).all()
    sinr = carrier.sinr_db(load_share=0.5, noise_dbm=NOISE_DBM)
    np.testing.assert_allclose(sinr, 11.229, atol=0.002)
    alone = carrier.sinr_db(load_share=0.0, noise_dbm=NOISE_DBM)
    np.testing.assert_allclose(alone, 35.24, atol=0.001)
    # Full load: 1e-9 / (1.5012e-10 + 3e-13) = 6.648, 8.227 dB.
    full = carrier.sinr_db(load_share=1.0, noise_dbm=NOISE_DBM)
    np.testing.assert_allclose(full, 8.227, atol=0.002)


def test_order_of_sectors_changes_nothing_beyond_rounding() -> None:
    rng = np.random.default_rng(3)
    levels = [rng.uniform(-120, -80, GRID.shape).astype(np.float32) for _ in range(4)]
    found = []
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 7):
        carrier = CarrierPower(GRID)
        for index in order:
            carrier.add(window(), levels[index], index)
        found.append((carrier.server, carrier.sinr_db(load_share=0.5, noise_dbm=NOISE_DBM)))
    for server, sinr in found[1:]:
        np.testing.assert_array_equal(server, found[0][0])
        np.testing.assert_allclose(sinr, found[0][1], atol=1e-9)  # sums in another order


def test_a_window_adds_power_only_where_it_lies() -> None:
    carrier = CarrierPower(GRID)
    carrier.add(window(), whole(-90.0), 0)
    carrier.add(window(2, 3, 5, 7), np.full((2, 3), -95.0, dtype=np.float32), 1)
    sinr = carrier.sinr_db(load_share=1.0, noise_dbm=NOISE_DBM)
    disturbed = np.zeros(GRID.shape, dtype=np.bool_)
    disturbed[5:7, 7:10] = True
    np.testing.assert_allclose(sinr[~disturbed], 35.24, atol=0.001)
    np.testing.assert_allclose(sinr[disturbed], 5.0, atol=0.02)


def test_what_is_not_known_stays_unknown() -> None:
    level = whole(-90.0)
    level[1, 2] = np.nan
    carrier = CarrierPower(GRID)
    carrier.add(window(), level, 0)
    sinr = carrier.sinr_db(load_share=0.5, noise_dbm=NOISE_DBM)
    assert np.argwhere(np.isnan(sinr)).tolist() == [[1, 2]]
    nobody = CarrierPower(GRID).sinr_db(load_share=0.5, noise_dbm=NOISE_DBM)
    assert np.isnan(nobody).all()


def test_handsets_that_ask_at_once() -> None:
    server = np.full(GRID.shape, -1, dtype=np.int32)
    server[0, :3] = 2
    server[1, 0] = 0
    people = np.full(GRID.shape, 400.0)
    people[0, 1] = np.nan
    found = active_handsets(server, people, sectors=4, busy_share=0.01)
    assert found.tolist() == [4.0, 1.0, 8.0, 1.0]  # 2 × 400 × 1 %; an empty sector has one


def test_classes_against_the_floor() -> None:
    rates = np.array([np.nan, 0.0, 0.1, 2.49, 2.5, 4.9, 5.0, 80.0])
    expected = [RATE_UNKNOWN, RATE_NONE, RATE_BELOW, RATE_BELOW, RATE_FLOOR, RATE_FLOOR,
                RATE_GOOD, RATE_GOOD]  # fmt: skip
    assert rate_class(rates, floor_mbps=2.5, good_mbps=5.0).tolist() == expected
