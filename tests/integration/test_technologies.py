"""Four technologies on one mast through the whole chain: levels differ by their budgets alone."""

from pathlib import Path

import numpy as np
import pytest

from phusong.store.rasters import read_scaled
from runs import invoke
from synthetic import assumed, csv_text, tower_rows, write_region, write_text

TECHNOLOGIES = {
    "technologies.NR": {"quantity": "SS-RSRP"},
    "technologies.UMTS": {"quantity": "RSCP"},
    "technologies.GSM": {"quantity": "RxLev"},
}


def test_levels_differ_by_their_budgets(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r", study={**TECHNOLOGIES,
                          "technologies.LTE": {"threshold": assumed(-115.0, "dBm")}})  # fmt: skip
    rows = []
    for technology in ("4G", "5G", "3G", "2G"):
        row = tower_rows()[0] | {"technology": technology, "bandwidth_mhz": "", "eirp_dbm": "60"}
        rows.append(row)
    write_text(region.input("towers.csv"), csv_text(rows))
    result = invoke("run", region.study, "--workers", "1", "--no-notebooks")
    assert result.exit_code == 0, result.output
    (warning,) = result.stderr.splitlines()
    assert "signal in the outermost kilometre of the radius of 5 km" in warning
    folder = region.output / "reach" / "p1812" / "outdoor"
    level = {
        technology: read_scaled(folder / f"mang-a-{technology}-level.tif")
        for technology in ("lte", "nr", "umts", "gsm")
    }
    known = np.isfinite(level["gsm"])
    assert known.sum() > 1000
    # Below the carrier: 12 x 100 and 12 x 273 subcarriers, a tenth for the pilot, nothing.
    for technology, below_db in (("lte", 30.79), ("nr", 35.15), ("umts", 10.0)):
        difference = (level["gsm"] - level[technology])[known]
        # Both are stored in tenths of a decibel.
        assert difference == pytest.approx(np.full(difference.shape, below_db), abs=0.101)
