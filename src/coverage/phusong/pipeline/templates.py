"""Forms to send out: one workbook for each list that a study can read."""

from pathlib import Path

from phusong.errors import StoreError
from phusong.reporting.facts import Bilingual
from phusong.reporting.form_templates import (
    ABOUT,
    ANYTHING,
    INSTRUCTION_HEADINGS,
    NEEDED,
    SHEETS,
    TEMPLATES,
    FormColumn,
    FormTemplate,
    allowed_words,
)
from phusong.reporting.workbook import in_language
from phusong.sources.cost_form import COLUMNS as COSTS
from phusong.sources.measurements import HIGHEST_DBM, LOWEST_DBM
from phusong.sources.places import FORM_COLUMNS
from phusong.sources.practice.study import practice_study_text
from phusong.sources.reported import COLUMNS as REPORTED
from phusong.sources.statistics import COLUMNS as STATISTICS
from phusong.sources.study_file import study_of_text
from phusong.sources.tables import Columns, Number, Text
from phusong.sources.towers_checks import tower_columns
from phusong.store.files import make_folder, sha256_of
from phusong.store.form_books import FormBook, FormField, write_form_book

_NEEDED = {
    "infrastructure": ("village_id",), "offices": ("commune_code",),
    "measurements": ("latitude", "longitude", "level_dbm"),
}  # fmt: skip
"""Columns that a form needs whose reader has no list of columns."""
_BOTH = "both"


def write_templates(folder: Path, *, language: str = _BOTH) -> list[Path]:
    """Write every form into a folder.

    Parameters
    ----------
    folder
        Where to; it is made where it is not there.
    language
        ``vi``, ``en``, or ``both``: Vietnamese with English on the second line.

    Returns
    -------
    list of pathlib.Path
        The forms.

    Raises
    ------
    StoreError
        A file of that name is there and is not the empty form: nothing is overwritten.
    """
    make_folder(folder)
    files = []
    for template in TEMPLATES:
        file = folder / template.file
        aside = folder / f".{template.file}.part.xlsx"
        write_form_book(aside, _book(template, language))
        if file.exists() and sha256_of(file) != sha256_of(aside):
            aside.unlink()
            raise StoreError(
                f"{file} is there already and may be filled in; move it away, or name another "
                "folder"
            )
        aside.replace(file)
        files.append(file)
    return files


def reader_columns(key: str) -> Columns:
    """What the reader of a form takes in each column.

    Parameters
    ----------
    key
        Input, for example ``towers``.

    Returns
    -------
    dict of str to Number or Text
        Empty where the reader decides otherwise.
    """
    if key == "towers":
        text = practice_study_text(data="data/", output="out/")
        return tower_columns(study_of_text(text, Path("demo.toml").resolve()))
    place = FORM_COLUMNS["facilities"]
    known: dict[str, Columns] = {
        **FORM_COLUMNS, "reported": REPORTED, "statistics": STATISTICS, "costs": COSTS,
        "measurements": {
            "latitude": place["latitude"], "longitude": place["longitude"],
            "level_dbm": Number(LOWEST_DBM, HIGHEST_DBM, "dBm", required=True),
            "accuracy_m": Number(0, 1e5, "m"),
        },
    }  # fmt: skip
    return known.get(key, {})


def _book(template: FormTemplate, language: str) -> FormBook:
    specs = reader_columns(template.key)
    fields = tuple(
        _field(template, index, specs.get(column.name), language)
        for index, column in enumerate(template.columns)
    )

    def words(text: Bilingual) -> str:
        return in_language(text, language)

    rows = [tuple(map(words, INSTRUCTION_HEADINGS))]
    for column, each in zip(template.columns, fields, strict=True):
        needed = words(NEEDED if each.needed else ANYTHING)
        example = each.example[0]
        rows.append((words(column.heading), each.name, needed, each.message, example))
    lines = [words(template.purpose), *map(words, ABOUT)]
    return FormBook(words(template.title).replace("\n", " · "), SHEETS, fields, lines, rows)


def _field(
    template: FormTemplate, index: int, spec: Number | Text | None, language: str
) -> FormField:
    column: FormColumn = template.columns[index]
    number = spec if isinstance(spec, Number) else None
    low, high = (None, None) if number is None else (number.low, number.high)
    needed = column.name in _NEEDED.get(template.key, ())
    return FormField(
        name=column.name,
        heading=in_language(column.heading, language),
        example=(column.example, *(row[index] for row in template.more)),
        choices=column.choices,
        low=low,
        high=high,
        message=in_language(allowed_words(column, low, high), language),
        given=tuple(row[index] for row in template.given),
        needed=needed or (spec is not None and spec.required),
    )
