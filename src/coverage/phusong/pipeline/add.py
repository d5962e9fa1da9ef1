"""Own files into a study: recognised, checked, copied with their origin, and named in its file."""

import datetime
import difflib
import re
import shutil
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from phusong.errors import DataError, DataWarning, StudyError, nearest
from phusong.pipeline.input_files import MEASUREMENTS, parts_of
from phusong.pipeline.inputs import Inputs
from phusong.pipeline.origins import ask_for_source, unstated
from phusong.sources.measurements import read_measurements
from phusong.sources.recognise import ADDABLE, Recognised, recognise
from phusong.sources.study_edit import Entry, Value, with_input, with_one_more
from phusong.sources.study_file import read_study, study_of_text
from phusong.store.files import sha256_of, write_text, write_whole
from phusong.store.raw import note_provenance
from phusong.study import Study

BACKUP_SUFFIX = ".bak"
_READERS = {
    "boundaries": "communes", "towers": "network", "terrain": "terrain", "clutter": "clutter",
    "population": "raster_people", "buildings": "people", "country": "limits", "water": "limits",
    "exclusions": "limits", "statistics": "official", "reported": "reported",
    "indicators": "appraisals", "infrastructure": "infrastructure", "offices": "offices",
    "operator_coverage": "own_coverage", "speed_tiles": "speed_tiles",
}  # fmt: skip
"""What reads an input; places read all others, and measurements are read by themselves."""
_LISTS = {
    "operator_coverage": "inputs.operator_coverage", "exclusions": "inputs.exclusions",
    MEASUREMENTS: MEASUREMENTS,
}  # fmt: skip
"""Inputs of which a study has any number, and what their list is called."""
_RASTERS = frozenset({"terrain", "clutter"})
"""Inputs whose files stand in one list."""
_SEVERAL = _RASTERS | {"towers"}
"""Inputs that may have several files."""
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?)\s+([^\W\d]\S*)")


@dataclass(frozen=True, slots=True)
class Told:
    """What a user says of files.

    Parameters
    ----------
    key
        Input that they are; empty to look at them.
    source
        Who made them.
    licence, attribution, date
        As the study file has them; may be empty.
    replace
        Whether they take the place of what the study reads already.
    beside
        Whether a tower list or terrain is read beside what the study reads already.
    details
        Further values of the input in the study file.
    """

    key: str = ""
    source: str = ""
    licence: str = ""
    attribution: str = ""
    date: str = ""
    replace: bool = False
    beside: bool = False
    details: Mapping[str, Value] = field(default_factory=dict)

    def of(self, texts: Sequence[str]) -> "Told":
        """The same with details that were given as ``NAME=VALUE``.

        Parameters
        ----------
        texts
            For example ``environment=in-vehicle``, ``missing_is_no_service=true`` or
            ``threshold=-115 dBm``.

        Returns
        -------
        Told
            With ``details``.

        Raises
        ------
        DataError
            A text has no name or no value.
        """
        return replace(self, details=dict(_detail(text, self.source) for text in texts))

    def from_somebody(self, source: str) -> "Told":
        """The same with a source, which details without one have as well.

        Parameters
        ----------
        source
            Who made the files.

        Returns
        -------
        Told
            A new one.
        """
        details = {
            name: {**value, "source": source} if isinstance(value, dict) else value
            for name, value in self.details.items()
        }
        return replace(self, source=source, details=details)


def _detail(text: str, source: str) -> tuple[str, Value]:
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not name.isidentifier() or not value:
        raise DataError(f"--set {text}: give NAME=VALUE, for example environment=in-vehicle")
    if value in {"true", "false"}:
        return name, value == "true"
    number = _NUMBER.fullmatch(value)
    if number is not None:
        return name, {"value": float(number[1]), "unit": number[2], "source": source}
    return name, value


@dataclass(frozen=True)
class Added:
    """One file and where it goes.

    Parameters
    ----------
    file
        The file that somebody brings.
    target
        Where the study reads it.
    recognised
        What it is, and what tells so.
    """

    file: Path
    target: Path
    recognised: Recognised


