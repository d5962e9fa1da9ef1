"""The same network from lists as operators write them, with every repair recorded."""

import datetime
import gzip
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import xlsxwriter
from pyproj import Transformer

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from phusong.sources.towers_cells import typed_number
from phusong.sources.towers_position import angle_deg
from phusong.sources.towers_words import columns, meaning, table
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

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
Rows = list[dict[str, str]]

VIETNAMESE = {
    "site_id": "Mã trạm", "operator": "Nhà mạng", "latitude": "Vĩ độ", "longitude": "Kinh độ",
    "mast_height_m": "Chiều cao cột (m)", "sector_id": "Sector",
    "antenna_height_m": "Độ cao treo ăng-ten (m)", "technology": "Công nghệ",
    "frequency_mhz": "Tần số (MHz)", "bandwidth_mhz": "Băng thông", "eirp_dbm": "EIRP [dBm]",
    "power_dbm": "Công suất (dBm)", "antenna_gain_dbi": "Độ lợi anten", "feeder_loss_db": "Suy hao",
    "azimuth_deg": "Góc phương vị (độ)", "electrical_tilt_deg": "Góc cụp điện",
    "status": "Trạng thái",
}  # fmt: skip


def read(file: Path, **facts: Any) -> Network:
    whole = study_facts()
    for key, value in facts.items():
        replace(whole, key.replace("__", "."), value)
    study = file.parent / "study.toml"
    study.write_text(toml(whole), encoding="utf-8")
    return read_towers(file, read_study(study), GRID)


def listed(folder: Path, content: str | bytes, name: str = "list.csv", **facts: Any) -> Network:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read(file, **facts)


@pytest.fixture
def plain(tmp_path: Path) -> Network:
    (tmp_path / "plain").mkdir()
    return listed(tmp_path / "plain", csv_text(tower_rows()))


def kinds(network: Network) -> set[str]:
    return {change.kind for change in network.changes}


def example(network: Network, kind: str, column: str) -> str:
    (change,) = [c for c in network.changes if (c.kind, c.column) == (kind, column)]
    return change.example


def every(rows: Rows, column: str, change: Callable[[str], str]) -> Rows:
    return [{**row, column: change(row[column]) if row[column] else ""} for row in rows]


def headed(rows: Rows, names: dict[str, str]) -> Rows:
    return [{names.get(column, column): cell for column, cell in row.items()} for row in rows]


def unmarked(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c)).upper()


# Files: encodings, separators, headers.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_encodings_that_prove_themselves(tmp_path: Path, encoding: str, plain: Network) -> None:
    content = csv_text(tower_rows())
    if encoding == "cp1258":  # base letters and marks apart, as Windows writes them
        content = content.replace("ạ", "a\u0323").replace("à", "a\u0300")
        assert content.encode(encoding) != content.encode("utf-8")
    network = listed(tmp_path, content.encode(encoding))
    assert network == plain
    assert ("encoding" in kinds(network)) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str, plain: Network) -> None:
    assert listed(tmp_path, csv_text(tower_rows(), separator=separator)) == plain


def test_excels_own_first_line(tmp_path: Path, plain: Network) -> None:
    content = "sep=;\r\n" + csv_text(tower_rows(), separator=";").replace("\n", "\r\n")
    assert listed(tmp_path, content) == plain


def test_a_title_above_the_header(tmp_path: Path, plain: Network) -> None:
    title = "DANH SÁCH TRẠM, TỈNH LÀO CAI, 2025\n\nNgày 1/3/2025\n"
    network = listed(tmp_path, title + csv_text(tower_rows(), separator=";"))
    assert network == plain
    assert example(network, "header", "") == "the header is row 4; 2 row(s) above it are not read"


def test_a_packed_list(tmp_path: Path, plain: Network) -> None:
    packed = gzip.compress(csv_text(tower_rows()).encode("utf-8"))
    assert listed(tmp_path, packed, "list.csv.gz") == plain


