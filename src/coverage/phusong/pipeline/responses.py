"""Response forms: written for each operator, and read back into a study."""

import datetime
import shutil
from functools import partial
from pathlib import Path

import pandas as pd

from phusong.errors import DataError
from phusong.language import told
from phusong.reporting.audience import own_options
from phusong.reporting.response_words import (
    ANSWERS,
    FORMATS,
    HEADINGS,
    MESSAGES,
    response_head,
    response_lines,
    response_table,
)
from phusong.sources.responses import FIELDS, FORM_SHEET, read_response, response_folder
from phusong.sources.study_file import read_study
from phusong.store.files import sha256_of, write_whole
from phusong.store.forms import Form, write_form
from phusong.store.raw import note_provenance
from phusong.store.tables import read_csv
from phusong.study import Study


def write_response_form(file: Path, study: Study, ranked: pd.DataFrame, operator: str) -> None:
    """Write the form on which an operator answers about its options.

    Parameters
    ----------
    file
        Where to.
    study
        The study.
    ranked
        Rows of ``plan/priorities.csv``.
    operator
        The operator's name; it reads of its own options alone.
    """
    own = own_options(ranked, study, operator)
    form = Form(
        sheet=FORM_SHEET,
        words=response_head(study, operator),
        table=response_table(own, study),
        to_fill=[HEADINGS[name] for name in FIELDS if name != "option_id"],
        lists={HEADINGS["answer"]: ANSWERS},
        messages={HEADINGS[name]: words for name, words in MESSAGES.items()},
        instructions=response_lines(study),
        formats={HEADINGS[name]: shown for name, shown in FORMATS.items()},
    )
    write_form(file, form)


def add_response(
    study_file: Path, file: Path, *, source: str = "", dry_run: bool = False
) -> tuple[str, ...]:
    """Check a filled-in form and keep it with its origin; the next plan follows it.

    Parameters
    ----------
    study_file
        The study file.
    file
        The form that came back.
    source
        Who sent it.
    dry_run
        Say what was understood, and keep nothing.

    Returns
    -------
    tuple of str
        What was understood, one line each.

    Raises
    ------
    DataError
        A cell cannot be understood, no option is answered, or one is not an option of the study.
    """
    study = read_study(study_file)
    answers = read_response(file)
    if not answers:
        raise DataError(f"{file.name} answers about no option; fill in the column answer")
    _refuse_strangers(study, file, [answer.option_id for answer in answers])
    told_as = {words.rpartition(" / ")[2]: words for words in ANSWERS}
    lines = [f"{answer.option_id}: {told_as[answer.answer]}" for answer in answers]
    if dry_run:
        return (*lines, told("nothing was written (--dry-run)"))
    now = datetime.datetime.now(tz=datetime.UTC)
    target = response_folder(study) / file.name
    if file.resolve() != target.resolve():
        write_whole(target, partial(shutil.copyfile, file))
    note_provenance(
        target,
        {
            "input": "responses", "original_name": file.name,
            "source": source or "the operator's answers", "had": now.isoformat(timespec="seconds"),
            "made": "copied, nothing was changed", "by": "phusong add",
            "sha256": sha256_of(target), "size_bytes": target.stat().st_size,
        },
    )  # fmt: skip
    return (*lines, f"kept as {target.relative_to(study.root).as_posix()}; run the plan again")


def _refuse_strangers(study: Study, file: Path, names: list[str]) -> None:
    """Options of another study, or of two operators, are a mistaken file."""
    table = study.output / "plan" / "stability.csv"
    decided = study.output / "plan" / "decisions.csv"
    if not table.is_file():
        return
    known = read_csv(table, text=("option_id", "operator")).set_index("option_id")["operator"]
    owner = dict(known)
    if decided.is_file():
        rows = read_csv(decided, text=("option_id", "operator"))
        owner.update(dict(zip(rows["option_id"], rows["operator"], strict=True)))
    strangers = sorted(set(names) - set(owner))
    if strangers:
        raise DataError(
            f"{file.name}, column option_id: {', '.join(strangers[:5])} is no option of study "
            f"{study.study.name}; is it the form of another study? The ids are in {table}"
        )
    operators = sorted({str(owner[name]) for name in names})
    if len(operators) > 1:
        raise DataError(
            f"{file.name} answers for {' and '.join(operators)}; give one form per operator"
        )