@dataclass(frozen=True)
class Addition:
    """Files that fit a study, and the text that its file will have.

    Parameters
    ----------
    study
        The study as it is.
    added
        The files.
    before, after
        Text of the study file.
    told
        What the user says of the files.
    noticed
        What was noticed when they were read.
    """

    study: Study
    added: tuple[Added, ...]
    before: str
    after: str
    told: Told
    noticed: tuple[str, ...]

    @property
    def difference(self) -> str:
        """Lines of the study file that change."""
        name = self.study.file.name
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), name, name, lineterm="", n=1
        )
        return "\n".join(lines)


def plan_addition(study_file: Path, files: Sequence[Path], told: Told) -> Addition:
    """Look at files, see where they go, and check them as the study would read them.

    Nothing is written.

    Parameters
    ----------
    study_file
        The study file.
    files
        What somebody brings.
    told
        What the user says of them.

    Returns
    -------
    Addition
        For :func:`carry_out`.

    Raises
    ------
    DataError
        A file is not recognised, or cannot be used.
    StudyError
        The study file cannot be read or edited, or reads something else already.
    """
    if told.key and told.key not in ADDABLE:
        raise DataError(
            f"--as {told.key} is not known{nearest(told.key, ADDABLE)}; give one of "
            f"{', '.join(ADDABLE)}"
        )
    study = read_study(study_file)
    stated = bool(told.source)
    if not stated:
        told = told.from_somebody(unstated(study))
    before = study.file.read_bytes().decode("utf-8-sig")
    added, after, trial = [], before, before
    taken: set[str] = set()
    for file in files:
        path = file.resolve()
        found = Recognised(told.key, "as you say") if told.key else recognise(path, study)
        target = _target(study, path)
        added.append(Added(path, target, found))
        first = found.key not in taken
        taken.add(found.key)
        after = _edited(after, study, found.key, _relative(study, target), told, first=first)
        trial = _edited(trial, study, found.key, path.as_posix(), told, first=first)
    noticed = _checked(study_of_text(trial, study.file), added)
    if not stated:
        noticed += tuple(ask_for_source(a.file.name, a.recognised.key) for a in added)
    read = study_of_text(after, study.file)  # what is written can be read again
    if read.output in {a.target for a in added} or any(
        a.target.is_relative_to(read.output) for a in added
    ):
        raise StudyError(f"{study.study.output} holds results; own files cannot lie there")
    return Addition(study, tuple(added), before, after, told, noticed)


def carry_out(addition: Addition) -> tuple[str, ...]:
    """Copy the files with their origin, then write the study file.

    A file that lies there with other content is never overwritten, and the study file as it was
    is kept beside it, so that putting it back undoes everything.

    Parameters
    ----------
    addition
        What was planned.

    Returns
    -------
    tuple of str
        What was done, one line each.
    """
    study, lines = addition.study, []
    for part in addition.added:
        pairs = [(part.file, part.target)]
        pairs += [(p, part.target.with_suffix(p.suffix)) for p in parts_of(part.file)]
        for file, target in pairs:
            if file != target:
                write_whole(target, partial(shutil.copyfile, file))
            note_provenance(target, _provenance(part, file, addition.told))
        lines.append(f"{part.recognised.key}: {_relative(study, part.target)}")
    if addition.after != addition.before:
        backup = study.file.with_name(study.file.name + BACKUP_SUFFIX)
        write_text(backup, addition.before)
        windows = "\r\n" in addition.before
        write_text(study.file, addition.after.replace("\n", "\r\n" if windows else "\n"))
        lines.append(f"{study.file.name} written; as it was: {backup.name}")
    return tuple(lines)


def _provenance(part: Added, file: Path, told: Told) -> dict[str, object]:
    """What is known of a file: no path of the machine that it came from."""
    now = datetime.datetime.now(tz=datetime.UTC)
    return {
        "input": part.recognised.key,
        "original_name": file.name,
        "source": told.source,
        "licence": told.licence or "not stated",
        "attribution": told.attribution,
        "vintage": told.date,
        "had": now.isoformat(timespec="seconds"),
        "made": "copied, nothing was changed",
        "by": "phusong add",
        "sha256": sha256_of(file),
        "size_bytes": file.stat().st_size,
    }


