"""Filling data/raw with the open data that a study names, and saying what is there already."""

import datetime
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj import Transformer

from phusong.errors import DataError, nearest
from phusong.language import told
from phusong.pipeline.input_files import RASTERS, named_inputs
from phusong.pipeline.inputs import Inputs
from phusong.sources.fetch.catalogue import OpenSource, catalogue, hosts, open_source
from phusong.sources.fetch.errors import FetchError, OfflineError
from phusong.sources.fetch.job import Artefact, Job
from phusong.sources.fetch.overpass import COLUMNS
from phusong.sources.fetch.ranges import Bounds
from phusong.sources.fetch.recipes import RECIPES
from phusong.sources.fetch.wire import Wire, wire_from_environment
from phusong.store.files import sha256_of
from phusong.store.raw import RawLock, note_provenance
from phusong.study import Source, Study, TowerInput

STAGING = ".fetch"
FIRST = ("boundaries",)
"""Inputs that say where the study is, so that the others can be cut to it."""


@dataclass(frozen=True)
class Wish:
    """An input of a study that open data can fill.

    Parameters
    ----------
    key
        Of the input, such as ``terrain``.
    name
        File or folder as the study writes it.
    source
        Record of the catalogue.
    is_folder
        Whether it is a folder of tiles.
    """

    key: str
    name: str
    source: OpenSource
    is_folder: bool


def wishes(study: Study) -> list[Wish]:
    """Inputs of a study that name a source of the catalogue, outlines first.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of Wish
        One for each.

    Raises
    ------
    DataError
        The catalogue has no such source, or it fills another input.
    """
    found = [_wish(key, section, files) for key, section, files in named_inputs(study)]
    return sorted((w for w in found if w is not None), key=lambda w: w.key not in FIRST)


def _wish(key: str, section: Source, files: tuple[str, ...]) -> Wish | None:
    if section.fetch is None:
        return None
    source = open_source(section.fetch)
    if source.fills != key:
        raise DataError(
            f"inputs.{key}.fetch = '{section.fetch}' fills inputs.{source.fills}; see "
            "`phusong sources`"
        )
    return Wish(key, files[0], source, isinstance(section, RASTERS))


