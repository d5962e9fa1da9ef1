"""Workbooks of many tables: typed cells, nothing live, filters, paper, the same bytes."""

import datetime as dt
import re
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from phusong.store.workbooks import (
    MOST_TEXT,
    Book,
    BookSheet,
    SheetColumn,
    sheet_names,
    write_book,
)
from runs import sheet

HOSTILE = ["=cmd|'/c calc'!A0", "+1+2", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x","y")',
           "http://example.org/x", "internal:'other'!A1", "{=1+1}"]  # fmt: skip


def book(rows: list[tuple[str, ...]]) -> Book:
    columns = [
        SheetColumn("Mã\nCode"),
        SheetColumn("Mức [dBm]", "number", '0.0" dBm"'),
        SheetColumn("Ngày", "date"),
    ]
    first = BookSheet("Mục lục", "Mục lục", [SheetColumn("Bảng")], [("Một",)], {0: "một"})
    return Book(
        "Nghiên cứu & thử",
        [first, BookSheet("một", "Bảng một", columns, rows)],
        marking="Dự thảo &P",
        practice="Dữ liệu mô phỏng",
    )


def part(file: Path, name: str) -> str:
    with zipfile.ZipFile(file) as packed:
        return packed.read(name).decode("utf-8")


def test_cells_keep_their_kind(tmp_path: Path) -> None:
    rows = [("02863", "-110.5", "2025-03-18"), ("007", "", ""), ("x", "1234567.891", "1999-01-31")]
    write_book(tmp_path / "b.xlsx", book(rows))
    cells = CalamineWorkbook.from_path(tmp_path / "b.xlsx").get_sheet_by_name("một").to_python()
    assert cells[0] == ["Mã\nCode", "Mức [dBm]", "Ngày"]
    assert cells[1] == ["02863", -110.5, dt.date(2025, 3, 18)]
    assert cells[2] == ["007", "", ""]
    assert cells[3] == ["x", 1234567.891, dt.date(1999, 1, 31)]


def test_nothing_in_a_cell_is_alive(tmp_path: Path) -> None:
    write_book(tmp_path / "b.xlsx", book([(text, "1", "2025-01-01") for text in HOSTILE]))
    rows = sheet(tmp_path / "b.xlsx", 2)  # refuses formulas
    assert [row["A"] for row in rows[1:]] == [("s", text) for text in HOSTILE]
    assert "hyperlink" not in part(tmp_path / "b.xlsx", "xl/worksheets/sheet2.xml")


def test_a_text_that_is_too_long_is_cut_and_says_so(tmp_path: Path) -> None:
    write_book(tmp_path / "b.xlsx", book([("đ" * (MOST_TEXT + 1), "1", "2025-01-01")]))
    kind, text = sheet(tmp_path / "b.xlsx", 2)[1]["A"]
    assert (kind, len(text), text[-1]) == ("s", MOST_TEXT, "…")


def test_sheets_filter_freeze_and_print(tmp_path: Path) -> None:
    write_book(tmp_path / "b.xlsx", book([("a", "1", "2025-01-01"), ("b", "2", "2025-01-02")]))
    found = part(tmp_path / "b.xlsx", "xl/worksheets/sheet2.xml")
    assert '<autoFilter ref="A1:C3"/>' in found
    assert '<pane xSplit="1" ySplit="1"' in found
    assert 'paperSize="9"' in found
    assert 'orientation="landscape"' in found
    assert 'fitToHeight="0"' in found
    assert "<oddHeader>&amp;LBảng một&amp;R&amp;BDự thảo &amp;&amp;P</oddHeader>" in found
    assert (
        "<oddFooter>&amp;LNghiên cứu &amp;&amp; thử&amp;CDữ liệu mô phỏng&amp;R&amp;P / &amp;N<"
        in found
    )
    names = part(tmp_path / "b.xlsx", "xl/workbook.xml")
    assert "_xlnm.Print_Titles" in names
    links = part(tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml")
    assert re.search(r"""<hyperlink ref="A2" location="'một'!A1\"""", links)


def test_a_wide_table_prints_on_several_pages_across(tmp_path: Path) -> None:
    columns = [SheetColumn(f"column {i}") for i in range(40)]
    wide = BookSheet("wide", "wide", columns, [tuple("x" * 20 for _ in columns)])
    write_book(tmp_path / "b.xlsx", Book("t", [wide]))
    assert 'fitToWidth="5"' in part(tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("R&G, &[Picture]", "R&&\u2060G, &&\u2060[Picture]"),
        ("Mật \x1b[31m\x9b &P", "Mật [31m &&P"),
        ("&" * 200, "&&" * 34 + "…"),
        ("\U0001f4f6" * 200, "\U0001f4f6" * 34 + "…"),
        ("x" * 71, "x" * 69 + "…"),
    ],
)
def test_words_at_the_edge_of_the_paper_are_no_codes(
    tmp_path: Path, words: str, shown: str
) -> None:
    """Nothing of a title or a marking is left out, is a picture or another code."""
    file = tmp_path / "book.xlsx"
    sheet = BookSheet("a", words, [SheetColumn("x")], [["1"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_book(file, Book(words, [sheet], marking=words, practice=words))
    page = ElementTree.fromstring(part(file, "xl/worksheets/sheet1.xml"))
    found = {one.tag.rpartition("}")[2]: one.text for one in page.iter()}
    assert found["oddHeader"] == f"&L{shown}&R&B{shown}"
    assert found["oddFooter"] == f"&L{shown}&C{shown}&R&P / &N"


def test_the_same_book_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_book(tmp_path / f"{name}.xlsx", book([("a", "1", "2025-01-01")]))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (["a", "A", "a"], ["a", "A 2", "a 3"]),
        (["x" * 40, "x" * 41], ["x" * 31, "x" * 29 + " 2"]),
        (["[a]:*?/\\'"], ["-a-------"]),
        (["History", ""], ["History 2", "1"]),
    ],
)
def test_names_of_sheets(wanted: list[str], given: list[str]) -> None:
    assert sheet_names(wanted) == given
