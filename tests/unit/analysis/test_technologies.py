"""What handsets measure of LTE, NR, UMTS and GSM: link budgets worked by hand to 0.01 dB."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phusong.analysis.reach import measured_eirp_dbm
from phusong.errors import DomainError, StudyError
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.models.loss_map import LossMap
from phusong.models.sector_level import sector_map_dbm
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from phusong.study import Study
from synthetic import (
    CRS,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    assumed,
    csv_text,
    replace,
    study_facts,
    toml,
    tower_rows,
)

FOUR = {
    "LTE": {"threshold": assumed(-115.0, "dBm")},
    "NR": {"quantity": "SS-RSRP"},
    "UMTS": {"quantity": "RSCP"},
    "GSM": {"quantity": "RxLev"},
}


def the_study(folder: Path, **changes: Any) -> Study:
    facts = study_facts()
    facts["technologies"] = {key: dict(table) for key, table in FOUR.items()}
    for key, value in changes.items():
        replace(facts, key.replace("__", "."), value)
    (folder / "study.toml").write_text(toml(facts), encoding="utf-8")
    return read_study(folder / "study.toml")


# Technology, bandwidth, power, gain, loss, and the level behind 120 dB of path and 3 dB of body.
BUDGETS = [
    # 46 + 17.5 − 2 = 61.5 dBm; 12 × 100 carriers are 30.79 dB: 30.71 − 123.
    ("LTE", 20.0, 46.0, 17.5, 2.0, -92.29),
    # 43 + 15.5 − 2 = 56.5 dBm; 12 × 50 carriers are 27.78 dB: 28.72 − 123.
    ("LTE", 10.0, 43.0, 15.5, 2.0, -94.28),
    # 49 + 24 − 0.5 = 72.5 dBm; 12 × 273 carriers are 35.15 dB: 37.35 − 123.
    ("NR", 100.0, 49.0, 24.0, 0.5, -85.65),
    # 46 + 17.5 − 2 = 61.5 dBm; 12 × 51 carriers are 27.87 dB: 33.63 − 123.
    ("NR", 20.0, 46.0, 17.5, 2.0, -89.37),
    # 43 + 17 − 2 = 58 dBm; the pilot has a tenth: 48 − 123.
    ("UMTS", 5.0, 43.0, 17.0, 2.0, -75.00),
    # 43 + 15 − 3 = 55 dBm on the broadcast carrier: 55 − 123.
    ("GSM", 0.2, 43.0, 15.0, 3.0, -68.00),
]


@pytest.mark.parametrize(
    ("technology", "bandwidth_mhz", "power_dbm", "gain_dbi", "loss_db", "level_dbm"), BUDGETS
)
def test_link_budgets_by_hand(
    tmp_path: Path,
    technology: str,
    bandwidth_mhz: float,
    power_dbm: float,
    gain_dbi: float,
    loss_db: float,
    level_dbm: float,
) -> None:
    study = the_study(tmp_path)
    grid = Grid.from_bounds(0, 0, 300, 300, crs="EPSG:32648", resolution_m=100)
    shape = grid.shape
    # Straight at the horizon from an omnidirectional antenna without tilt: no pattern loss.
    loss = LossMap(
        grid=grid, row0=0, col0=0, frequencies_mhz=(1800.0,),
        inside=np.ones(shape, dtype=bool), path_loss_db=np.full((1, *shape), 120, np.float32),
        tx_elevation_mrad=np.zeros(shape, np.float32),
    )  # fmt: skip
    eirp_dbm = power_dbm + gain_dbi - loss_db
    sector = Sector(
        "S1", "1", "A", technology, 22.6, 104.0, 150.0, 150.0, 42, 40, 1800.0, bandwidth_mhz,
        eirp_dbm, None, 0.0, 0.0, 65.0, 10.0,
    )  # fmt: skip
    measured = measured_eirp_dbm(
        eirp_dbm, technology=study.technologies[technology], bandwidth_mhz=bandwidth_mhz
    )
    level = sector_map_dbm(loss, sector, eirp_dbm=measured, entry_loss_db=3.0)
    # Rounded to hundredths by hand; levels are float32.
    assert level == pytest.approx(np.full(shape, level_dbm), abs=0.0051)


@pytest.mark.parametrize(
    ("technology", "bandwidth_mhz", "allowed"),
    [("LTE", 100.0, "1.4, 3, 5"), ("NR", 1.4, "5, 10, 15"), ("UMTS", 10.0, "5 MHz"),
     ("GSM", 5.0, "0.2 MHz")],
)  # fmt: skip
def test_bandwidths_that_a_technology_does_not_have(
    tmp_path: Path, technology: str, bandwidth_mhz: float, allowed: str
) -> None:
    section = the_study(tmp_path).technologies[technology]
    with pytest.raises(DomainError, match=f"bandwidth_mhz={bandwidth_mhz:g} .* {allowed}"):
        measured_eirp_dbm(60.0, technology=section, bandwidth_mhz=bandwidth_mhz)


def test_starting_values_are_assumptions_that_a_study_may_change(tmp_path: Path) -> None:
    study = the_study(tmp_path)
    shown = {a.key: (a.value, a.unit, a.verified) for a in study.assumptions()}
    assert shown["technologies.NR.threshold"] == (-115.0, "dBm", False)
    assert shown["technologies.UMTS.threshold"] == (-100.0, "dBm", False)
    assert shown["technologies.UMTS.pilot"] == (10.0, "dB", False)
    assert shown["technologies.GSM.threshold"] == (-100.0, "dBm", False)
    changed = the_study(
        tmp_path,
        technologies__UMTS__pilot=assumed(8.0, "dB"),
        technologies__UMTS__threshold=assumed(-95.0, "dBm"),
    )
    umts = changed.technologies["UMTS"]
    assert measured_eirp_dbm(58.0, technology=umts, bandwidth_mhz=5.0) == 50.0
    assert umts.threshold.value == -95.0


def test_the_threshold_of_lte_is_the_studys_own(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"technologies\.LTE\.threshold is missing"):
        the_study(tmp_path, technologies__LTE={"quantity": "RSRP"})


def test_bandwidths_of_a_study_fit_its_technologies(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"technologies\.NR\.bandwidth = 7 MHz is not a NR band"):
        the_study(tmp_path, technologies__NR__bandwidth=assumed(7.0, "MHz"))
    with pytest.raises(StudyError, match=r"towers\.bandwidth = 7 MHz is not a LTE bandwidth"):
        the_study(tmp_path, towers__bandwidth=assumed(7.0, "MHz"))


def test_a_list_of_four_technologies(tmp_path: Path) -> None:
    rows = tower_rows()
    written = [("4G", "1800"), ("5G", "B41"), ("3G", "2100"), ("2G", "900")]
    for row, (technology, frequency) in zip(rows, written, strict=False):
        row |= {"technology": technology, "frequency_mhz": frequency, "bandwidth_mhz": ""}
    (tmp_path / "list.csv").write_text(csv_text(rows[:4]), encoding="utf-8")
    grid = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
    network = read_towers(tmp_path / "list.csv", the_study(tmp_path), grid)
    got = {s.technology: (s.frequency_mhz, s.bandwidth_mhz) for s in network.sectors}
    assert got == {"LTE": (1800, 20), "NR": (2600, 100), "UMTS": (2100, 5), "GSM": (900, 0.2)}
    assert network.filled["bandwidth_mhz"] == 4
