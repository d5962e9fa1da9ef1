"""Quoted prices into a study: read from a cost form, kept, and written into the study file."""

import datetime
import difflib
import shutil
from functools import partial
from pathlib import Path

from phusong.pipeline.add import BACKUP_SUFFIX
from phusong.sources.cost_form import read_cost_form
from phusong.sources.study_edit import with_table
from phusong.sources.study_file import read_study, study_of_text
from phusong.store.files import sha256_of, write_text, write_whole
from phusong.store.raw import note_provenance


def add_costs(
    study_file: Path, file: Path, *, source: str = "", dry_run: bool = False
) -> tuple[str, ...]:
    """Write the prices of a cost form into a study file.

    The form is kept among the raw data, and the study file as it was beside it.

    Parameters
    ----------
    study_file
        The study file.
    file
        The form that came back.
    source
        Who quotes the prices, for rows that do not say.
    dry_run
        Say what would be done, and write nothing.

    Returns
    -------
    tuple of str
        Lines of the study file that change, and what was done.

    Raises
    ------
    DataError
        The form cannot be understood.
    StudyError
        The study file cannot be edited, or would not be valid.
    """
    study = read_study(study_file)
    before = study.file.read_bytes().decode("utf-8-sig")
    after = before
    prices = read_cost_form(file, study, source=source)
    for item, entry in prices.items():
        after = with_table(after, f"costs.{item}", entry)
    study_of_text(after, study.file)  # what is written can be read again
    name = study.file.name
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1)
    )
    if dry_run:
        return (*lines, "nothing was written (--dry-run)")
    target = study.root / "data" / "raw" / study.study.name / file.name
    if target.is_file() and sha256_of(target) != sha256_of(file):
        target = target.with_name(f"{file.stem}-{sha256_of(file)[:8]}{file.suffix}")
    if file.resolve() != target.resolve():
        write_whole(target, partial(shutil.copyfile, file))
    now = datetime.datetime.now(tz=datetime.UTC)
    note_provenance(
        target,
        {
            "input": "costs", "original_name": file.name, "source": source or "as its rows say",
            "had": now.isoformat(timespec="seconds"), "made": "copied, nothing was changed",
            "by": "phusong add", "sha256": sha256_of(target),
            "size_bytes": target.stat().st_size,
        },
    )  # fmt: skip
    write_text(study.file.with_name(name + BACKUP_SUFFIX), before)
    write_text(study.file, after.replace("\n", "\r\n") if "\r\n" in before else after)
    count = f"{len(prices)} prices: {', '.join(prices)}"
    return (*lines, count, f"{name} written; as it was: {name}{BACKUP_SUFFIX}")
