"""At least one of several sites: against closed forms and a slow integral."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from phusong.analysis.reach import ANY, Threshold
from phusong.analysis.service_probability import AnyServer, SeveralSites
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap

GRID = Grid.from_bounds(499_500, 2_500_200, 500_700, 2_501_100, crs="EPSG:32648", resolution_m=100)
TOLERANCE = 1e-4  # stated with the class


def probability(margins: list[float], correlation: float) -> float:
    chance = AnyServer(GRID, correlation=correlation)
    for margin in margins:
        chance.add(np.full(GRID.shape, margin, dtype=np.float32), row0=0, col0=0)
    found = chance.probability()
    assert found.shape == GRID.shape
    assert np.ptp(found) == 0
    return float(found[0, 0])


def slowly(margins: list[float], correlation: float) -> float:
    """The same integral on 40 001 points."""
    z = np.linspace(-9.0, 9.0, 40_001)
    none = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for margin in margins:
        none *= ndtr((-margin - np.sqrt(correlation) * z) / np.sqrt(1 - correlation))
    return float(1.0 - np.trapezoid(none, z))


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.5, 0.7])
@pytest.mark.parametrize("margin", [-3.0, -1.0, 0.0, 0.4, 1.6449, 3.0])
def test_one_site_alone_has_the_normal_distribution(margin: float, correlation: float) -> None:
    assert probability([margin], correlation) == pytest.approx(float(ndtr(margin)), abs=TOLERANCE)


def test_independent_sites_by_hand() -> None:
    # Two coins: 1 − ½ × ½. Φ(1) = 0.84134: 1 − 0.15866² = 0.97483.
    assert probability([0.0, 0.0], 0.0) == pytest.approx(0.75, abs=1e-6)
    assert probability([1.0, 1.0], 0.0) == pytest.approx(0.97483, abs=1e-5)
    assert probability([1.0, -np.inf], 0.0) == pytest.approx(0.84134, abs=1e-5)


@pytest.mark.parametrize("correlation", [0.1, 0.5, 0.7])
def test_two_correlated_sites_at_the_median_in_closed_form(correlation: float) -> None:
    # Sheppard: P(both below 0) = 1/4 + arcsin(ρ) / 2π.
    expected = 0.75 - np.arcsin(correlation) / (2 * np.pi)
    assert probability([0.0, 0.0], correlation) == pytest.approx(expected, abs=TOLERANCE)


def test_two_correlated_sites_against_the_bivariate_distribution() -> None:
    below = multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf([-0.8, 0.3])
    assert probability([0.8, -0.3], 0.5) == pytest.approx(1 - float(below), abs=TOLERANCE)


@pytest.mark.parametrize("correlation", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("sites", [3, 8, 20, 40])
def test_many_sites_against_a_slow_integral(correlation: float, sites: int) -> None:
    rng = np.random.default_rng(sites)
    for spread in (0.0, 1.5):
        for centre in (-3.0, -1.0, 0.5):
            margins = [float(np.float32(m)) for m in centre + spread * rng.normal(size=sites)]
            expected = slowly(margins, correlation)
            assert probability(margins, correlation) == pytest.approx(expected, abs=TOLERANCE)


def test_correlated_sites_help_less_than_independent_ones_and_more_than_one() -> None:
    alone, together, apart = (
        probability([0.5], 0.5), probability([0.5, 0.3], 0.5), probability([0.5, 0.3], 0.0)
    )  # fmt: skip
    assert alone < together < apart


def test_a_window_helps_only_where_it_lies() -> None:
    chance = AnyServer(GRID, correlation=0.5)
    chance.add(np.full((2, 3), 1.0, dtype=np.float32), row0=5, col0=7)
    found = chance.probability()
    assert found[5:7, 7:10] == pytest.approx(0.84134, abs=TOLERANCE)
    found[5:7, 7:10] = 0.0
    assert found.max() < 1e-6


def test_sets_together_are_as_one_after_the_other() -> None:
    parts = [AnyServer(GRID, correlation=0.5) for _ in range(2)]
    for number, margin in enumerate((0.2, -0.4, 1.0)):
        level = np.full(GRID.shape, margin, dtype=np.float32)
        parts[number % 2].add(level, row0=0, col0=0)
    parts[0].merge(parts[1])
    expected = probability([0.2, -0.4, 1.0], 0.5)
    assert float(parts[0].probability()[0, 0]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("correlation", [-0.1, 0.71, 1.0])
def test_correlation_out_of_range_is_refused(correlation: float) -> None:
    with pytest.raises(DomainError, match=r"is impossible here, 0 to 0\.7 is allowed"):
        AnyServer(GRID, correlation=correlation)


# Several layers, sectors mast by mast

SECTOR = Sector(
    site_id="S1", sector_id="1", operator="A", technology="LTE", latitude=22.6, longitude=105.0,
    easting=499_950.0, northing=2_500_650.0, mast_height_m=30.0, antenna_height_m=28.0,
    frequency_mhz=900.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=90.0,
    electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
    vertical_beamwidth_deg=10.0,
)  # fmt: skip
AWAY = replace(SECTOR, site_id="S2", easting=500_350.0)
NEEDED = Threshold(level_dbm=-100.0, standard_deviation_db=8.0)
LAYERS = [("a", "LTE"), ("b", "LTE"), (ANY, "LTE")]


def heard(*sectors: tuple[str, Sector, float], correlation: float = 0.0) -> dict[str, float]:
    """Probability of each operator's layer at a cell, of sectors with a margin everywhere."""
    shape = GRID.shape
    loss = LossMap(
        grid=GRID, row0=0, col0=0, frequencies_mhz=(900.0,),
        path_loss_db=np.zeros((1, *shape), dtype=np.float32),
        tx_elevation_mrad=np.zeros(shape, dtype=np.float32),
        inside=np.ones(shape, dtype=np.bool_),
    )  # fmt: skip
    several = SeveralSites(GRID, LAYERS, correlation=correlation)
    for operator, sector, margin in sectors:
        level = np.full(shape, -100.0 + 8.0 * margin, dtype=np.float32)
        several.add((operator, "LTE"), loss, level, sector, NEEDED)
    return {layer[0]: float(ndtr(m[4, 5])) for layer, m in several.margins().items()}


def test_sectors_of_one_mast_are_one_site() -> None:
    found = heard(("a", SECTOR, 0.0), ("a", replace(SECTOR, sector_id="2"), -0.3))
    assert found["a"] == pytest.approx(0.5, abs=1e-6)
    higher = replace(SECTOR, antenna_height_m=20.0)
    assert heard(("a", SECTOR, 0.0), ("a", higher, 0.0))["a"] == pytest.approx(0.5, abs=1e-6)


def test_sites_of_an_operator_and_of_all() -> None:
    found = heard(("a", SECTOR, 0.0), ("b", SECTOR, -1.0), ("a", AWAY, 0.0))
    assert found["a"] == pytest.approx(0.75, abs=1e-6)
    assert found["b"] == pytest.approx(0.15866, abs=1e-5)
    # Of all operators the mast that a and b share counts once.
    assert found[ANY] == pytest.approx(0.75, abs=1e-6)


def test_without_a_sector_there_is_no_chance() -> None:
    assert heard(("a", SECTOR, 1.0))["b"] == 0.0


def test_unknown_levels_give_no_chance() -> None:
    assert heard(("a", SECTOR, np.nan))["a"] == 0.0
