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
from phusong.sources.recognise import ADDABLE, recognise
from phusong.sources.study_file import read_study
from phusong.sources.tables import Number, Text
from runs import invoke, sheet

KEYS = [template.key for template in TEMPLATES]


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


@pytest.mark.parametrize("key", KEYS)
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
        assert "at least one row is needed" in run.output


@pytest.mark.parametrize("template", TEMPLATES, ids=KEYS)
def test_forms_ask_for_what_their_reader_needs(template: FormTemplate) -> None:
    assert template.key in ADDABLE
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
    assert len(book["Dữ liệu"]) == 3
    assert len(book["Ví dụ"]) == 4 + len(template.more)
    told = "\n".join(map(str, book["Hướng dẫn"].to_numpy().ravel()))
    for column in template.columns:
        assert column.name in told


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
