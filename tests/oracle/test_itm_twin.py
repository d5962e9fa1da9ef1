"""ITM kernels against a slow twin written from the text, on random and extreme paths."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from oracle import itm_twin
from phusong.models.itm import ItmConditions, itm_area, itm_point_to_point
from phusong.models.itm_result import ItmResult

pytestmark = pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")

MODES = [m + e for e in (0, 10, 20, 30) for m in range(4)]
SITING = ("random", "careful", "very careful")
TOLERANCE_DB = 1e-7
"""Both are float64; the difference of two large attenuations costs up to seven digits."""


def conditions_from(rng: np.random.Generator, index: int) -> ItmConditions:
    percents = rng.uniform(0.05, 99.95, 3)
    return ItmConditions(
        polarization=("horizontal", "vertical")[index % 2],
        climate=index % 7 + 1,
        surface_refractivity_n0=float(rng.uniform(250.0, 400.0)),
        ground_permittivity=float(rng.uniform(4.0, 81.0)),
        ground_conductivity_s_per_m=float(10.0 ** rng.uniform(-3.0, 0.0)),
        time_percent=float(percents[0]),
        location_percent=float(percents[1]),
        situation_percent=float(percents[2]),
        mode_of_variability=MODES[index % 16],
    )


def link_of(frequency_mhz: float, conditions: ItmConditions) -> SimpleNamespace:
    return SimpleNamespace(
        f=frequency_mhz,
        n0=conditions.surface_refractivity_n0,
        epsilon=conditions.ground_permittivity,
        sigma=conditions.ground_conductivity_s_per_m,
        vertical=conditions.polarization == "vertical",
        climate=conditions.climate,
        mdvar=conditions.mode_of_variability,
        time=conditions.time_percent / 100.0,
        location=conditions.location_percent / 100.0,
        situation=conditions.situation_percent / 100.0,
    )


def region_name(result: ItmResult) -> str:
    return {1: "near", 2: "diffraction", 3: "troposcatter"}[result.region]


def random_profile(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    points = int(rng.integers(3, 220))
    step = float(10.0 ** rng.uniform(1.0, 3.3))
    rough = 10.0 ** rng.uniform(-2.0, 1.6)
    heights = np.abs(np.cumsum(rng.normal(0.0, rough * math.sqrt(step / 100.0), points)))
    return np.minimum(heights, 3000.0), step


def random_valley(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Ends above the ground between them: line of sight over long distances."""
    points = int(rng.integers(20, 120))
    at = np.linspace(-1.0, 1.0, points)
    heights = rng.uniform(100.0, 3000.0) * np.abs(at) ** rng.choice([2.0, 8.0, 40.0])
    heights += np.abs(rng.normal(0.0, 3.0, points))
    return heights, float(10.0 ** rng.uniform(2.0, 3.7))


def test_point_to_point_twin() -> None:
    rng = np.random.default_rng(20240601)
    regions = set()
    for index in range(600):
        heights, step = (random_valley if index % 3 == 0 else random_profile)(rng)
        frequency = float(10.0 ** rng.uniform(1.31, 4.3))
        antennas = [float(v) for v in 10.0 ** rng.uniform(-0.3, 3.47, 2)]
        conditions = conditions_from(rng, index)
        result = itm_point_to_point(
            heights,
            step_m=step,
            frequency_mhz=frequency,
            tx_height_m=antennas[0],
            rx_height_m=antennas[1],
            conditions=conditions,
        )
        expected, region = itm_twin.point_to_point(
            heights, step, antennas, link_of(frequency, conditions)
        )
        assert result.basic_transmission_loss_db == pytest.approx(expected, abs=TOLERANCE_DB)
        assert region_name(result) == region
        regions.add(region)
    assert regions == {"near", "diffraction", "troposcatter"}


def test_area_twin() -> None:
    rng = np.random.default_rng(20240602)
    regions = set()
    for index in range(400):
        frequency = float(10.0 ** rng.uniform(1.31, 4.3))
        antennas = [float(v) for v in 10.0 ** rng.uniform(-0.3, 3.0, 2)]
        distance = float(10.0 ** rng.uniform(2.0, 6.2))
        delta_h = float(rng.choice([0.0, 10.0 ** rng.uniform(0.0, 3.0)]))
        siting = (SITING[index % 3], SITING[index // 3 % 3])
        conditions = conditions_from(rng, index)
        result = itm_area(
            distance,
            terrain_irregularity_m=delta_h,
            frequency_mhz=frequency,
            tx_height_m=antennas[0],
            rx_height_m=antennas[1],
            tx_siting=siting[0],
            rx_siting=siting[1],
            conditions=conditions,
        )
        expected, region = itm_twin.area(
            distance, delta_h, antennas, siting, link_of(frequency, conditions)
        )
        assert result.basic_transmission_loss_db == pytest.approx(expected, abs=TOLERANCE_DB)
        assert region_name(result) == region
        regions.add(region)
    assert regions == {"near", "diffraction", "troposcatter"}
