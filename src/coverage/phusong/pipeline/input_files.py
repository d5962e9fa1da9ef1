"""Which files a study names, whether they are there, and what is in them by checksum."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from phusong.errors import DataError
from phusong.sources.responses import response_files
from phusong.sources.terrain import terrain_files
from phusong.store.files import sha256_of
from phusong.study import ClutterInput, Source, Study, TableInput, TerrainInput, TowerInput

RASTERS = (TerrainInput, ClutterInput)
"""Inputs of several raster files, or folders of them."""
MEASUREMENTS = "measurements"
"""Key of measured levels, which no computed level depends on."""
SPEED_TILES = "speed_tiles"
"""Key of speed tests, which no computed level depends on either."""
ANSWERS = "responses"
SIDECARS = (
    ".cpg", ".dat", ".dbf", ".hdr", ".id", ".ind", ".map", ".mid", ".prj", ".shx",
)  # fmt: skip
"""What else holds part of an input, under the same name."""


def named_inputs(study: Study) -> Iterator[tuple[str, Source, tuple[str, ...]]]:
    """Inputs that a study names: key, origin and files as written in the study file.

    Parameters
    ----------
    study
        The study.

    Yields
    ------
    key, source, files
        For example ``towers``, where it comes from, and its file.
    """
    for key in type(study.inputs).model_fields:
        section = getattr(study.inputs, key)
        if isinstance(section, RASTERS):
            yield key, section, section.files
        elif isinstance(section, TableInput):
            yield key, section, (section.file,)
        if isinstance(section, TowerInput):
            yield from ((key, other, (other.file,)) for other in section.also)
        elif isinstance(section, tuple):
            yield from ((key, other, (other.file,)) for other in section)
    yield from ((MEASUREMENTS, section, (section.file,)) for section in study.measurements)
    answers = response_files(study)
    if answers:
        names = tuple(file.relative_to(study.root).as_posix() for file in answers)
        yield ANSWERS, Source(source="answers of operators"), names


def input_digests(study: Study) -> Mapping[str, str]:
    """SHA-256 of every file that a study reads, by its path as the study writes it.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    dict
        Digest by path.

    Raises
    ------
    DataError
        A file does not exist.
    """
    refuse_missing(study)
    return {label: sha256_of(file) for label, file in _files(study)}


Mark = tuple[int, int, int]
"""Size, time of change and number of a file: where they are others, its content may be, too."""


def input_marks(study: Study) -> Mapping[str, Mark]:
    """What tells quickly that a file may have been changed, by its path as the study writes it.

    Parameters
    ----------
    study
        The study; its own file is marked as well.

    Returns
    -------
    dict
        Mark by path.
    """
    found = {}
    for label, file in [(study.file.name, study.file), *_files(study)]:
        there = file.stat()
        found[label] = there.st_size, there.st_mtime_ns, there.st_ino
    return found


def _files(study: Study) -> Iterator[tuple[str, Path]]:
    """Every file that a study reads, and what it is called."""
    for _, _, files in named_inputs(study):
        for name in files:
            path = study.path(name)
            for file in terrain_files([path]) if path.is_dir() else (path,):
                label = name if file == path else f"{name}/{file.relative_to(path).as_posix()}"
                yield label, file
                for part in parts_of(file):
                    yield f"{label}{part.suffix}", part


def parts_of(file: Path) -> list[Path]:
    """Files beside a file that belong to it, such as the table of a shapefile.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    list of pathlib.Path
        Sorted; none for most files.
    """
    return sorted(
        part
        for part in file.parent.iterdir()
        if part.stem == file.stem and part.suffix.lower() in SIDECARS and part != file
    )


def refuse_missing(study: Study) -> None:
    """Name every missing file at once, so that they can be fetched in one go.

    Parameters
    ----------
    study
        The study.

    Raises
    ------
    DataError
        At least one file does not exist.
    """
    missing = []
    for key, section, files in named_inputs(study):
        for name in files:
            path = study.path(name)
            if not path.is_file() and not (isinstance(section, RASTERS) and path.is_dir()):
                missing.append(f"{path} does not exist; {_remedy(study, key, section)}")
    if missing:
        hint = ["practice data is written by `phusong demo data/raw/demo`"]
        raise DataError("\n".join([*missing, *(hint if study.study.practice_data else [])]))


def _remedy(study: Study, key: str, section: Source) -> str:
    """What can be done about a file that is not there."""
    if not section.fetch:
        where = key if key == MEASUREMENTS else f"inputs.{key}"
        return f"check {where} in the study file; `phusong add` takes a file of yours"
    fields = type(study.inputs).model_fields
    needed = key not in fields or fields[key].is_required()
    without = "" if needed else f", or take [inputs.{key}] out of the study file"
    return f"`phusong fetch` gets {section.fetch}, `phusong add` takes a file of yours{without}"
