"""Whatever a tower list holds, it is read or refused with a message."""

import tempfile
import warnings
from pathlib import Path

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import DataWarning, PhusongError
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_towers
from phusong.sources.towers_cells import typed_number
from phusong.sources.towers_position import angle_deg
from phusong.study import Study
from synthetic import (
    CRS,
    EAST,
    NORTH,
    SOUTH,
    TOWER_COLUMNS,
    WEST,
    csv_text,
    study_facts,
    toml,
    tower_rows,
)

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
CELLS = st.sampled_from(
    ["", "-", "n/a", "1,5", "1.2.3", "inf", "nan", "1e400", "22°33'", "N", "Đ", "2025-01-01", "B3",
     "30 m", "5 W", "0", "'", '"', "\n", ";", "\0", "９", "²", "1_000", "0x10", "=1+1", "1,", "."]
) | st.text(max_size=6)  # fmt: skip
HEADINGS = st.sampled_from(
    ["Toạ độ", "X", "Y", "easting", "northing", "Chiều cao", "power_w", "erp_dbm", "Tilt", "",
     "tên trạm", "radio", "mcc", "[]", "EIRP (W)", "Height (ft)", "frequency (x)"]
)  # fmt: skip
PLACES = st.tuples(st.integers(0, 6), st.integers(0, len(TOWER_COLUMNS) - 1))


def the_study(folder: Path) -> Study:
    facts = study_facts()
    facts["inputs"]["towers"] |= {"bad_rows": "leave-out", "crs": "EPSG:9208"}
    (folder / "study.toml").write_text(toml(facts), encoding="utf-8")
    return read_study(folder / "study.toml")


def outcome(content: bytes, name: str = "list.csv") -> Network | PhusongError:
    """The network, or the error; any other exception or warning fails the test."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        file = Path(folder, name)
        file.write_bytes(content)
        try:
            return read_towers(file, the_study(file.parent), GRID)
        except PhusongError as error:
            return error


@settings(max_examples=60)
@given(st.dictionaries(PLACES, CELLS, max_size=4), st.dictionaries(st.just(0), HEADINGS))
def test_any_cell_is_read_or_refused(
    cells: dict[tuple[int, int], str], headings: dict[int, str]
) -> None:
    table = [list(TOWER_COLUMNS), *(list(row.values()) for row in tower_rows())]
    for (row, column), cell in cells.items():
        table[row][column] = headings.get(0, cell) if row == 0 else cell
    outcome("\n".join(",".join(row) for row in table).encode("utf-8", "replace"))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20))
def test_any_byte_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    content = bytearray(csv_text(tower_rows()).encode("utf-8"))
    for place, value in changes:
        content[place % len(content)] = value
    outcome(bytes(content))


def workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "list.xlsx")
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for index, row in enumerate([TOWER_COLUMNS, *(r.values() for r in tower_rows())]):
                sheet.write_row(index, 0, list(row))
        return file.read_bytes()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20))
def test_any_byte_of_a_workbook_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    content = bytearray(workbook())
    for place, value in changes:
        content[place % len(content)] = value
    outcome(bytes(content), "list.xlsx")


@given(st.floats(-1e7, 1e7, allow_subnormal=False), st.integers(0, 6))
def test_a_number_means_the_same_in_every_way_of_writing(value: float, decimals: int) -> None:
    plain = f"{value:.{decimals}f}"
    grouped = f"{value:,.{decimals}f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    for text in (plain, plain.replace(".", ","), f" {plain} m", plain.replace("-", "−")):
        typed = typed_number(text)
        assert typed is not None
        assert typed.value == float(plain)
    if decimals and abs(float(plain)) >= 1000:
        for text in (grouped, swapped, grouped.replace(",", " ")):
            typed = typed_number(text)
            assert typed is not None
            assert typed.value == float(plain)


@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59_999), st.sampled_from("NSBĐ"))
def test_an_angle_means_the_same_in_every_way_of_writing(
    degrees: int, minutes: int, milliseconds: int, letter: str
) -> None:
    seconds = milliseconds / 1000
    value = degrees + minutes / 60 + seconds / 3600
    axis = "longitude" if letter == "Đ" else "latitude"
    sign = -1 if letter == "S" else 1
    for text in (
        f"{degrees}°{minutes}'{seconds:.3f}\"{letter}",
        f"{degrees} {minutes} {seconds:.3f} {letter}",
        f"{degrees}°{minutes}′{seconds:.3f}″ {letter}".replace(".", ","),
        f"{letter}{degrees}:{minutes}:{seconds:.3f}",
    ):
        found = angle_deg(text, axis)
        assert found is not None
        # Thousandths of a second: 3e-7 degrees; the rest is rounding of float64.
        assert abs(found - sign * value) < 1e-12