class Fetching:
    """Fetches what a study names, one input after the other.

    Parameters
    ----------
    study
        The study.
    wire
        The way to the hosts of the catalogue; as the environment says by default.
    offline
        Never use the network: say what is missing, and where to put it.
    update
        Take what providers have now, and pin that.
    accepted
        Sources whose terms the user agrees to.
    progress
        Is told what is being had, how far it is, and how far it goes.
    """

    def __init__(
        self,
        study: Study,
        *,
        wire: Wire | None = None,
        offline: bool = False,
        update: bool = False,
        accepted: frozenset[str] = frozenset(),
        progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
    ) -> None:
        self.study = study
        self.wire = wire or wire_from_environment(hosts(), offline=offline)
        self.update, self.accepted, self.progress = update, accepted, progress
        self.lock = RawLock.of(study.file)
        self._bounds: Bounds | None = None

    def run(self) -> Iterator[str]:
        """Fetch everything, and say of each input what became of it.

        Yields
        ------
        str
            One line per input.

        Raises
        ------
        DataError
            At least one input could not be had; every fault is named, and what could be had is
            there.
        """
        asked = wishes(self.study)
        if not asked:
            raise DataError(
                f'{self.study.file.name} names no open data: write fetch = "..." into an input; '
                "`phusong sources` lists what there is"
            )
        for key in sorted(self.accepted - set(catalogue())):
            raise DataError(
                f"--accept {key} is not a source of the catalogue{nearest(key, catalogue())}; "
                "`phusong sources` lists them"
            )
        faults = []
        for wish in asked:
            try:
                yield f"inputs.{wish.key}: {self._one(wish)}"
            except DataError as error:
                faults.append(f"inputs.{wish.key}: {error}{self._by_hand(wish, error)}")
        yield from self._own_files()
        if faults and not self.wire.offline:
            faults.append(told("`phusong fetch --offline` says which files to put where by hand"))
        if faults:
            raise DataError("\n".join(faults))

    def _own_files(self) -> Iterator[str]:
        """Say which inputs are not had from anywhere, and are missing."""
        for key, section, files in named_inputs(self.study):
            missing = [name for name in files if not self.study.path(name).exists()]
            if section.fetch is None and missing:
                yield (
                    f"inputs.{key}: {', '.join(missing)} is yours to bring: phusong add "
                    f"{self._relative(self.study.file)} FILE --as {key}"
                )

    def _one(self, wish: Wish) -> str:
        target = self.study.path(wish.name)
        have, foreign = self._there(wish, target)
        if foreign and not wish.is_folder:
            return f"{wish.name} is a file of your own; it is kept"
        if have and not wish.is_folder:
            return f"{wish.name} is there already, as it was"
        if wish.source.accept and wish.source.key not in self.accepted:
            raise FetchError(f"{wish.source.accept}. If you agree, add --accept {wish.source.key}")
        staging = (target if wish.is_folder else target.parent) / STAGING / wish.source.key
        job = self._job(wish, staging if wish.is_folder else staging / target.name, have)
        staging.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(staging)
        count = 0
        try:
            for artefact in RECIPES[wish.source.recipe](job):
                place = target / artefact.file.name if wish.is_folder else target
                self._keep(wish, artefact, place)
                count += 1
        finally:
            _remove_empty(staging)
        noted = "".join(f"; {note}" for note in job.notes)
        if not count:
            return f"{wish.name}: all {len(have)} tiles are there already, as they were{noted}"
        had = f"{wish.name} had from {wish.source.key} ({count} file{'s' if count > 1 else ''})"
        return f"{had}{noted}"

    def _there(self, wish: Wish, target: Path) -> tuple[frozenset[str], bool]:
        """Files that are there as they were pinned, and whether one is there that never was."""
        pinned = self.lock.entries()
        files = sorted(target.glob("*.tif")) if wish.is_folder else [target]
        have, foreign = set(), False
        for file in (f for f in files if f.is_file()):
            entry = pinned.get(self._relative(file))
            if entry is None:
                foreign = True
                have.add(file.name)
            elif self.update:
                continue
            elif sha256_of(file) == entry["sha256"]:
                have.add(file.name)
            else:
                raise FetchError(
                    f"{file} was changed since it was had (SHA-256 differs from "
                    f"{self.lock.file.name}); remove it to have it again, or name your own file "
                    f"under another name in inputs.{wish.key}"
                )
        return frozenset(have), foreign

    def _keep(self, wish: Wish, artefact: Artefact, place: Path) -> None:
        """Compare a file with what was had before, then move it to its place and record it."""
        path = self._relative(place)
        pinned = self.lock.entries().get(path)
        if pinned is not None and pinned["sha256"] != artefact.sha256 and not self.update:
            artefact.file.unlink(missing_ok=True)
            raise FetchError(
                f"{artefact.url} is not what it was when {self.lock.file.name} was written: "
                f"{_difference(pinned, artefact)}; add --update to take and pin the new one, or "
                f"put the old file at {place} by hand"
            )
        artefact.file.replace(place)
        entry = {
            "source": wish.source.key,
            "url": artefact.url,
            "etag": artefact.etag,
            "modified": artefact.modified,
            "sha256": artefact.sha256,
            "size_bytes": artefact.size_bytes,
        }
        note_provenance(
            place,
            {
                **entry,
                "title": wish.source.title_en,
                "licence": artefact.licence or wish.source.licence,
                "attribution": artefact.attribution or wish.source.attribution,
                "vintage": artefact.vintage or wish.source.vintage,
                "made": artefact.made,
                "had": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
            },
        )
        self.lock.pin(path, entry)

    def _relative(self, file: Path) -> str:
        root = self.study.root.resolve()
        return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()

    def _job(self, wish: Wish, target: Path, have: frozenset[str]) -> Job:
        return Job(
            source=wish.source,
            wire=self.wire,
            target=target,
            bounds=(0.0, 0.0, 0.0, 0.0) if wish.key in FIRST else self.bounds(),
            country=self.study.area.country or "",
            neighbours=self.study.area.neighbours,
            country_codes=_country_codes(self.study.inputs.towers),
            quarter=_quarter(self.study),
            token=os.environ.get(wish.source.token, "") if wish.source.token else "",
            have=have,
            progress=lambda done, total: self.progress(wish.key, done, total),
        )

    def bounds(self) -> Bounds:
        """Frame of the study.

        Returns
        -------
        tuple of float
            West, south, east and north [degrees, WGS 84].
        """
        if self._bounds is None:
            self._bounds = geographic_bounds(Inputs(self.study))
        return self._bounds

    def _by_hand(self, wish: Wish, error: DataError) -> str:
        """Where to put a file that the network does not give."""
        if not (self.wire.offline or isinstance(error, OfflineError)):
            return ""
        place = self.study.path(wish.name)
        kind = "folder" if wish.is_folder else "file"
        columns = ", ".join(COLUMNS.get(wish.key, ()))
        written = f", a table with the columns {columns}" if columns else ""
        return "; " + told(
            f"put it by hand into the {kind} {place} ({wish.source.title_en}{written}), or add a "
            f"file of your own: phusong add {self._relative(self.study.file)} FILE --as {wish.key}"
        )


def geographic_bounds(inputs: Inputs) -> Bounds:
    """Frame of a study in degrees, its curved edges included.

    Parameters
    ----------
    inputs
        Of the study; its outlines are read.

    Returns
    -------
    tuple of float
        West, south, east and north [degrees, WGS 84].
    """
    grid = inputs.grid
    to_degrees = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*grid.bounds, densify_pts=51)
    return west, south, east, north


def _difference(pinned: dict[str, Any], artefact: Artefact) -> str:
    told = [
        f"{what} {pinned.get(key) or 'unknown'} became {new or 'unknown'}"
        for key, what, new in (
            ("size_bytes", "size", artefact.size_bytes),
            ("modified", "changed", artefact.modified),
            ("etag", "version", artefact.etag),
        )
        if pinned.get(key) != new
    ]
    return ", ".join(told) or "the same size and date, other bytes"


def _country_codes(towers: TowerInput) -> tuple[str, ...]:
    lists = (towers, *towers.also)
    named = {key.split("-")[0] for section in lists for key in section.operators if "-" in key}
    return tuple(sorted(code for code in named if code.isdigit() and len(code) == 3))


def _quarter(study: Study) -> str:
    section = study.inputs.speed_tiles
    return "" if section is None else section.quarter


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed runs half wrote, except downloads that can be gone on with."""
    for file in folder.glob(".*.part.*"):
        if not file.name.endswith(".part.json"):
            file.unlink(missing_ok=True)


def _remove_empty(staging: Path) -> None:
    for folder in (staging, staging.parent):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
