"""P.2108-1 against the values that NTIA publishes, with the codes of the rows that it refuses."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from phusong.errors import DomainError
from phusong.models.p2108 import (
    ClutterClass,
    height_gain_clutter_loss_db,
    slant_clutter_loss_db,
    terrestrial_clutter_loss_db,
)

Row = dict[str, str]

CLASSES: tuple[ClutterClass, ...] = (
    "water", "open", "suburban", "urban", "trees", "dense urban",
)  # fmt: skip

# Printed to 0.1 dB, so half a unit of the last digit.
TOLERANCE_DB = 0.05


def height_gain(row: Row) -> float:
    loss = height_gain_clutter_loss_db(
        1000.0 * float(row["f__ghz"]),
        rx_height_m=float(row["h__meter"]),
        clutter_height_m=float(row["R__meter"]),
        clutter_class=CLASSES[int(row["clutter_type"]) - 1],
        street_width_m=float(row["w_s__meter"]),
    )
    return float(loss)


def terrestrial(row: Row) -> float:
    loss = terrestrial_clutter_loss_db(
        1000.0 * float(row["d__km"]),
        frequency_mhz=1000.0 * float(row["f__ghz"]),
        location_percent=float(row["p"]),
    )
    return float(loss)


def slant(row: Row) -> float:
    loss = slant_clutter_loss_db(
        float(row["theta_deg"]),
        frequency_mhz=1000.0 * float(row["f__ghz"]),
        location_percent=float(row["p"]),
    )
    return float(loss)


@pytest.mark.parametrize(
    ("file", "column", "model", "rows", "refused"),
    [
        ("HeightGainTerminalCorrectionModelTestData.csv", "A_h__db", height_gain, 23, 5),
        ("TerrestrialStatisticalModelTestData.csv", "L_ctt__db", terrestrial, 12, 5),
        ("AeronauticalStatisticalModelTestData.csv", "L_ces__db", slant, 13, 6),
    ],
)
def test_every_row(
    shared_dir: Path, file: str, column: str, model: Callable[[Row], float], rows: int, refused: int
) -> None:
    with (shared_dir / "vectors" / "p2108" / file).open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) >= rows
    raised = 0
    for row in table:
        if row["rtn"] == "0":
            assert model(row) == pytest.approx(float(row[column]), abs=TOLERANCE_DB), row
        else:
            raised += 1
            with pytest.raises(DomainError):
                model(row)
    assert raised >= refused
