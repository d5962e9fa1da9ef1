"""P.2109-2 against 1,250 published values."""

from pathlib import Path

import numpy as np

from phusong.models.p2109 import BuildingType, building_entry_loss_db

TYPES: dict[int, BuildingType] = {1: "traditional", 2: "thermally efficient"}

# The values were printed in full from another implementation, whose normal quantile is exact to
# about 1e-9.
TOLERANCE_DB = 1e-7


def test_every_row(shared_dir: Path) -> None:
    file = shared_dir / "vectors" / "p2109" / "validation_subset.csv"
    table = np.genfromtxt(file, delimiter=",", skip_header=1, encoding="utf-8")
    assert len(table) >= 1250
    for number, building_type in TYPES.items():
        f_ghz, percent, _, elevation, expected = table[table[:, 2] == number].T
        assert f_ghz.size > 600
        loss = building_entry_loss_db(
            1000.0 * f_ghz,
            building_type=building_type,
            not_exceeded_percent=percent,
            elevation_deg=elevation,
        )
        np.testing.assert_allclose(loss, expected, rtol=0.0, atol=TOLERANCE_DB)