# Words: headings and values, in two languages, with marks and without.


def test_vietnamese_headings(tmp_path: Path, plain: Network) -> None:
    network = listed(tmp_path, csv_text(headed(tower_rows(), VIETNAMESE)))
    assert network == plain
    assert example(network, "heading", "latitude") == "column 'Vĩ độ' is read as latitude"


def test_headings_without_marks_in_capitals(tmp_path: Path, plain: Network) -> None:
    names = {column: unmarked(word) for column, word in VIETNAMESE.items()}
    assert listed(tmp_path, csv_text(headed(tower_rows(), names))) == plain


def test_every_word_means_one_thing() -> None:
    for column, words in table()["columns"].items():
        assert column in columns()
        for word in (column, *words):
            found = meaning(word, {})
            assert found is not None
            assert found.column == column, word
    for section in ("technologies", "status", "bands", "operators"):
        words = [w for group in table()[section].values() for w in group]
        assert len(words) == len(set(words)), section


def test_a_second_choice_is_taken_only_alone(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    named = [{"Tên trạm": f"Trạm {row['site_id']}", **row} for row in rows]
    network = listed(tmp_path, csv_text(named))
    assert network == plain
    assert "column 'Tên trạm' is not used" in example(network, "not used", "Tên trạm")
    alone = headed(rows, {"site_id": "Tên trạm"})
    assert listed(tmp_path, csv_text(alone)) == plain


def test_the_study_may_name_columns_and_give_values(tmp_path: Path, plain: Network) -> None:
    rows = headed(
        [{k: v for k, v in row.items() if k != "technology"} for row in tower_rows()],
        {"mast_height_m": "Cao", "site_id": "Số hiệu nội bộ"},
    )
    network = listed(
        tmp_path, csv_text(rows),
        inputs__towers__columns={"Cao": "mast_height_m", "SỐ HIỆU NỘI BỘ": "site_id"},
        inputs__towers__values={"technology": "4G"},
    )  # fmt: skip
    assert network == plain
    assert example(network, "value of the study", "technology") == "every row has technology = '4G'"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"columns": {"Cao": "height"}}, "'height' is not a column of a tower list; allowed are"),
        ({"columns": {"Cao": "mast_height_m"}}, "names 'Cao', but the header of list.csv has"),
        ({"values": {"latitude": "1"}}, "list.csv has that column; take one out"),
        ({"values": {"Height": "1"}}, "values.Height is not a column of a tower list"),
    ],
)
def test_what_the_study_names_must_be_there(
    tmp_path: Path, facts: dict[str, Any], said: str
) -> None:
    whole = {f"inputs__towers__{key}": value for key, value in facts.items()}
    with pytest.raises(DataError) as error:
        listed(tmp_path, csv_text(tower_rows()), **whole)
    assert said in str(error.value)


def test_words_for_operators_technologies_and_status(tmp_path: Path) -> None:
    rows = tower_rows()
    written = ("viettel", "VTT", "VTL", "VNPT", "vina", "VinaPhone")
    for row, operator in zip(rows, written, strict=True):
        row |= {"operator": operator, "technology": "4G", "status": "Đang hoạt động"}
    names = [("Viettel", "viettel"), ("Vinaphone", "vinaphone")]
    network = listed(
        tmp_path, csv_text(rows), operators=[{"name": name, "key": key} for name, key in names]
    )
    assert [s.operator for s in network.sectors] == ["Viettel"] * 3 + ["Vinaphone"] * 3
    assert {(s.technology, s.status) for s in network.sectors} == {("LTE", "existing")}
    assert example(network, "word", "technology") == "row 2: '4G' read as 'LTE'"
    counts = {c.column: c.count for c in network.changes if c.kind == "word"}
    assert counts == {"operator": 6, "technology": 6, "status": 6}


