"""Cell dumps: operators by code, cells grouped into sites and sectors, quality by observations."""

import gzip
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from phusong.sources.towers_file import DUMP_COLUMNS
from synthetic import CRS, EAST, NORTH, SOUTH, WEST, assumed, degrees, replace, study_facts, toml

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
HEADER = ",".join(DUMP_COLUMNS)
ENB, TAC = 410_223, 11_203
FACTS = {
    "operators": [
        {"name": "Viettel", "key": "viettel"}, {"name": "VNPT", "key": "vnpt"},
    ],
    "technologies.NR": {"threshold": assumed(-115.0, "dBm")},
    "technologies.UMTS": {"threshold": assumed(-100.0, "dBm")},
    "towers.frequency": {
        "LTE": assumed(1800.0, "MHz"), "NR": assumed(2600.0, "MHz"), "UMTS": assumed(2100.0, "MHz"),
    },
}  # fmt: skip


def row(
    east_m: float, north_m: float, *, cell: int = ENB * 256 + 1, radio: str = "LTE", net: int = 4,
    samples: int | str = 20, updated: int = 1_700_000_000, area: int = TAC, mcc: int = 452,
    changeable: int = 1,
) -> str:  # fmt: skip
    longitude, latitude = degrees(east_m, north_m)
    return (
        f"{radio},{mcc},{net},{area},{cell},0,{longitude:.7f},{latitude:.7f},1000,{samples},{changeable},"
        f"1600000000,{updated},0"
    )


def read(folder: Path, rows: list[str], *, header: str = HEADER, **facts: Any) -> Network:
    file = folder / "452.csv"
    file.write_text("\n".join([header, *rows] if header else rows), encoding="utf-8")
    return read_dump(file, **facts)


def read_dump(file: Path, **facts: Any) -> Network:
    whole = study_facts()
    for key, value in {**FACTS, **facts}.items():
        replace(whole, key, value)
    study = file.parent / "study.toml"
    study.write_text(toml(whole), encoding="utf-8")
    return read_towers(file, read_study(study), GRID)


def test_cells_of_one_enb_are_sectors_of_one_site(tmp_path: Path) -> None:
    # Three cells at 400 m round (2000, 3000), to the north, south-east and south-west.
    spots = [(2000, 3400), (2346.41, 2800), (1653.59, 2800)]
    rows = [row(*spot, cell=ENB * 256 + n) for n, spot in enumerate(spots, 1)]
    network = read(tmp_path, rows)
    assert network.site_ids == (f"452-04-LTE-{ENB}",)
    assert [s.sector_id for s in network.sectors] == [str(ENB * 256 + n) for n in (1, 2, 3)]
    first = network.sectors[0]
    # Positions have seven decimals: 6 mm; the mean is taken in degrees: 3 cm here.
    assert (first.easting, first.northing) == pytest.approx((WEST + 2000, SOUTH + 3000), abs=0.05)
    azimuth = [s.azimuth_deg for s in network.sectors]
    # Grid north is 0.37 degrees west of true north here (convergence at 1 degree from 105 E).
    assert azimuth == pytest.approx([359.61, 119.61, 239.61], abs=0.05)
    assert {s.operator for s in network.sectors} == {"Viettel"}
    assert {s.frequency_mhz for s in network.sectors} == {1800.0}
    assert {s.samples for s in network.sectors} == {20}
    assert {"latitude", "longitude", "azimuth_deg", "frequency_mhz"} <= set(first.filled)


def test_the_site_is_the_mean_weighted_by_observations(tmp_path: Path) -> None:
    rows = [
        row(1000, 2000, samples=30),
        row(1400, 2000, samples=10, cell=ENB * 256 + 2),
    ]
    sector = read(tmp_path, rows).sectors[0]
    assert sector.easting == pytest.approx(WEST + 1100, abs=0.05)


def test_exact_positions_go_before_estimates(tmp_path: Path) -> None:
    rows = [
        row(1000, 2000, samples=900),
        row(1400, 2600, samples=10, cell=ENB * 256 + 2, changeable=0),
        row(1400, 2200, samples=10, cell=ENB * 256 + 3, changeable=0),
    ]
    sector = read(tmp_path, rows).sectors[0]
    assert (sector.easting, sector.northing) == pytest.approx((WEST + 1400, SOUTH + 2400), abs=0.05)


def test_a_cell_alone_has_no_direction(tmp_path: Path) -> None:
    (sector,) = read(tmp_path, [row(1000, 2000)]).sectors
    assert sector.azimuth_deg is None


def test_directions_are_geodesic(tmp_path: Path) -> None:
    rows = [row(1000, 2000), row(1900, 2700, cell=ENB * 256 + 2)]
    one, other = read(tmp_path, rows).sectors
    here, there = degrees(1000, 2000), degrees(1900, 2700)
    forward, back, _ = Geod(ellps="WGS84").inv(*here, *there)
    assert other.azimuth_deg == pytest.approx(forward % 360, abs=0.01)
    assert one.azimuth_deg == pytest.approx(back % 360, abs=0.01)


@pytest.mark.parametrize(
    ("radio", "cells", "sites"),
    [
        ("LTE", [ENB * 256, ENB * 256 + 255, (ENB + 1) * 256], 2),  # 8 bits of cell
        ("NR", [7 * 4096, 7 * 4096 + 4095, 8 * 4096], 2),  # 12 bits of cell
        ("UMTS", [5 * 65536 + 121, 5 * 65536 + 129, 5 * 65536 + 131, 6 * 65536 + 121], 3),
    ],
)
def test_what_belongs_to_a_site(tmp_path: Path, radio: str, cells: list[int], sites: int) -> None:
    rows = [row(1000, 2000 + n, cell=cell, radio=radio) for n, cell in enumerate(cells)]
    assert len(read(tmp_path, rows).site_ids) == sites