def _target(study: Study, file: Path) -> Path:
    """Where a file will lie: where it is, when that is among the raw data already."""
    raw = (study.root / "data" / "raw").resolve()
    if file.is_relative_to(raw):
        return file
    digest = sha256_of(file)
    target = raw / study.study.name / file.name
    if target.is_file() and sha256_of(target) != digest:
        return target.with_name(f"{file.stem}-{digest[:8]}{file.suffix}")
    return target


def _relative(study: Study, target: Path) -> str:
    root = study.root.resolve()
    return target.relative_to(root).as_posix() if target.is_relative_to(root) else str(target)


def _edited(text: str, study: Study, key: str, name: str, told: Told, *, first: bool) -> str:
    """Text of the study file with one more file in it."""
    current = study_of_text(text, study.file)
    entry: Entry = {
        "file": name, "source": told.source, "licence": told.licence,
        "attribution": told.attribution, "date": told.date, "fetch": "", **told.details,
    }  # fmt: skip
    if key in _LISTS:
        listed = current.measurements if key == MEASUREMENTS else getattr(current.inputs, key)
        if any(other.file == name for other in listed):
            return text
        return with_one_more(text, _LISTS[key], entry)
    several = key in _SEVERAL
    beside = several and (told.beside or not first)
    _refuse_second(study, key, told, beside=beside, first=first)
    if key in _RASTERS:
        there = getattr(current.inputs, key)
        files = [*there.files, name] if beside and there is not None else [name]
        entry = {"files": files, **{k: v for k, v in entry.items() if k != "file"}}
        return with_input(text, key, entry)
    if key == "towers" and beside:
        return with_one_more(text, "inputs.towers.also", entry)
    return with_input(text, key, entry)


def _refuse_second(study: Study, key: str, told: Told, *, beside: bool, first: bool) -> None:
    """Nothing that the study reads is put aside unless the user says so."""
    if not first and not beside:
        raise StudyError(
            f"two of the files are {key}, and a study reads one; name them one by one, with --as "
            "where they are something else"
        )
    given = getattr(study.inputs, key)
    if given is None or told.replace or beside:
        return
    names = given.files if key in _RASTERS else (given.file,)
    there = [name for name in names if study.path(name).exists()]
    if there:
        also = ", or --beside to read both" if key in _SEVERAL else ""
        raise StudyError(
            f"{study.file.name} reads {', '.join(there)} as inputs.{key} already; give --replace "
            f"to read the new file instead{also}"
        )


def _without_missing(study: Study) -> Study:
    """The study without what it can do without and does not have yet.

    Files come one after the other: villages can be added before facilities, and the reverse.
    """
    gone: dict[str, object] = {}
    for key, field_info in type(study.inputs).model_fields.items():
        given = getattr(study.inputs, key)
        file = getattr(given, "file", None)
        if not field_info.is_required() and file and not study.path(file).exists():
            gone[key] = None
    return study.model_copy(update={"inputs": study.inputs.model_copy(update=gone)})


def _checked(trial: Study, added: Iterable[Added]) -> tuple[str, ...]:
    """Read what was added as a run would."""
    keys = dict.fromkeys(part.recognised.key for part in added)
    inputs = Inputs(_without_missing(trial))
    heard_of: tuple[str, ...] = ()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)
        for key in sorted(keys, key=lambda k: k != "boundaries"):
            name = _LISTS.get(key, f"inputs.{key}")
            try:
                if key == MEASUREMENTS:
                    heard_of += read_measurements(trial.measurements, trial).remarks
                else:
                    getattr(inputs, _READERS.get(key, "places"))
            except DataError as error:
                raise DataError(
                    f"as {name} this cannot be used, and nothing was written: {error}"
                ) from None
    heard = [str(w.message) for w in caught if issubclass(w.category, DataWarning)]
    return (*(line for lines in inputs.noticed.values() for line in lines), *heard_of, *heard)