def test_the_studys_own_words_for_operators(tmp_path: Path, plain: Network) -> None:
    rows = every(tower_rows(), "operator", lambda name: {"A": "Đơn vị 1"}.get(name[-1], name))
    words = {"đơn vị 1": "Nhà mạng A"}
    assert listed(tmp_path, csv_text(rows), inputs__towers__operators=words) == plain


def test_status_owner_power_and_backhaul_are_kept(tmp_path: Path) -> None:
    rows = tower_rows()
    for row in rows:
        row |= {"Nguồn điện": "Điện lưới", "Truyền dẫn": "Vi ba", "Chủ sở hữu": "VNPT"}
    rows[0] |= {"status": "Quy hoạch", "Chủ sở hữu": "chưa rõ"}
    rows[2]["status"] = "Hỏng"
    network = listed(tmp_path, csv_text(rows))
    first, second, third, *_ = network.sectors
    assert (first.status, second.status, third.status) == ("planned", "existing", "broken")
    assert (first.owner, second.owner) == ("", "VNPT")
    assert (second.power_source, second.backhaul) == ("Điện lưới", "Vi ba")


# Numbers.


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("41.5", 41.5), ("41,5", 41.5), ("-4", -4), ("−4", -4), ("+3,0", 3), (",5", 0.5),
        ("1 800", 1800), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("2.496.096", 2496096),
        ("2,496,096", 2496096), ("448 286,25", 448286.25), ("1,800", 1.8), ("1e3", 1000),
        ("３０", 30),
    ],
)  # fmt: skip
def test_numbers_as_they_are_typed(cell: str, value: float) -> None:
    typed = typed_number(cell)
    assert typed is not None
    assert typed.value == value


@pytest.mark.parametrize("cell", ["", "cao", "1.2.3", "41,5,1", "12,34.5.6", "1 8", "5-6", "--4"])
def test_no_numbers(cell: str) -> None:
    assert typed_number(cell) is None


