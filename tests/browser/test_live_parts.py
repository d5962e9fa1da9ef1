"""The search for what is alive in a file finds what is planted, and nothing in harmless words."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter

from browser.live_parts import live_parts

HARMLESS = "Dìn Chin = 1, a@b.vn, -110.5 dBm, 50 %"
PAGE = "<!doctype html><html><head><title>x</title></head><body>{}</body></html>"
PLANTED = (
    "<a href='javascript:alert(1)'>x</a>", "<a href=' JaVaScRiPt:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>", "<a href='//example.org'>x</a>",
    "<a href='http://example.org/x'>x</a>", "<p onclick='x()'>x</p>", "<base href='/'>",
    "<form action='/x'></form>", "<svg><a xlink:href='vbscript:x'>x</a></svg>",
    "<img src='x.png'>", "<iframe srcdoc='&lt;p onload=x&gt;'></iframe>",
)  # fmt: skip


@pytest.mark.parametrize("markup", PLANTED)
def test_pages(tmp_path: Path, markup: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE.format(f"<a href='a/b.html#c'>{HARMLESS}</a>"), encoding="utf-8")
    assert live_parts(file) == []
    file.write_text(PAGE.format(markup), encoding="utf-8")
    assert live_parts(file)


@pytest.mark.parametrize("cell", ["=1+1", "\u200b=1", "@x", "\tx", "+84 214", "-x"])
def test_tables(tmp_path: Path, cell: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f'name,level\n"{HARMLESS}",-110.5\n', encoding="utf-8-sig")
    assert live_parts(file) == []
    file.write_text(f'name,level\n"{cell}",-110.5\n', encoding="utf-8-sig")
    assert len(live_parts(file)) == 1


def test_workbooks(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    for live in (False, True):
        with xlsxwriter.Workbook(file, {"strings_to_urls": live}) as book:
            sheet = book.add_worksheet()
            sheet.write_string(0, 0, f"={HARMLESS}")
            if live:
                sheet.write(1, 0, "=1+1")
                sheet.write(2, 0, "https://example.org/")
                book.define_name("x", "=Sheet1!$A$1")
        assert len(live_parts(file)) == 3 * live


def test_documents_of_qgis_and_google_earth(tmp_path: Path) -> None:
    names = {"a.kmz": "doc.kml", "a.qgz": "a.qgs"}
    for name, inside in names.items():
        for words, count in ((HARMLESS, 0), ("[% env('HOME') %]", 1), ("$[name]", 1)):
            with zipfile.ZipFile(tmp_path / name, "w") as packed:
                packed.writestr(inside, f"<a><b c='{HARMLESS}'>{words.replace('<', '')}</b></a>")
            assert len(live_parts(tmp_path / name)) == count
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("../x.png", b"")
    assert len(live_parts(tmp_path / "a.kmz")) == 1


def test_geopackages_and_json(tmp_path: Path) -> None:
    file = tmp_path / "layers.gpkg"
    with closing(sqlite3.connect(file)) as book:
        book.execute("CREATE TABLE layer_styles (styleQML TEXT)")
        book.execute("INSERT INTO layer_styles VALUES ('<a>x</a>')")
        book.commit()
        assert live_parts(file) == []
        book.execute("INSERT INTO layer_styles VALUES ('<a>[% 1 %]</a>')")
        book.execute('CREATE TABLE "a b" (x TEXT)')
        book.commit()
    assert len(live_parts(file)) == 2
    broken = tmp_path / "a.json"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        live_parts(broken)
