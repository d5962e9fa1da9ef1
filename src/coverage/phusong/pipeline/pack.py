"""A finished study as one sealed archive, that another machine unpacks and verifies."""

import json
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from phusong.errors import StoreError
from phusong.language import told
from phusong.pipeline.input_files import ANSWERS, input_digests, named_inputs
from phusong.pipeline.report import notebook_files
from phusong.pipeline.session import versions
from phusong.pipeline.verify import damaged_files
from phusong.sources.responses import read_response, response_files
from phusong.store.archive import check_archive, unpack_archive, write_archive
from phusong.store.files import sha256_of
from phusong.store.manifest import MANIFEST, Manifest
from phusong.store.raw import PROVENANCE, RawLock, noted
from phusong.study import Study
from phusong.version import __version__

SUFFIX = ".phusong.zip"
ENVIRONMENT = "environment.lock"
CHANGES = "changes.json"
_OPEN = re.compile(
    r"\b(mit|bsd|apache|isc|unlicense|cc0|cc[- ]by(?:[- ]sa)?|odbl|odc-by|pddl|"
    r"public domain|copernicus[a-z0-9 -]*|nasa[a-z0-9 -]*|open government licen[cs]e)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\bnc\b|-nc|non-?commercial|no redistribution|not stated|confidential|proprietary|mật|nội bộ",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Packed:
    """What was packed.

    Parameters
    ----------
    file
        The archive.
    seal
        Its SHA-256.
    count
        Files in it.
    left_out
        Inputs that are not in it, each with the reason.
    """

    file: Path
    seal: str
    count: int
    left_out: tuple[str, ...]


def may_be_passed_on(licence: str) -> bool:
    """Whether a licence lets everybody pass a file on.

    Parameters
    ----------
    licence
        Licence of an input, as the study file has it.

    Returns
    -------
    bool
        Only for licences that are known to; what is not stated is not passed on.
    """
    return bool(_OPEN.search(licence)) and not _CLOSED.search(licence)


def pack(
    study: Study, target: Path | None = None, *, allowed: frozenset[str] = frozenset()
) -> Packed:
    """Pack a finished study: study file, locks, inputs, products, manifest, approvals and changes.

    Parameters
    ----------
    study
        The study; its run must be whole.
    target
        The archive; beside the output folder by default.
    allowed
        Keys of inputs that may be passed on whatever their licence says.

    Returns
    -------
    Packed
        The archive and its seal.

    Raises
    ------
    StoreError
        The study is not finished, its products or inputs were changed since, or the archive
        cannot be written.
    """
    manifest = _finished(study)
    unknown = sorted(allowed - {key for key, _, _ in named_inputs(study)})
    if unknown:
        raise StoreError(f"the study names no input {', '.join(unknown)}; see phusong check")
    files: dict[str, Path | bytes] = dict(_study_files(study))
    inputs, left_out = _inputs(study, allowed)
    files.update(inputs)
    files.update(_products(study))
    files[ENVIRONMENT] = environment_lock().encode("utf-8")
    changes = json.dumps(changes_of(study), ensure_ascii=False, indent=1, sort_keys=True)
    files[CHANGES] = (changes + "\n").encode("utf-8")
    facts = {
        "study": study.study.name,
        "study_file": _inside(study, study.file),
        "output": _inside(study, study.output),
        "practice_data": study.study.practice_data,
        "phusong": __version__,
        "versions": versions(),
        "results": manifest.results_key(),
        "left_out": left_out,
    }
    file = target or study.output.parent / f"{study.study.name}{SUFFIX}"
    seal = write_archive(file, files, facts)
    told = tuple(f"{entry['path']}: {entry['why']}" for entry in left_out)
    return Packed(file, seal, len(files), told)


def unpack(file: Path, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Unpack a study and verify it.

    Parameters
    ----------
    file
        The archive.
    folder
        New folder for the project.

    Returns
    -------
    study_file : pathlib.Path
        The study file in it.
    differences : tuple of str
        Versions that are others on this machine than where it was packed.

    Raises
    ------
    StoreError
        The archive or a product in it is not what was packed.
    """
    contents = unpack_archive(file, folder)
    faults = damaged_files(folder / str(contents.facts["output"]))
    if faults:
        first = told(f"{file} holds products that its run did not write")
        raise StoreError("\n".join([first, *faults]))
    return folder / str(contents.facts["study_file"]), version_differences(contents.facts)


def version_differences(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Versions that are others here than where a study was packed.

    Parameters
    ----------
    facts
        What an archive says of itself.

    Returns
    -------
    tuple of str
        One line each.
    """
    here, there = versions(), dict(facts.get("versions", {}))
    return tuple(
        f"{name} is {here.get(name, 'not installed')} here, it was {there[name]}"
        for name in sorted(there)
        if here.get(name) != there[name]
    )


def archive_faults(file: Path, seal: str | None = None) -> tuple[str, list[str]]:
    """Check a packed study without unpacking it.

    Parameters
    ----------
    file
        The archive.
    seal
        SHA-256 that whoever packed it has told.

    Returns
    -------
    seal : str
        SHA-256 of the archive.
    faults : list of str
        One line for each fault.
    """
    found = sha256_of(file)
    if seal is not None and found != seal.strip().lower():
        return found, [told(f"{file}: its seal is {found}, not {seal}; another archive was packed")]
    try:
        check_archive(file)
    except StoreError as error:
        return found, [str(error)]
    return found, []


def _changed(name: object) -> str:
    return told(f"{name}: changed since the study was run; run it again")


def _finished(study: Study) -> Manifest:
    manifest = Manifest(study.output)
    if manifest.step("report") is None:
        raise StoreError(f"study {study.study.name} is not finished; run `phusong run` first")
    faults = damaged_files(study.output)
    made = manifest.data.get("study_file", {}).get("sha256")
    if made != sha256_of(study.file):
        faults.append(_changed(study.file))
    made_from = {n: d for part in manifest.data.get("inputs", ()) for n, d in part["files"].items()}
    now = input_digests(study)
    faults += [_changed(name) for name in sorted(made_from) if now.get(name) != made_from[name]]
    if faults:
        raise StoreError("\n".join(faults))
    return manifest


def _inside(study: Study, file: Path) -> str:
    """Path of a file in the project, with ``/`` between its parts."""
    if not file.is_relative_to(study.root):
        raise StoreError(
            f"{file} lies outside of the project's folder {study.root}; only what is inside can "
            "be packed"
        )
    return file.relative_to(study.root).as_posix()


def _study_files(study: Study) -> Iterator[tuple[str, Path | bytes]]:
    yield _inside(study, study.file), study.file
    lock = RawLock.of(study.file).file
    if lock.is_file():
        yield _inside(study, lock), lock
    for notebook in notebook_files(study):
        if notebook.is_relative_to(study.root):
            yield _inside(study, notebook), notebook


def _inputs(
    study: Study, allowed: frozenset[str]
) -> tuple[dict[str, Path | bytes], list[dict[str, str]]]:
    """Input files that may be passed on, with their provenance, and what is left out."""
    packed: dict[str, Path | bytes] = {}
    left_out: dict[str, dict[str, str]] = {}
    digests = input_digests(study)
    for key, source, names in named_inputs(study):
        for label, path in _files_of(study, names, digests):
            free = key in {*allowed, ANSWERS} or may_be_passed_on(source.licence)
            why = "" if free else f"licence is {source.licence!r}; --with-input {key} packs it"
            if not path.is_relative_to(study.root):
                why = "it lies outside of the project's folder"
            if why:
                entry = {"path": label, "sha256": digests[label], "licence": source.licence}
                left_out[label] = {**entry, "why": why}
                continue
            packed[_inside(study, path)] = path
            note = path.parent / PROVENANCE
            if note.is_file():
                packed[_inside(study, note)] = note
    return packed, [left_out[name] for name in sorted(left_out)]


def _files_of(
    study: Study, names: tuple[str, ...], digests: Mapping[str, str]
) -> Iterator[tuple[str, Path]]:
    """Files of one input: named ones, those of a named folder, and what lies beside them."""
    for name in names:
        for label in (n for n in digests if n == name or n.startswith((f"{name}/", f"{name}."))):
            path = study.path(label)
            if not path.is_file():
                path = study.path(name).with_suffix(path.suffix)
            yield label, path


def _products(study: Study) -> Iterator[tuple[str, Path | bytes]]:
    """What manifests vouch for: of the study, and of each audience."""
    for file in sorted({study.output / MANIFEST, *study.output.glob(f"for-*/{MANIFEST}")}):
        if file.parent != study.output and damaged_files(file.parent):
            continue  # of an earlier run; it would not verify
        yield _inside(study, file), file
        for entry in Manifest(file.parent).data["steps"].values():
            for name in entry["outputs"]:
                yield _inside(study, file.parent / name), file.parent / name


def environment_lock() -> str:
    """Every installed package that Phusong uses, with its version, as pip reads it.

    Returns
    -------
    str
        One line each.
    """
    found: dict[str, str] = {}
    waiting = ["phusong"]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = package.version
        for line in package.requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed.name)
    lines = [f"{name}=={number}" for name, number in sorted(found.items())]
    return "\n".join([f"# Python {platform.python_version()}", *lines]) + "\n"


def changes_of(study: Study) -> list[dict[str, Any]]:
    """Approvals of operators, and files that were added or fetched, in the order of time.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of dict
        What happened, when, to which file, and by whose word.
    """
    notes: dict[Path, dict[str, Any]] = {}
    files = {study.path(n) for n in input_digests(study)} | set(response_files(study))
    for folder in sorted({file.parent for file in files}):
        note = folder / PROVENANCE
        if note.is_file() and note.is_relative_to(study.root):
            notes.update({folder / name: record for name, record in noted(note).items()})
    happened = [
        {"what": "input", "when": str(record.get("had", "")), "file": _inside(study, file),
         "sha256": record.get("sha256"), "source": record.get("source"), "by": record.get("by")}
        for file, record in notes.items()
    ]  # fmt: skip
    for file in response_files(study):
        when = str(notes.get(file, {}).get("had", ""))
        happened += [
            {"what": "approval", "when": when, "file": _inside(study, file),
             "option_id": answer.option_id, "answer": answer.answer, "reason": answer.reason,
             "planned_quarter": answer.quarter, "signer": answer.signer}
            for answer in read_response(file)
        ]  # fmt: skip
    return sorted(happened, key=lambda one: (one["when"], json.dumps(one, sort_keys=True)))