def test_decimal_commas(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    for column in ("latitude", "longitude", "eirp_dbm", "antenna_gain_dbi"):
        rows = every(rows, column, lambda cell: cell.replace(".", ","))
    network = listed(tmp_path, csv_text(rows, separator=";"))
    assert network == plain
    assert example(network, "decimal comma", "eirp_dbm") == "row 2: '52,5' read as 52.5"


def test_units_in_headings_and_cells(tmp_path: Path, plain: Network) -> None:
    rows = every(tower_rows(), "frequency_mhz", lambda cell: f"{float(cell) / 1000}")
    rows = every(rows, "antenna_height_m", lambda cell: f"{cell} m")
    rows = every(rows, "azimuth_deg", lambda cell: f"{cell}°")
    network = listed(tmp_path, csv_text(headed(rows, {"frequency_mhz": "Frequency [GHz]"})))
    assert network == plain
    assert example(network, "unit converted", "frequency_mhz") == (
        "row 2: 1.8 ghz read as 1800 MHz"
    )
    assert example(network, "unit removed", "antenna_height_m") == "row 2: '28 m' read as 28"


def test_watts_erp_and_bands(tmp_path: Path) -> None:
    rows = tower_rows()[:2]
    rows[0] |= {"eirp_dbm": "50 dBm", "frequency_mhz": "B3"}
    rows[1] |= {"power_dbm": "5,0 W", "frequency_mhz": "L1800"}
    network = listed(tmp_path, csv_text(headed(rows, {"eirp_dbm": "ERP (dBm)"})))
    first, second = network.sectors
    assert first.eirp_dbm == pytest.approx(52.15, abs=1e-12)  # 50 dBm ERP + 2.15 dB
    # 5 W are 36.9897 dBm; + 17.5 dBi − 2 dB.
    assert second.eirp_dbm == pytest.approx(52.4897, abs=5e-5)
    assert {s.frequency_mhz for s in network.sectors} == {1800.0}
    assert example(network, "band", "frequency_mhz") == "row 2: 'B3' read as 1800 MHz"


def test_a_unit_in_a_cell_goes_before_that_of_the_heading(tmp_path: Path) -> None:
    rows = tower_rows()[:2]
    rows[0] |= {"eirp_dbm": "", "power_dbm": "40 W", "frequency_mhz": "B3", "mast_height_m": "30 m"}
    rows[1] |= {"power_dbm": "20", "frequency_mhz": "1.8", "mast_height_m": "98.425"}
    for row in rows:
        row |= {"antenna_gain_dbi": "17.5", "feeder_loss_db": "2"}
    names = {
        "power_dbm": "Công suất (W)", "frequency_mhz": "Tần số (GHz)",
        "mast_height_m": "Mast height (ft)",
    }  # fmt: skip
    first, second = listed(tmp_path, csv_text(headed(rows, names))).sectors
    # 40 W are 46.0206 dBm, 20 W 43.0103 dBm; + 17.5 − 2.
    assert (first.eirp_dbm, second.eirp_dbm) == pytest.approx((61.5206, 58.5103), abs=5e-5)
    assert (first.frequency_mhz, second.frequency_mhz) == (1800, 1800)
    assert (first.mast_height_m, second.mast_height_m) == (30, pytest.approx(29.99994))


def test_words_for_nothing(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    words = iter(["-", "N/A", "không có", "null", "Chưa rõ", "?", "#N/A", "--"] * 9)
    for column in ("mast_height_m", "eirp_dbm", "power_dbm", "azimuth_deg", "electrical_tilt_deg"):
        rows = [{**row, column: row[column] or next(words)} for row in rows]
    network = listed(tmp_path, csv_text(rows))
    assert network == plain
    assert network.filled == plain.filled
    assert example(network, "word for missing", "mast_height_m").startswith("row 4: ")


def test_an_antenna_to_all_sides(tmp_path: Path, plain: Network) -> None:
    rows = [{**row, "azimuth_deg": row["azimuth_deg"] or "Omni"} for row in tower_rows()]
    assert listed(tmp_path, csv_text(rows)) == plain


def test_hidden_characters(tmp_path: Path, plain: Network) -> None:
    rows = every(tower_rows(), "site_id", lambda cell: f"\u200b{cell}\u00a0")
    rows = every(rows, "mast_height_m", lambda cell: f"'{cell}")
    rows = every(rows, "operator", lambda cell: cell.replace(" ", "\u00a0"))
    network = listed(tmp_path, csv_text(rows))
    assert network == plain
    assert example(network, "hidden characters", "mast_height_m") == "row 2: \"'30\" read as '30'"


# Positions.


@pytest.mark.parametrize(
    ("cell", "axis", "value"),
    [
        ("22°33'47,1\"N", "latitude", 22.5630833), ("22°33'47.1\"B", "latitude", 22.5630833),
        ("N22 33 47.1", "latitude", 22.5630833), ("22d33m47.1s", "latitude", 22.5630833),
        ("22° 33.785′ Bắc", "latitude", 22.5630833), ("22:33:47.1", "latitude", 22.5630833),
        ("Vĩ độ Bắc 22°33'47.1\"", "latitude", 22.5630833), ("22,5630833", "latitude", 22.5630833),
        ("104°14'56.55\"Đ", "longitude", 104.2490417), ("104 14 56.55 E", "longitude", 104.2490417),
        ("8°30' S", "latitude", -8.5), ("-8 30", "latitude", -8.5), ("8°30' Nam", "latitude", -8.5),
        ("8 30 S", "latitude", -8.5), ("8.5S", "latitude", -8.5), ("8d30m0sS", "latitude", -8.5),
        ("104 14 56.55 Đ", "longitude", 104.2490417),
        ("70°W", "longitude", -70), ("22º33’47.1”", "latitude", 22.5630833),
    ],
)  # fmt: skip
def test_angles(cell: str, axis: str, value: float) -> None:
    assert angle_deg(cell, axis) == pytest.approx(value, abs=5e-8)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "abc",
        "22°61'",
        "22°33'61\"",
        "22.5°30'",
        "104°E",
        "-22 S",
        "22 N S",
        "1 2 3 4",
        "22.5.6",
    ],
)
def test_no_latitudes(cell: str) -> None:
    assert angle_deg(cell, "latitude") is None


