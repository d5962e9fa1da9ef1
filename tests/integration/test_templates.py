"""Forms to send out: what comes back is read as what it is."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from conftest import ROOT
from phusong.pipeline.practice import write_practice_study
from phusong.pipeline.templates import reader_columns, write_templates
from phusong.reporting.form_templates import SHEETS, TEMPLATES, FormTemplate
from phusong.sources.cost_form import cost_items
from phusong.sources.recognise import ADDABLE, recognise
from phusong.sources.study_file import read_study
from phusong.sources.tables import Number, Text
from runs import in_one_line, invoke, sheet

KEYS = [template.key for template in TEMPLATES]
LISTS = [key for key in KEYS if key != "costs"]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("biểu mẫu") / "gửi xã"
    return dict(zip(KEYS, write_templates(folder), strict=True))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_practice_study(tmp_path_factory.mktemp("nghiên cứu") / "demo")


def filled(form: Path, file: Path) -> Path:
    """A form whose data sheet holds what its example shows, as somebody sends it back."""
    book = CalamineWorkbook.from_path(form)
    with xlsxwriter.Workbook(file) as made:
        for name, source in zip(SHEETS, (SHEETS[1], SHEETS[1], SHEETS[2]), strict=True):
            written = made.add_worksheet(name)
            for row, cells in enumerate(book.get_sheet_by_name(source).to_python()):
                for column, cell in enumerate(cells):
                    written.write(row, column, cell)
    return file


@pytest.mark.parametrize("key", LISTS)
def test_a_form_filled_with_its_example_is_added_to_a_study(
    key: str, forms: dict[str, Path], study: Path, tmp_path: Path
) -> None:
    file = filled(forms[key], tmp_path / forms[key].name)
    assert recognise(file, read_study(study)).key == key
    run = invoke("add", study, file, "--replace", "--dry-run", "--source", "xã")
    assert run.exit_code == 0, run.output
    assert f"{file.name}: {key} (" in run.output
    assert f'+file = "{file.resolve().as_posix()}"' not in run.output  # it would be copied
    assert file.name in run.output


def test_an_empty_form_is_refused_and_says_why(forms: dict[str, Path], study: Path) -> None:
    for key in KEYS:
        run = invoke("add", study, forms[key], "--replace", "--dry-run")
        assert run.exit_code != 0, key
        why = "has no price" if key == "costs" else "at least one row is needed"
        assert why in in_one_line(run.output)


@pytest.mark.parametrize("template", TEMPLATES, ids=KEYS)
def test_forms_ask_for_what_their_reader_needs(template: FormTemplate) -> None:
    assert template.key in {*ADDABLE, "costs"}
    names = [column.name for column in template.columns]
    assert len(names) == len(set(names))
    for name, spec in reader_columns(template.key).items():
        if spec.required:
            assert name in names
    for column in template.columns:
        spec = reader_columns(template.key).get(column.name)
        assert column.heading.vi != column.name, column.name
        if isinstance(spec, Number) and column.example:
            assert spec.low <= float(column.example) <= spec.high
        if isinstance(spec, Text) and spec.allowed and template.key not in {"towers"}:
            assert set(column.choices) == set(spec.allowed)
        assert not column.choices or column.example in column.choices
    assert all(len(row) == len(names) for row in template.more)


@pytest.mark.parametrize("key", KEYS)
def test_sheets_check_what_is_typed_and_speak_both_languages(
    key: str, forms: dict[str, Path]
) -> None:
    template = next(t for t in TEMPLATES if t.key == key)
    with zipfile.ZipFile(forms[key]) as packed:
        data = packed.read("xl/worksheets/sheet1.xml").decode("utf-8")
    lists = re.findall(r'type="list".*?<formula1>"(.*?)"</formula1>', data, re.DOTALL)
    assert [tuple(text.split(",")) for text in lists] == [
        column.choices for column in template.columns if column.choices
    ]
    numbers = [n for n, s in reader_columns(key).items() if isinstance(s, Number)]
    asked = [column.name for column in template.columns if column.name in numbers]
    assert data.count('type="decimal"') == len(asked)
    header = sheet(forms[key])[1]
    for (_, heading), column in zip(header.values(), template.columns, strict=True):
        vi, en = column.heading.vi, column.heading.en
        assert heading == (vi if vi == en else f"{vi}\n{en}")
    book = pd.read_excel(forms[key], sheet_name=list(SHEETS), engine="calamine", header=None)
    assert len(book["Dữ liệu"]) == 3 + len(template.given)
    assert len(book["Ví dụ"]) == 4 + len(template.more)
    told = "\n".join(map(str, book["Hướng dẫn"].to_numpy().ravel()))
    for column in template.columns:
        assert column.name in told


def cost_form(file: Path, rows: list[dict[str, object]]) -> Path:
    """A cost form with these rows filled in."""
    names = ["item", "low", "base", "high", "unit", "year", "source", "tag"]
    with xlsxwriter.Workbook(file) as made:
        sheet_ = made.add_worksheet(SHEETS[0])
        sheet_.write_row(2, 0, names)
        for number, row in enumerate(rows, 3):
            sheet_.write_row(number, 0, [row.get(name, "") for name in names])
    return file


def test_the_cost_form_asks_for_every_price_of_a_study(forms: dict[str, Path]) -> None:
    rows = CalamineWorkbook.from_path(forms["costs"]).get_sheet_by_name(SHEETS[0]).to_python()
    units = {row[0]: row[5] for row in rows[3:]}
    costs = read_study(ROOT / "configs" / "demo.toml").costs
    for item, unit in units.items():
        known = getattr(costs, item)
        if known is not None:
            assert unit.partition("/")[2] == known.unit.partition("/")[2], item
    shares = {"access_per_road_km", "access_per_slope_step"}
    assert set(units) == set(cost_items()) - shares


def test_quoted_prices_replace_those_of_a_study(forms: dict[str, Path], tmp_path: Path) -> None:
    study = write_practice_study(tmp_path / "demo")
    before = read_study(study).costs
    text = study.read_text(encoding="utf-8")
    run = invoke("add", study, filled(forms["costs"], tmp_path / "gia.xlsx"))
    assert run.exit_code == 0, run.output
    assert "1 prices: passive_site" in run.output
    after = read_study(study).costs
    price = after.passive_site
    assert (price.low, price.base, price.high) == (26_000.0, 34_000.0, 48_000.0)
    assert (price.unit, price.year, price.tag) == ("USD/site", "2026", "báo giá")
    assert price.source == "Báo giá của Nhà mạng A, 3/2026; VND at 25000 VND/USD"
    assert after.model_copy(update={"passive_site": before.passive_site}) == before
    assert study.with_name("demo.toml.bak").read_text(encoding="utf-8") == text
    kept = [line for line in text.splitlines() if "#" in line]
    assert set(kept) <= set(study.read_text(encoding="utf-8").splitlines())


def test_a_price_alone_in_the_currency_of_the_study(tmp_path: Path) -> None:
    study = write_practice_study(tmp_path / "demo")
    row: dict[str, object] = {"item": "roaming_fee", "base": 20, "unit": "USD/subscriber/year",
                              "year": "2026"}  # fmt: skip
    run = invoke("add", study, cost_form(tmp_path / "c.xlsx", [row]), "--source", "Nhà mạng B")
    assert run.exit_code == 0, run.output
    price = read_study(study).costs.roaming_fee
    assert price is not None
    assert (price.low, price.base, price.high, price.source) == (20.0, 20.0, 20.0, "Nhà mạng B")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"item": "tower"}, "item 'tower': is no price of a study; allowed are passive_site"),
        ({"low": 3, "high": 4}, "low 3, base 2 and high 4 must rise"),
        ({"low": 1}, "give low, base and high, or base alone"),
        ({"base": "", "low": 1, "high": 2}, "give low, base and high, or base alone"),
        ({"unit": "USD/km"}, "the study has USD/site: give the price per that"),
        ({"unit": "EUR/site"}, "is not in USD, the currency of the study's prices"),
        ({"unit": "fraction/site"}, "the study has USD/site"),
        ({"year": ""}, "give the source and the year of the price"),
        ({"base": -5}, "column base = -5"),
    ],
)
def test_prices_that_cannot_be_used_are_refused_with_row_and_reason(
    row: dict[str, object], said: str, study: Path, tmp_path: Path
) -> None:
    good = {"item": "passive_site", "base": 2, "unit": "USD/site", "year": "2026", "source": "x"}
    before = study.read_bytes()
    run = invoke("add", study, cost_form(tmp_path / "c.xlsx", [good | row]))
    assert run.exit_code != 0
    assert said in in_one_line(run.output)
    assert "row 4" in in_one_line(run.output)
    assert study.read_bytes() == before


def test_forms_are_the_same_each_time_and_never_overwritten(tmp_path: Path) -> None:
    first, second = (write_templates(tmp_path / name) for name in ("a", "b"))
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]
    assert invoke("templates", tmp_path / "a").exit_code == 0  # empty ones may be written again
    first[1].write_bytes(b"filled in")
    run = invoke("templates", tmp_path / "a")
    assert run.exit_code != 0
    assert "may be filled in" in run.output
    assert first[1].read_bytes() == b"filled in"
    assert not list((tmp_path / "a").glob(".*"))


def test_one_language(tmp_path: Path) -> None:
    assert invoke("templates", tmp_path / "vi", "--language", "vi").exit_code == 0
    for file in (tmp_path / "vi").iterdir():
        assert not any("\n" in words for _, words in sheet(file)[1].values())


def test_readme_and_documents_name_the_command() -> None:
    for page in ("README.md", "docs/inputs.md"):
        assert "phusong templates" in (ROOT / page).read_text(encoding="utf-8")
