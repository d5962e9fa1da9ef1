"""ITM against NTIA's printed values and the measured Crystal Palace - Mursley path."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from phusong.models.itm import ItmConditions, itm_area, itm_point_to_point
from phusong.models.itm_result import ItmResult

POLARIZATION = ("horizontal", "vertical")
SITING = ("random", "careful", "very careful")


def conditions_of(row: dict[str, str]) -> ItmConditions:
    return ItmConditions(
        polarization=POLARIZATION[int(row["pol"])],
        climate=int(row["climate"]),
        surface_refractivity_n0=float(row["N_0"]),
        ground_permittivity=float(row["epsilon"]),
        ground_conductivity_s_per_m=float(row["sigma"]),
        time_percent=float(row["time"]),
        location_percent=float(row["location"]),
        situation_percent=float(row["situation"]),
        mode_of_variability=int(row["mdvar"]),
    )


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")
def test_point_to_point(shared_dir: Path) -> None:
    folder = shared_dir / "vectors" / "itm"
    rows = rows_of(folder / "p2p.csv")
    lines = (folder / "pfls.csv").read_text(encoding="utf-8").splitlines()
    errors = []
    for row, line in zip(rows, lines, strict=True):
        numbers = [float(v) for v in line.strip().strip(",").split(",")]
        points = int(numbers[0]) + 1
        result = itm_point_to_point(
            numbers[2 : 2 + points],
            step_m=numbers[1],
            frequency_mhz=float(row["f__mhz"]),
            tx_height_m=float(row["h_tx__meter"]),
            rx_height_m=float(row["h_rx__meter"]),
            conditions=conditions_of(row),
        )
        errors.append(result.basic_transmission_loss_db - float(row["A__db"]))
    assert len(errors) == 5
    # Printed to 0.01 dB, so half a unit of the last digit.
    np.testing.assert_allclose(errors, 0.0, atol=0.00501)


@pytest.mark.filterwarnings("ignore::phusong.errors.ModelRangeWarning")
def test_area(shared_dir: Path) -> None:
    rows = rows_of(shared_dir / "vectors" / "itm" / "area.csv")
    errors = []
    for row in rows:
        result = itm_area(
            1000.0 * float(row["d__km"]),
            terrain_irregularity_m=float(row["delta_h__meter"]),
            frequency_mhz=float(row["f__mhz"]),
            tx_height_m=float(row["h_tx__meter"]),
            rx_height_m=float(row["h_rx__meter"]),
            tx_siting=SITING[int(row["tx_siting_criteria"])],
            rx_siting=SITING[int(row["rx_siting_criteria"])],
            conditions=conditions_of(row),
        )
        errors.append(result.basic_transmission_loss_db - float(row["A__db"]))
    assert len(errors) == 5
    np.testing.assert_allclose(errors, 0.0, atol=0.0501)  # printed to 0.1 dB


def crystal_palace_heights(folder: Path) -> np.ndarray:
    """Heights on the cards of the sample deck: a count in columns 2-3, then 5-column fields."""
    cards = (folder / "qkpfldat.txt").read_text(encoding="utf-8").splitlines()[2:]
    heights: list[float] = []
    for card in cards:
        count = int(card[1:3])
        heights += [float(card[5 * i : 5 * i + 5]) for i in range(1, count + 1)]
        if card[0] != " ":
            break
    return np.array(heights)


def quantile(
    heights: np.ndarray,
    frequency_mhz: float,
    heights_m: tuple[float, float],
    asked: tuple[float, float],
) -> ItmResult:
    points = heights.size
    inner = heights[int(0.1 * (points - 1)) : points - int(0.1 * (points - 1))]
    return itm_point_to_point(
        heights,
        step_m=77800.0 / (points - 1),
        frequency_mhz=frequency_mhz,
        tx_height_m=heights_m[0],
        rx_height_m=heights_m[1],
        conditions=ItmConditions(
            polarization="horizontal",
            climate=5,
            # The deck gives N_s = 314 at the surface; the model starts from sea level.
            surface_refractivity_n0=314.0 * math.exp(float(inner.mean()) / 9460.0),
            ground_permittivity=15.0,
            ground_conductivity_s_per_m=0.005,
            time_percent=asked[0],
            location_percent=50.0,
            situation_percent=asked[1],
            mode_of_variability=11,
        ),
    )


QKPFL = {
    (41.5, 143.9, 8.5): (
        (240.5, 18.4, 89.0, 102.6),
        {
            1.0: (128.6, 137.6, 119.6),
            10.0: (132.2, 140.8, 123.5),
            50.0: (135.8, 144.3, 127.2),
            90.0: (138.0, 146.5, 129.4),
            99.0: (139.7, 148.4, 131.0),
        },
    ),
    (573.3, 194.0, 9.1): (
        (292.5, 19.0, 91.0, 125.4),
        {
            1.0: (144.3, 154.1, 134.4),
            10.0: (150.9, 159.5, 142.3),
            50.0: (157.6, 165.7, 149.4),
            90.0: (161.6, 169.9, 153.3),
            99.0: (164.9, 173.6, 156.2),
        },
    ),
}
"""Printed page of the sample run (qkpflanx.txt): effective heights, delta h, free space, table."""


@pytest.mark.parametrize("case", QKPFL)
def test_quick_profile_sample_run(shared_dir: Path, case: tuple[float, float, float]) -> None:
    heights = crystal_palace_heights(shared_dir / "vectors" / "itm")
    assert heights.size == 157
    (h_e1, h_e2, delta_h, free_space), table = QKPFL[case]
    frequency, *antennas = case
    for reliability, losses in table.items():
        for confidence, printed in zip((50.0, 90.0, 10.0), losses, strict=True):
            result = quantile(heights, frequency, tuple(antennas), (reliability, confidence))
            # Printed to 0.1 dB by the older version 1.2.2.
            assert result.basic_transmission_loss_db == pytest.approx(printed, abs=0.0501)
            assert result.mode == "diffraction"
    assert result.tx_effective_height_m == pytest.approx(h_e1, abs=0.06)
    assert result.rx_effective_height_m == pytest.approx(h_e2, abs=0.06)
    assert result.terrain_irregularity_m == pytest.approx(delta_h, abs=0.51)
    assert result.free_space_loss_db == pytest.approx(free_space, abs=0.0501)
    assert result.effective_earth_radius_m / 6370e3 == pytest.approx(1.368, abs=0.0006)


def test_worked_example_of_the_contract(shared_dir: Path) -> None:
    folder = shared_dir / "contracts"
    asked = json.loads((folder / "path_itm.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "path_itm_expected.json").read_text(encoding="utf-8"))
    keys = [
        "polarization",
        "climate",
        "surface_refractivity_n0",
        "ground_permittivity",
        "time_percent",
        "ground_conductivity_s_per_m",
        "location_percent",
        "situation_percent",
        "mode_of_variability",
    ]
    result = itm_point_to_point(
        asked["height_m"],
        step_m=1000.0 * asked["distance_km"][-1] / (len(asked["height_m"]) - 1),
        frequency_mhz=asked["frequency_mhz"],
        tx_height_m=asked["tx_height_m"],
        rx_height_m=asked["rx_height_m"],
        conditions=ItmConditions(**{key: asked[key] for key in keys}),
    )
    # The expected value is printed to 6 decimals.
    assert result.basic_transmission_loss_db == pytest.approx(
        expected["basic_transmission_loss_db"], abs=1e-6
    )
    assert result.warnings == expected["warnings"]
