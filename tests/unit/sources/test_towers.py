"""Tower lists: positions, fills that are recorded, EIRP by hand, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from pyproj import Transformer

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from synthetic import (
    CRS,
    EAST,
    NORTH,
    SOUTH,
    TOWER_COLUMNS,
    WEST,
    assumed,
    csv_text,
    degrees,
    replace,
    study_facts,
    toml,
    tower_rows,
)

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
EMPTY = dict.fromkeys(TOWER_COLUMNS, "")


def read(
    folder: Path, rows: list[dict[str, str]] | str, study: dict[str, Any] | None = None
) -> Network:
    file = folder / "towers.csv"
    file.write_text(rows if isinstance(rows, str) else csv_text(rows), encoding="utf-8")
    facts = study_facts()
    for key, value in (study or {}).items():
        replace(facts, key, value)
    (folder / "study.toml").write_text(toml(facts), encoding="utf-8")
    return read_towers(file, read_study(folder / "study.toml"), GRID)


def fault(folder: Path, rows: list[dict[str, str]] | str, **options: Any) -> str:
    with pytest.raises(DataError) as error:
        read(folder, rows, **options)
    return str(error.value)


def changed(**cells: str) -> list[dict[str, str]]:
    """The synthetic list with the first row changed."""
    first, *rest = tower_rows()
    return [{**first, **cells}, *rest]


def only(**cells: str) -> list[dict[str, str]]:
    """A list of one bare row: nothing but what is required."""
    longitude, latitude = degrees(1000, 2000)
    row = {
        **EMPTY, "site_id": "S1", "operator": "Nhà mạng A", "technology": "LTE",
        "latitude": f"{latitude}", "longitude": f"{longitude}", "frequency_mhz": "1800",
    }  # fmt: skip
    return [{**row, **cells}]


def one(folder: Path, **cells: str) -> Sector:
    (sector,) = read(folder, only(**cells)).sectors
    return sector


def test_positions_in_the_studys_crs(tmp_path: Path) -> None:
    sector = one(tmp_path)
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    assert (sector.easting, sector.northing) == pytest.approx(
        to_grid.transform(sector.longitude, sector.latitude), abs=0.0006
    )
    assert sector.easting == pytest.approx(WEST + 1000, abs=0.01)
    assert sector.northing == pytest.approx(SOUTH + 2000, abs=0.01)


def test_a_bare_row_gets_every_default_and_every_one_is_recorded(tmp_path: Path) -> None:
    sector = one(tmp_path)
    assert sector.mast_height_m == 36
    assert sector.antenna_height_m == 33
    assert sector.bandwidth_mhz == 20
    # 43 dBm + 17 dBi (above 1 GHz) − 2 dB.
    assert sector.eirp_dbm == 58
    assert (sector.electrical_tilt_deg, sector.mechanical_tilt_deg) == (4, 1)
    assert (sector.horizontal_beamwidth_deg, sector.vertical_beamwidth_deg) == (65, 10)
    assert sector.azimuth_deg is None
    assert sector.status == "existing"
    assert set(sector.filled) == {
        "mast_height_m", "antenna_height_m", "bandwidth_mhz", "eirp_dbm", "electrical_tilt_deg",
        "mechanical_tilt_deg", "beamwidth_deg",
    }  # fmt: skip


def test_a_full_row_is_left_alone(tmp_path: Path) -> None:
    cells = {
        "sector_id": "2", "mast_height_m": "45", "antenna_height_m": "41.5",
        "bandwidth_mhz": "10", "eirp_dbm": "61.25", "azimuth_deg": "117",
        "electrical_tilt_deg": "-2", "mechanical_tilt_deg": "3", "beamwidth_deg": "33",
        "status": "planned", "owner": "VNPT", "backhaul": "vi ba", "power_source": "solar",
    }  # fmt: skip
    sector = one(tmp_path, **cells)
    assert sector.filled == ()
    assert (sector.sector_id, sector.status, sector.owner) == ("2", "planned", "VNPT")
    assert (sector.backhaul, sector.power_source) == ("vi ba", "solar")
    assert (sector.mast_height_m, sector.antenna_height_m) == (45, 41.5)
    assert (sector.bandwidth_mhz, sector.eirp_dbm, sector.azimuth_deg) == (10, 61.25, 117)
    assert (sector.electrical_tilt_deg, sector.mechanical_tilt_deg) == (-2, 3)
    assert sector.horizontal_beamwidth_deg == 33


@pytest.mark.parametrize(
    ("cells", "eirp_dbm", "recorded"),
    [
        # Stated in full: 40 + 15.5 − 1.5, and nothing is recorded.
        ({"power_dbm": "40", "antenna_gain_dbi": "15.5", "feeder_loss_db": "1.5"}, 54.0, False),
        ({"power_dbm": "40", "antenna_gain_dbi": "15.5"}, 53.5, True),  # default loss 2
        ({"power_dbm": "40"}, 55.0, True),  # default gain 17 above 1 GHz, loss 2
        ({"power_dbm": "40", "frequency_mhz": "900"}, 53.0, True),  # gain 15 below 1 GHz
        ({"power_dbm": "40", "frequency_mhz": "1000"}, 55.0, True),  # 1 GHz is not below
        ({"antenna_gain_dbi": "0", "feeder_loss_db": "0"}, 43.0, True),  # a zero is a value
        # EIRP itself wins over its parts.
        ({"eirp_dbm": "60", "power_dbm": "40", "antenna_gain_dbi": "1"}, 60.0, False),
    ],
)
def test_eirp_by_hand(
    tmp_path: Path, cells: dict[str, str], eirp_dbm: float, recorded: bool
) -> None:
    sector = one(tmp_path, **cells)
    assert sector.eirp_dbm == pytest.approx(eirp_dbm, abs=1e-12)
    assert ("eirp_dbm" in sector.filled) == recorded


def test_an_antenna_is_not_hung_above_its_mast(tmp_path: Path) -> None:
    sector = one(tmp_path, mast_height_m="18")
    assert sector.antenna_height_m == 18
    assert "antenna_height_m" in sector.filled
    assert "mast_height_m" not in sector.filled


def test_azimuth_360_is_north(tmp_path: Path) -> None:
    assert one(tmp_path, azimuth_deg="360").azimuth_deg == 0.0


def test_the_synthetic_list(tmp_path: Path) -> None:
    network = read(tmp_path, tower_rows())
    assert network.site_ids == ("S1", "S2", "S3", "S4", "S5")
    assert network.filled == {
        "antenna_height_m": 1, "beamwidth_deg": 6, "electrical_tilt_deg": 3, "mast_height_m": 1,
        "mechanical_tilt_deg": 6,
    }  # fmt: skip
    assert network.on_air().site_ids == ("S1", "S2", "S3", "S4")
    assert network.left_out == ()


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = tower_rows()
    assert read(tmp_path, rows) == read(tmp_path, rows[::-1]) == read(tmp_path, rows[3:] + rows[:3])


def test_duplicate_sectors_name_their_rows(tmp_path: Path) -> None:
    rows = tower_rows()
    said = fault(tmp_path, [*rows, {**rows[1], "sector_id": "9", "eirp_dbm": "1"}])
    assert said == (
        "towers.csv rows 3, 8 are the same sector twice (site_id, technology, frequency_mhz, "
        "azimuth_deg = S1, LTE, 1800 MHz, 200 deg); keep one row"
    )


def test_two_omnis_of_a_carrier_are_duplicates(tmp_path: Path) -> None:
    rows = only()
    assert "LTE, 1800 MHz, no azimuth" in fault(tmp_path, [rows[0], {**rows[0], "eirp_dbm": "1"}])


def test_north_has_two_numbers_but_is_one_azimuth(tmp_path: Path) -> None:
    rows = [*only(azimuth_deg="0"), *only(azimuth_deg="360")]
    assert "rows 2, 3 are the same sector twice" in fault(tmp_path, rows)


def test_other_carriers_and_azimuths_are_no_duplicates(tmp_path: Path) -> None:
    rows = [
        *only(), *only(azimuth_deg="0"), *only(azimuth_deg="120"),
        *only(azimuth_deg="120", frequency_mhz="900"), *only(site_id="S2"),
    ]  # fmt: skip
    assert len(read(tmp_path, rows).sectors) == 5


def test_swapped_coordinates(tmp_path: Path) -> None:
    rows = [
        {**row, "latitude": row["longitude"], "longitude": row["latitude"]} for row in tower_rows()
    ]
    said = fault(tmp_path, rows)
    assert said.startswith("towers.csv row 2, columns latitude = 104.0421906 and longitude = 22.56")
    assert "look swapped" in said
    assert "exchange the two columns" in said
    assert len(said.splitlines()) == len(rows)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"latitude": "91"}, "column latitude = 91.0: -90 to 90 deg is allowed; give WGS 84"),
        ({"longitude": "181"}, "column longitude = 181.0: -180 to 180 deg is allowed"),
        ({"latitude": ""}, "column latitude is empty, a value is needed"),
        ({"latitude": "22°64'N"}, "column latitude = 22°64'N: -90 to 90 deg is allowed"),
        ({"mast_height_m": "-30"}, "column mast_height_m = -30.0: 1 to 400 m is allowed"),
        ({"mast_height_m": "cao"}, "column mast_height_m = cao: 1 to 400 m is allowed"),
        ({"antenna_height_m": "0"}, "column antenna_height_m = 0.0: 1 to 400 m is allowed"),
        ({"frequency_mhz": "1.8"}, "frequency_mhz = 1.8: 30 to 6000 MHz is allowed; did you give"),
        ({"frequency_mhz": ""}, "column frequency_mhz is empty"),
        ({"technology": "6G"}, "technology = '6G' is not known: allowed are LTE"),
        (
            {"operator": "Mạng X"},
            "operator = 'Mạng X' is not known (did you mean 'Nhà mạng B'?): allowed are Nhà mạng A",
        ),
        ({"site_id": ""}, "column site_id is empty, a value is needed; give every row its site"),
        ({"status": "off"}, "status = 'off' is not known: allowed are existing, planned, broken"),
        ({"azimuth_deg": "400"}, "azimuth_deg = 400.0: 0 to 360 deg is allowed"),
        ({"eirp_dbm": "1000"}, "eirp_dbm = 1000.0: -30 to 90 dBm is allowed"),
        ({"bandwidth_mhz": "7"}, "bandwidth_mhz = 7 is not a LTE bandwidth: allowed are 1.4, 3"),
    ],
)
def test_bad_cells_name_row_column_value_and_what_is_allowed(
    tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    message = fault(tmp_path, changed(**cells))
    assert message.startswith("towers.csv row 2, column ")
    assert said in message
    assert ";" in message  # what to do


def test_a_missing_column(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "frequency_mhz"} for row in tower_rows()]
    assert "towers.csv: column frequency_mhz is missing" in fault(tmp_path, rows)


def test_bandwidths_are_those_of_the_study(tmp_path: Path) -> None:
    blocks = {"5": 25, "10": 50, "20": 100, "7": 36}
    study = {"technologies.LTE.resource_blocks": blocks}
    assert read(tmp_path, changed(bandwidth_mhz="7"), study=study).sectors[0].bandwidth_mhz == 7


def test_sites_outside_are_left_out_and_named(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match=r"1 site\(s\) lie outside the study area .*: S1; raise"):
        network = read(tmp_path, changed(latitude="10.5"))
    # The other sector of S1 stands where it should and stays.
    assert len(network.sectors) == 5
    assert network.left_out == ("site S1 lies outside the study area",)


def test_all_sites_outside_is_an_error(tmp_path: Path) -> None:
    rows = [{**row, "latitude": "10.5"} for row in tower_rows()]
    said = fault(tmp_path, rows)
    assert "towers.csv: no site lies in the study area (first: latitude 10.5" in said
    assert "check that the list is of this area" in said


def test_a_technology_of_its_own(tmp_path: Path) -> None:
    study = {"technologies.NB": {"threshold": assumed(-110.0, "dBm")}}
    network = read(tmp_path, changed(technology="NB"), study=study)
    assert {s.technology for s in network.sectors} == {"LTE", "NB"}
