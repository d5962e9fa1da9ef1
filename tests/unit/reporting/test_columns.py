"""Columns of workbooks: words in two languages, units, kinds of cells."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pandas as pd
import pytest

from conftest import ROOT
from phusong.reporting.column_words import COLUMN_WORDS
from phusong.reporting.columns import ColumnFacts, cell_kind, column_facts
from phusong.reporting.facts import same
from phusong.reporting.pages import Product
from phusong.reporting.products import products_of
from phusong.reporting.wording import said
from phusong.reporting.workbook import contents_rows, in_language, number_format, table_names
from phusong.sources.study_file import read_study
from phusong.study import Study

if TYPE_CHECKING:
    from phusong.reporting.study_facts import StudyFacts


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "configs" / "demo.toml")


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("commune_code", ["02863", "10001"], "text"),
        ("anything", ["02863", "10001"], "text"),
        ("site_id", ["1", "2"], "text"),
        ("name", ["12", "13"], "text"),
        ("people", ["12.5", "", "3"], "number"),
        ("level_dbm", ["-110.5", "1e-05"], "number"),
        ("people", ["12.5", "1 000"], "text"),
        ("azimuth_deg", ["0; 120; 240", "0"], "text"),
        ("valid_from", ["2025-03-18", ""], "date"),
        ("valid_from", ["2025-13-18"], "text"),
        ("people", ["", ""], "text"),
        ("people", ["inf"], "text"),
    ],
)
def test_kind_of_cells(name: str, cells: list[str], kind: str) -> None:
    assert cell_kind(name, pd.Series(cells, dtype=str)) == kind


@pytest.mark.parametrize(
    ("name", "vi", "en"),
    [
        ("people_no_signal", "Người không có sóng [người]", "People without signal [people]"),
        ("area_no_signal_p10_km2", "Diện tích không có sóng, p10: 10 % số lần thử thấp hơn [km²]",
         "Area without signal, p10: 10 % of the trials are below [km²]"),
        ("nha-mang-a_lte_level_dbm", "Nhà mạng A, LTE: Mức tín hiệu thu [dBm]",
         "Nhà mạng A, LTE: Received level [dBm]"),
        ("any_lte_verdict", "Tất cả nhà mạng, LTE: Kết quả", "All operators, LTE: Verdict"),
        ("capex", "Vốn đầu tư [VND]", "Capex [VND]"),
        ("road_m", "Khoảng cách đến đường [m]", "Distance to a road [m]"),
        ("road", "Đường", "Road"),
        ("unheard_of", "unheard_of", "unheard_of"),
    ],
)  # fmt: skip
def test_headings(study: Study, name: str, vi: str, en: str) -> None:
    titled = column_facts(name, pd.Series(["1.5"]), study).titled
    assert (titled.vi, titled.en) == (vi, en)
    assert in_language(titled, "both") == (vi if vi == en else f"{vi}\n{en}")


def test_every_column_has_words_in_both_languages() -> None:
    for name, words in COLUMN_WORDS.items():
        assert words.en, name
        assert words.vi, name
    alike = {name for name, words in COLUMN_WORDS.items() if words.vi == words.en}
    assert alike == {"plus_code", "eirp", "cell"}


@pytest.mark.parametrize(
    ("unit", "decimals", "code"),
    [
        (same("km²"), 2, '#,##0.00" km²"'),
        (said("people"), 1, "#,##0.0"),
        (same("VND"), 0, '#,##0" VND"'),
        (same("°"), 1, '0.0"°"'),
        (same(""), 0, "0"),
        (same('"'), 0, "0"),
    ],
)
def test_number_formats(unit: object, decimals: int, code: str) -> None:
    column = ColumnFacts("x", same("x"), unit, "number", decimals)  # type: ignore[arg-type]
    assert number_format(column) == code


def test_sheets_are_called_what_their_tables_are() -> None:
    titles = ("Theo xã", "Bảng ưu tiên đầu tư (CSV)", "Các cell nghe được và danh sách trạm của ai")
    products = [Product("table", f"{n}.csv", same(title)) for n, title in enumerate(titles)]
    given = ["Theo xã", "Bảng ưu tiên đầu tư", "Các cell nghe được và danh sách"]
    assert table_names(products, "vi") == given


def test_contents_of_a_workbook_speak_of_sheets_and_not_of_files(study: Study) -> None:
    paths = ["plan/priorities.csv", "gaps/communes.csv"]
    facts = cast("StudyFacts", SimpleNamespace(study=study, practice=None, marking=""))
    listed = contents_rows(
        facts, products_of(study, dict.fromkeys(paths)), dict.fromkeys(paths, 1), []
    )
    told = {file.en: (title, answer) for title, answer, _, file in listed if file.en}
    assert set(told) == set(paths)
    title, answer = told["plan/priorities.csv"]
    assert (title.en, answer.en) == (
        "Priorities", "Where to build first, for whom, cost and reason."
    )  # fmt: skip
    assert not [word for words in told.values() for word in words if "CSV" in word.vi + word.en]
