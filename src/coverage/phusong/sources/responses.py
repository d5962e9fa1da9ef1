"""Response forms that operators fill in and send back: read, checked, every fault named."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from python_calamine import CalamineError, CalamineWorkbook

from phusong.errors import DataError
from phusong.geo.answers import Answer, AnswerWord
from phusong.sources.towers_workbook import refuse_huge
from phusong.study import Study
from phusong.texts import plain_text

FORM_SHEET = "response"
FIELDS = (
    "option_id", "answer", "reason", "corrected_latitude", "corrected_longitude",
    "planned_quarter", "signer",
)  # fmt: skip
"""What a form must have; each heading ends in one of these names behind a slash."""
WORDS: dict[str, AnswerWord] = {
    "agree": "agree", "đồng ý": "agree", "decline": "decline", "từ chối": "decline",
    "modify": "modify", "điều chỉnh": "modify",
}  # fmt: skip
_QUARTERS = (
    re.compile(r"(?P<year>20\d\d)\s*[-/ ]?\s*(?:Q|QUÝ)\s*(?P<quarter>[1-4])"),
    re.compile(r"(?:Q|QUÝ)\s*(?P<quarter>[1-4]|I{1,3}|IV)\s*[-/ ]\s*(?P<year>20\d\d)"),
)
"""How a quarter is written: 2026-Q3, 2026 Q3, Q3/2026, quý III/2026."""
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_RANGES = {"corrected_latitude": (-90.0, 90.0), "corrected_longitude": (-180.0, 180.0)}


def response_folder(study: Study) -> Path:
    """Where answers about a study's options lie.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    pathlib.Path
        ``data/raw/<study>/responses`` under the study's root.
    """
    return study.root / "data" / "raw" / study.study.name / "responses"


def response_files(study: Study) -> tuple[Path, ...]:
    """Forms that were added to a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of pathlib.Path
        Workbooks, sorted by name.
    """
    return tuple(sorted(response_folder(study).glob("*.xlsx")))


def is_response_form(file: Path) -> bool:
    """Whether a file is a response form.

    Parameters
    ----------
    file
        Any file.

    Returns
    -------
    bool
        True for a workbook with a sheet ``response``.
    """
    if file.suffix.lower() != ".xlsx" or not file.is_file():
        return False
    refuse_huge(file)
    try:
        return FORM_SHEET in CalamineWorkbook.from_path(str(file)).sheet_names
    except (CalamineError, OSError):
        return False


def read_responses(study: Study) -> tuple[Answer, ...]:
    """Answers of every form of a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    tuple of Answer
        Sorted by option_id.

    Raises
    ------
    DataError
        A form is faulty, or two forms answer about one option.
    """
    answers: dict[str, tuple[Path, Answer]] = {}
    for file in response_files(study):
        for answer in read_response(file):
            if answer.option_id in answers:
                other = answers[answer.option_id][0].name
                raise DataError(
                    f"{file.name}: option_id {answer.option_id!r} is answered in {other} too; "
                    f"keep the newer of the two in {file.parent} and remove the other"
                )
            answers[answer.option_id] = (file, answer)
    return tuple(answer for _, (_, answer) in sorted(answers.items()))


def read_response(file: Path) -> tuple[Answer, ...]:
    """Answers of one form.

    Parameters
    ----------
    file
        A workbook with the sheet ``response``.

    Returns
    -------
    tuple of Answer
        One per row that has an answer; rows without one are no answer.

    Raises
    ------
    DataError
        A cell cannot be understood; every fault is named with its row, column and value.
    """
    rows = _rows(file)
    found, faults = [], []
    for number, row in rows:
        problems = list(_faults(row))
        faults += [f"  row {number}, column {column}: {words}" for column, words in problems]
        if not problems and row["answer"]:
            found.append(_answer(row))
    twice = {a.option_id for a in found if [b.option_id for b in found].count(a.option_id) > 1}
    faults += [
        f"  column option_id: {name!r} is answered more than once; keep one row"
        for name in sorted(twice)
    ]
    if faults:
        raise DataError("\n".join([f"{file.name}: {len(faults)} fault(s)", *faults]))
    return tuple(found)


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Cells by field, with the row's number in the sheet."""
    refuse_huge(file)
    try:
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(FORM_SHEET)
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise DataError(
            f"{file.name} cannot be read as a response form ({error}); send back the workbook "
            f"response-<operator>.xlsx with its sheet {FORM_SHEET!r}"
        ) from None
    headings = [[str(c).rpartition("/")[2].strip().lower() for c in line] for line in cells]
    start = next((n for n, names in enumerate(headings) if "option_id" in names), None)
    if start is None:
        raise DataError(f"{file.name}: no row of headings with option_id; keep the form's headings")
    names = headings[start]
    missing = [name for name in FIELDS if name not in names]
    if missing:
        raise DataError(
            f"{file.name}, row {start + 1}: no column {', '.join(missing)}; keep the headings of "
            "the form"
        )
    at = {name: names.index(name) for name in FIELDS}
    rows = []
    for number, line in enumerate(cells[start + 1 :], start + 2):
        row = {name: _text(line[place]) for name, place in at.items()}
        if any(row.values()):
            rows.append((number, row))
    return rows


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return repr(cell)
    return plain_text(str(cell))


