"""One cell far away from a list would fill the memory: sheets are measured before they are read."""

import io
import zipfile
from pathlib import Path

import pytest

from phusong.errors import DataError
from phusong.sources.towers_workbook import read_workbook, refuse_huge
from phusong.sources.workbook_extent import MOST_CELLS, most_cells


def book(sheet: str) -> zipfile.ZipFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("part.xml", sheet)
    return zipfile.ZipFile(stream)


def cells(sheet: str) -> int:
    with book(sheet) as archive:
        return most_cells(archive)


ODS = "<table:table>{}</table:table>"
CELL = "<table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ('<row r="1"><c r="A1"/><c r="C2"><v>1</v></c></row>', 6),
        ('<row r="1"><c r="XFD1048576"><v>1</v></c></row>', 16_384 * 1_048_576),
        ("<x:row r='7'/><x:c t='>'\n r = 'b3'/>", 14),
        ("<a:fillRect l='1' r='90000'/><sheet Target='r=\"1\"' xr='9' x:r='9'/>", 90_000),
        ("", 0),
        (ODS.format(f"<table:table-row>{CELL}{CELL}</table:table-row>"), 2),
        # LibreOffice fills a sheet up with what is empty.
        (ODS.format(
            f"<table:table-row>{CELL}<table:table-cell table:number-columns-repeated='16383'/>"
            "</table:table-row><table:table-row table:number-rows-repeated='1048575'>"
            "<table:table-cell table:number-columns-repeated='16384'/></table:table-row>"), 1),
        (ODS.format(
            "<table:table-row table:number-rows-repeated='1000000'/><table:table-row>"
            f"{CELL}</table:table-row>"), 1_000_001),
        (ODS.format(
            "<table:table-row table:number-rows-repeated='900000'><table:table-cell "
            "office:value='5' table:number-columns-repeated=\"800\"/></table:table-row>"),
         720_000_000),
    ],
)  # fmt: skip
def test_how_far_a_sheet_reaches(sheet: str, expected: int) -> None:
    assert cells(sheet) == expected


def test_a_far_cell_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "xa.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", '<c r="XFD1048576"><v>1</v></c>')
    for read in (refuse_huge, read_workbook):
        with pytest.raises(DataError, match=rf"at most {MOST_CELLS:,} are read; delete what is"):
            read(file)


def test_a_damaged_part_hides_no_other(tmp_path: Path) -> None:
    file = tmp_path / "hỏng.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.xml", "damaged")
        archive.writestr("xl/worksheets/sheet1.xml", '<c r="XFD1048576"><v>1</v></c>')
    file.write_bytes(file.read_bytes().replace(b"damaged", b"changed"))
    with pytest.raises(DataError, match="reaches over"):
        refuse_huge(file)