def test_gsm_sites_are_of_one_area(tmp_path: Path) -> None:
    facts = {
        "technologies.GSM": {"threshold": assumed(-100.0, "dBm")},
        "towers.frequency": {"GSM": assumed(900.0, "MHz")},
    }
    rows = [
        row(1000, 2000, cell=10231, radio="GSM"), row(1010, 2000, cell=10233, radio="GSM"),
        row(1020, 2000, cell=10232, radio="GSM", area=7),
    ]  # fmt: skip
    assert read(tmp_path, rows, **facts).site_ids == ("452-04-GSM-11203-1023", "452-04-GSM-7-1023")


def test_operators_by_code(tmp_path: Path) -> None:
    rows = [row(1000, 2000), row(1000, 2000, net=2), row(1000, 2000, net=1),
            row(1000, 2000, mcc=457, net=1), row(1000, 2000, mcc=457, net=1, cell=9)]  # fmt: skip
    network = read(tmp_path, rows)
    assert network.operators == ("VNPT", "Viettel")
    assert network.left_out == (
        "1 cell(s) of MCC-MNC 452-01, which is not in the study",
        "2 cell(s) of MCC-MNC 457-01, which is not in the study",
    )


def test_the_study_may_say_whose_a_code_is(tmp_path: Path) -> None:
    words = {"452-01": "VNPT"}
    network = read(tmp_path, [row(1000, 2000, net=1)], **{"inputs.towers.operators": words})
    assert network.operators == ("VNPT",)


def test_technologies_that_the_study_does_not_have(tmp_path: Path) -> None:
    network = read(tmp_path, [row(1000, 2000), row(1000, 2000, radio="GSM"),
                              row(1000, 2000, radio="CDMA")])  # fmt: skip
    assert network.left_out == (
        "1 cell(s) of technology CDMA, which is not in the study",
        "1 cell(s) of technology GSM, which is not in the study",
    )
    with pytest.raises(DataError, match=r"no cell is of an operator .* \(1 cell\(s\) of MCC-MNC"):
        read(tmp_path, [row(1000, 2000, net=7)])


def test_the_newest_report_of_a_cell_is_kept(tmp_path: Path) -> None:
    rows = [row(1000, 2000, updated=1_700_000_000), row(3000, 2000, updated=1_710_000_000),
            row(5000, 2000, updated=1_690_000_000)]  # fmt: skip
    network = read(tmp_path, rows)
    (sector,) = network.sectors
    assert sector.easting == pytest.approx(WEST + 3000, abs=0.05)
    (change,) = [c for c in network.changes if c.kind == "same cell twice"]
    assert change.count == 2


def test_few_observations_are_a_doubt(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="2 cells have fewer than 5 observations"):
        network = read(
            tmp_path,
            [row(1000, 2000, samples=4), row(1000, 2100, samples="", cell=9), row(1, 2, cell=3)],
        )
    assert sorted(s.samples is None for s in network.sectors) == [False, False, True]


def test_cells_far_from_their_site_are_a_doubt(tmp_path: Path) -> None:
    rows = [row(100, 0, cell=ENB * 256 + 1), row(100, 10_400, cell=ENB * 256 + 2)]
    with pytest.warns(
        DataWarning, match=rf"1 sites have cells .* first 452-04-LTE-{ENB} with 5\.2"
    ):
        read(tmp_path, rows)


def test_a_dump_without_a_header(tmp_path: Path) -> None:
    rows = [row(1000, 2000), row(1400, 2000, cell=ENB * 256 + 2)]
    assert read(tmp_path, rows, header="") == read(tmp_path, rows)
    packed = tmp_path / "452.csv.gz"
    packed.write_bytes(gzip.compress("\n".join(rows).encode("utf-8")))
    assert read_dump(packed) == read(tmp_path, rows)


def test_headings_in_capitals(tmp_path: Path) -> None:
    assert read(tmp_path, [row(1000, 2000)], header=HEADER.upper()) == read(
        tmp_path, [row(1000, 2000)]
    )


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    rows = [
        row(*random.uniform(100, 5000, 2), cell=int(cell), samples=int(random.integers(5, 90)))
        for cell in random.integers(ENB * 256, (ENB + 4) * 256, 40)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        networks = [read(tmp_path, rows), read(tmp_path, rows[::-1])]
    for one, other in zip(networks[0].sectors, networks[1].sectors, strict=True):
        assert one == other


def test_bad_rows(tmp_path: Path) -> None:
    rows = [row(1000, 2000), row(1000, 2000, cell=9).replace("LTE,452,4,11203,9", "LTE,452,4,,9")]
    with pytest.raises(DataError, match=r"row 3, column area is empty.*; give the LAC or TAC"):
        read(tmp_path, rows)
    with pytest.warns(DataWarning, match=r"row\(s\) cannot be used and are left out"):
        network = read(tmp_path, rows, **{"inputs.towers.bad_rows": "leave-out"})
    assert len(network.sectors) == 1
    assert "452.csv row 3, column area is empty" in network.left_out[0]


def test_a_band_must_come_from_the_study(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"give it, or towers\.frequency\.LTE in the study file"):
        read(tmp_path, [row(1000, 2000)], **{"towers.frequency": {}})