def sexagesimal(cell: str, letter: str) -> str:
    seconds = round(float(cell) * 3600, 4)
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}'{seconds % 60:.4f}\"{letter}"


@pytest.mark.parametrize("letters", [("N", "E"), ("B", "Đ")])
def test_degrees_minutes_seconds(tmp_path: Path, letters: tuple[str, str], plain: Network) -> None:
    rows = every(tower_rows(), "latitude", lambda cell: sexagesimal(cell, letters[0]))
    rows = every(rows, "longitude", lambda cell: sexagesimal(cell, letters[1]))
    network = listed(tmp_path, csv_text(rows))
    for one, other in zip(network.sectors, plain.sectors, strict=True):
        # 0.00005 seconds are 1.5 mm.
        assert (one.easting, one.northing) == pytest.approx(
            (other.easting, other.northing), abs=0.01
        )
    assert "degrees, minutes, seconds" in kinds(network)


@pytest.mark.parametrize("write", ["{lat}, {lon}", "{lat} {lon}", "({lat}; {lon})"])
def test_both_coordinates_in_one_column(tmp_path: Path, write: str, plain: Network) -> None:
    rows = [
        {"Toạ độ": write.format(lat=row.pop("latitude"), lon=row.pop("longitude")), **row}
        for row in tower_rows()
    ]
    assert listed(tmp_path, csv_text(rows)) == plain


# 104.0 E, 22.6 N of WGS 84, computed by PROJ with EPSG:6960.
VN2000 = [("EPSG:9208", 422694.005, 2500291.953), ("EPSG:3405", 397019.977, 2499692.950)]


@pytest.mark.parametrize(("crs", "easting", "northing"), VN2000)
@pytest.mark.parametrize(
    ("east", "north"),
    [("easting", "northing"), ("Toạ độ Y", "Toạ độ X"), ("Y VN2000", "X VN2000"), ("X", "Y")],
)
def test_vn2000(
    tmp_path: Path, crs: str, easting: float, northing: float, east: str, north: str
) -> None:
    grid = Grid.from_bounds(392_000, 2_494_000, 402_000, 2_504_000, crs=CRS, resolution_m=100)
    row = {k: v for k, v in tower_rows()[0].items() if k not in {"latitude", "longitude"}}
    row |= {east: f"{easting:.3f}".replace(".", ","), north: f"{northing:.3f}"}
    whole = study_facts()
    whole["inputs"]["towers"]["crs"] = crs
    (tmp_path / "study.toml").write_text(toml(whole), encoding="utf-8")
    (tmp_path / "list.csv").write_text(csv_text([row]), encoding="utf-8")
    network = read_towers(tmp_path / "list.csv", read_study(tmp_path / "study.toml"), grid)
    (sector,) = network.sectors
    # Millimetres of the given coordinates: 1e-8 degrees.
    assert (sector.latitude, sector.longitude) == pytest.approx((22.6, 104.0), abs=2e-8)
    assert f"from {crs}" in kinds(network)


def test_x_and_y_may_be_degrees(tmp_path: Path, plain: Network) -> None:
    for names in ({"longitude": "X", "latitude": "Y"}, {"longitude": "Y", "latitude": "X"}):
        network = listed(tmp_path, csv_text(headed(tower_rows(), names)))
        assert network == plain
        assert "by the size of its values" in example(network, "axis", "latitude")


# Workbooks.


