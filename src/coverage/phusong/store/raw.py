"""What is known of raw inputs: the lock of a study, and the provenance beside each file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.errors import StoreError
from phusong.store.files import parsed_json, sha256_of, write_text

PROVENANCE = "provenance.json"
LOCK_SUFFIX = ".lock.json"


@dataclass(frozen=True)
class RawLock:
    """Which bytes a study was made from: pinned at the first download, kept with the study file.

    Parameters
    ----------
    file
        The lock, beside the study file.
    """

    file: Path

    @classmethod
    def of(cls, study_file: Path) -> "RawLock":
        """Lock of a study.

        Parameters
        ----------
        study_file
            The study file.

        Returns
        -------
        RawLock
            Its lock, which need not exist yet.
        """
        return cls(study_file.with_suffix(LOCK_SUFFIX))

    def entries(self) -> dict[str, dict[str, Any]]:
        """What is pinned, by the path of each file as the study sees it.

        Returns
        -------
        dict
            Source, address, marks of the provider, size [bytes] and SHA-256.

        Raises
        ------
        StoreError
            The lock cannot be read.
        """
        if not self.file.is_file():
            return {}
        return _read(self.file, "files")

    def pin(self, path: str, entry: dict[str, Any]) -> None:
        """Pin a file.

        Parameters
        ----------
        path
            As the study sees it.
        entry
            What is known of it.
        """
        entries = {**self.entries(), path: entry}
        _write(self.file, "files", entries)


def note_provenance(file: Path, record: dict[str, Any]) -> None:
    """Record where a raw file is from, in the folder that holds it.

    Parameters
    ----------
    file
        The file.
    record
        What is known of it: origin, when, licence, SHA-256, what was done to it.
    """
    note = file.parent / PROVENANCE
    held = _read(note, "files") if note.is_file() else {}
    _write(note, "files", {**held, file.name: record})


def damaged_raw(folder: Path) -> list[str]:
    """Raw files below a folder that are missing or not what their provenance says.

    Parameters
    ----------
    folder
        A folder of raw inputs.

    Returns
    -------
    list of str
        One line per file; empty when all is well.
    """
    faults = []
    for note in sorted(folder.rglob(PROVENANCE)):
        for name, record in sorted(noted(note).items()):
            file = note.parent / name
            if not file.is_file():
                faults.append(f"{file}: missing; {_again(record)}")
            elif sha256_of(file) != record.get("sha256"):
                faults.append(f"{file}: changed since it was had; remove it, and {_again(record)}")
    return faults


def noted(note: Path) -> dict[str, dict[str, Any]]:
    """What a note tells of the files beside it.

    Parameters
    ----------
    note
        A file of that name.

    Returns
    -------
    dict
        Records by the names of files.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    return _read(note, "files")


def _again(record: dict[str, Any]) -> str:
    if record.get("by") == "phusong add":
        return f"add {record.get('original_name')} again with `phusong add`"
    return "run `phusong fetch` again"


def _read(file: Path, key: str) -> dict[str, dict[str, Any]]:
    try:
        held = parsed_json(file.read_text(encoding="utf-8"))
        entries: dict[str, dict[str, Any]] = dict(held[key])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{file} cannot be read ({error}); restore it, or remove it and fetch again"
        ) from None
    return entries


def _write(file: Path, key: str, entries: dict[str, dict[str, Any]]) -> None:
    data = {"schema_version": 1, key: entries}
    write_text(file, json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