def _faults(row: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if not row["answer"]:
        said = [name for name in FIELDS[2:] if row[name]]
        if said:
            yield "answer", f"is empty, but {', '.join(said)} is filled in; choose an answer"
        return
    answer = _word(row["answer"])
    if answer is None:
        allowed = ", ".join(get_args(AnswerWord))
        yield (
            "answer",
            f"{row['answer']!r} is not known; allowed are {allowed}: choose from the list",
        )
    if not row["option_id"]:
        yield "option_id", "is empty; copy it from the form that you were sent"
    if not row["signer"]:
        yield "signer", "is empty; write who answers"
    if answer == "decline" and not row["reason"]:
        yield "reason", "is empty; say why the option is declined"
    quarter = row["planned_quarter"]
    if quarter and not _quarter(quarter):
        yield "planned_quarter", f"{quarter!r} is no quarter; write it as 2026-Q3"
    yield from _position_faults(row, answer)


def _position_faults(
    row: Mapping[str, str], answer: AnswerWord | None
) -> Iterable[tuple[str, str]]:
    filled = [name for name in _RANGES if row[name]]
    for name in filled:
        low, high = _RANGES[name]
        degrees = _number(row[name])
        if degrees is None or not low <= degrees <= high:
            yield (
                name,
                f"{row[name]!r} is not possible; degrees from {low:g} to {high:g} are allowed",
            )
    if len(filled) == 1:
        (other,) = set(_RANGES) - set(filled)
        yield other, f"is empty while {filled[0]} is filled in; give both or none"
    if filled and answer in {"agree", "decline"}:
        yield "answer", f"is {answer}, but a corrected position is given; choose modify"
    if answer == "modify" and not filled and not row["reason"]:
        yield "reason", "is empty; say what should be modified, or give a corrected position"


def _word(text: str) -> AnswerWord | None:
    """The answer, also where the cell has it in both languages."""
    parts = [part.strip().lower() for part in text.split("/")]
    found = {WORDS[part] for part in parts if part in WORDS}
    return found.pop() if len(found) == 1 else None


def _quarter(text: str) -> str:
    """A quarter as ``2026-Q3``; empty where it is none."""
    written = text.strip().upper()
    for pattern in _QUARTERS:
        if found := pattern.fullmatch(written):
            quarter = found["quarter"]
            return f"{found['year']}-Q{_ROMAN.get(quarter, quarter)}"
    return ""


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _answer(row: Mapping[str, str]) -> Answer:
    word = _word(row["answer"])
    if word is None:
        raise DataError(f"answer {row['answer']!r} is not known")
    degrees = [_number(row[name]) for name in _RANGES]
    latitude, longitude = (math.nan if value is None else value for value in degrees)
    return Answer(
        row["option_id"], word, row["reason"], latitude, longitude,
        _quarter(row["planned_quarter"]), row["signer"],
    )  # fmt: skip