def workbook(file: Path, rows: list[list[Any]], *, sheet: str = "Trạm") -> Path:
    with xlsxwriter.Workbook(file) as book:
        target = book.add_worksheet(sheet)
        for index, row in enumerate(rows):
            target.write_row(index, 0, row)
    return file


def cells(row: dict[str, str]) -> list[Any]:
    texts = {"site_id", "sector_id", "operator", "technology", "status"}
    return [v if k in texts or v == "" else float(v) for k, v in row.items()]


def test_a_workbook(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    network = read(workbook(tmp_path / "list.xlsx", [list(rows[0]), *map(cells, rows)]))
    assert network == plain
    assert network.changes == ()


def test_numbers_as_text_blank_rows_and_titles(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    written = [["DANH SÁCH TRẠM"], [], list(VIETNAMESE.values()), []]
    for row in rows:
        written += [[f" {v} " if v else "" for v in row.values()], []]
    assert read(workbook(tmp_path / "list.xlsx", written)) == plain


def test_merged_cells_are_filled_down(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Trạm")
        sheet.write_row(0, 0, list(rows[0]))
        for index, row in enumerate(rows, 1):
            sheet.write_row(index, 0, cells(row))
        for column, cell in enumerate(cells(rows[0])[:5]):  # S1 has two rows
            sheet.merge_range(1, column, 2, column, cell)
    network = read(file)
    assert network == plain
    assert example(network, "merged cells", "") == "row 3: 'S1' taken from row 2"


def test_sites_that_are_numbers(tmp_path: Path) -> None:
    rows = tower_rows()
    written = [[1001, *cells(row)[1:]] for row in rows[:1]]
    network = read(workbook(tmp_path / "list.xlsx", [list(rows[0]), *written]))
    assert network.site_ids == ("1001",)


def test_a_date_in_a_number_column(tmp_path: Path) -> None:
    rows = tower_rows()
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(rows[0]))
        sheet.write_row(1, 0, cells(rows[0]))
        form = book.add_format({"num_format": "dd/mm"})
        sheet.write_datetime(1, list(rows[0]).index("mast_height_m"),
                             datetime.datetime(2025, 5, 30), form)  # fmt: skip
    with pytest.raises(DataError, match=r"row 2, column mast_height_m = 2025-05-30 is a date"):
        read(file)


def test_sheets(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Ghi chú").write(0, 0, "Số liệu tháng 3")
        for name in ("Trạm 4G", "Bản cũ"):
            sheet = book.add_worksheet(name)
            for index, row in enumerate([list(rows[0]), *map(cells, rows)]):
                sheet.write_row(index, 0, row)
        book.get_worksheet_by_name("Bản cũ").hide()
    network = read(file)
    assert network == plain
    assert example(network, "sheet", "") == "sheet 'Trạm 4G' of 3 is read"
    assert read(file, inputs__towers__sheet="Bản cũ") == plain
    with pytest.raises(DataError, match=r"no sheet 'Trạm'; it has Ghi chú, Trạm 4G, Bản cũ"):
        read(file, inputs__towers__sheet="Trạm")


# Vector files.


def layer(rows: Rows, crs: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows)
    points = gpd.points_from_xy(frame.pop("longitude").astype(float),
                                frame.pop("latitude").astype(float), crs="EPSG:4326")  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=points).to_crs(crs)


@pytest.mark.parametrize("name", ["list.gpkg", "list.geojson"])
def test_layers(tmp_path: Path, name: str, plain: Network) -> None:
    layer(tower_rows(), "EPSG:4326").to_file(tmp_path / name)
    assert read(tmp_path / name) == plain


def test_a_layer_in_vn2000_by_its_name(tmp_path: Path, plain: Network) -> None:
    file = tmp_path / "list.gpkg"
    layer(tower_rows()[:1], "EPSG:4326").to_file(file, layer="cũ")
    layer(headed(tower_rows(), VIETNAMESE | {"latitude": "latitude", "longitude": "longitude"}),
          "EPSG:9208").to_file(file, layer="mới")  # fmt: skip
    network = read(file, inputs__towers__sheet="mới")
    for one, other in zip(network.sectors, plain.sectors, strict=True):
        # There and back through the datum shift.
        assert (one.easting, one.northing) == pytest.approx(
            (other.easting, other.northing), abs=0.002
        )
    with pytest.raises(DataError, match="no layer 'khác'; it has cũ, mới"):
        read(file, inputs__towers__sheet="khác")


def test_kml(tmp_path: Path, plain: Network) -> None:
    marks = []
    for row in tower_rows():
        facts = "".join(
            f'<Data name="{VIETNAMESE[k]}"><value>{v}</value></Data>'
            for k, v in row.items()
            if k not in {"latitude", "longitude", "site_id"}
        )
        place = f"{row['longitude']},{row['latitude']},850"
        marks.append(
            f"<Placemark><name>{row['site_id']}</name><ExtendedData>{facts}</ExtendedData>"
            f"<Point><coordinates>\n {place} </coordinates></Point></Placemark>"
        )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>Trạm</name>{''.join(marks)}</Document></kml>"
    )
    assert listed(tmp_path, content, "list.kml") == plain


# What a list does not say at all.


def test_frequencies_by_technology(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "frequency_mhz"} for row in tower_rows()]
    network = listed(tmp_path, csv_text(rows), towers__frequency={"LTE": assumed(1800.0, "MHz")})
    assert {s.frequency_mhz for s in network.sectors} == {1800.0}
    assert network.filled["frequency_mhz"] == len(rows)
    with pytest.raises(DataError, match="column frequency_mhz is missing"):
        listed(tmp_path, csv_text(rows))
    with pytest.raises(DataError, match=r"frequency_mhz is empty.* or towers\.frequency\.LTE in"):
        listed(tmp_path, csv_text(rows), towers__frequency={"NR": assumed(3500.0, "MHz")})


def test_the_order_of_rows_changes_no_repair_of_the_network(tmp_path: Path) -> None:
    rows = every(tower_rows(), "latitude", lambda cell: sexagesimal(cell, "B"))
    rows = every(rows, "longitude", lambda cell: sexagesimal(cell, "Đ"))
    assert listed(tmp_path, csv_text(rows)) == listed(tmp_path, csv_text(rows[::-1]))


def test_positions_agree_with_proj(tmp_path: Path) -> None:
    network = listed(tmp_path, csv_text(tower_rows()))
    to_grid = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    for sector in network.sectors:
        assert (sector.easting, sector.northing) == pytest.approx(
            to_grid.transform(sector.longitude, sector.latitude), abs=0.0006
        )


def test_rows_are_left_out_with_a_warning(tmp_path: Path) -> None:
    rows = tower_rows()
    rows[0]["mast_height_m"] = rows[3]["latitude"] = "hỏng"
    with pytest.warns(DataWarning, match=r"2 of 6 row\(s\) .* \(inputs\.towers\.bad_rows\): 2, 5"):
        network = listed(tmp_path, csv_text(rows), inputs__towers__bad_rows="leave-out")
    assert [line.partition(":")[0] for line in network.left_out] == [
        "list.csv row 2, column mast_height_m = hỏng",
        "list.csv row 5, column latitude = hỏng",
    ]


def test_a_header_of_two_rows(tmp_path: Path, plain: Network) -> None:
    rows = tower_rows()
    names = list(rows[0])
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Trạm")
        for column, name in enumerate(names):
            if name == "latitude":
                sheet.merge_range(0, column, 0, column + 1, "Toạ độ")
            elif name != "longitude":
                sheet.merge_range(0, column, 1, column, VIETNAMESE[name])
        sheet.write_row(1, names.index("latitude"), ["Vĩ độ", "Kinh độ"])
        for index, row in enumerate(rows, 2):
            sheet.write_row(index, 0, cells(row))
    assert read(file) == plain
