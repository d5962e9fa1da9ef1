"""What the steps share: keys of their inputs, the manifest, what was computed or reused."""

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from uuid import uuid4

from phusong.cluster import Cluster
from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.language import told
from phusong.pipeline.input_files import (
    ANSWERS,
    MEASUREMENTS,
    SPEED_TILES,
    input_digests,
    input_marks,
    named_inputs,
    refuse_missing,
)
from phusong.pipeline.inputs import Inputs
from phusong.pipeline.step_words import COMPUTED, REUSED
from phusong.stopping import stop_if_asked
from phusong.store.bounded_cache import BoundedCache
from phusong.store.cache import Cache
from phusong.store.files import key_of, sha256_of
from phusong.store.manifest import Manifest
from phusong.study import PRACTICE_LABEL, Study
from phusong.version import __version__

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many parts are done, and how many there are."""

PACKAGES = ("numpy", "numba", "scipy", "rasterio", "geopandas", "shapely", "pyproj", "exactextract")
_LATER = frozenset(
    {
        "costs",
        "planning",
        "scenarios",
        "verdicts",
        "causes",
        "offices",
        "criterion8",
    }
)
"""Sections of the study file that received levels do not depend on."""
_AFTER_ANSWERS = frozenset({"plan", "report"})
"""Steps that follow what operators answered."""
_MEASURED = frozenset({"calibration", "report"})
"""Steps that follow what was measured."""
_TESTED = frozenset({"speed-tiles", "report"})
"""Steps that follow speed tests."""
_SHOWN = "report"
"""The step that the language of a study matters to."""
PRODUCTS = ("reporting", "language.py", "locale")
"""Parts of the package that products are made by."""
_NOT_RESULTS = (*PRODUCTS, "cli")
"""Parts of the package that no number depends on."""
_CODE = frozenset({".py", ".toml", ".po", ".css", ".js"})


Observer = Callable[[str, str], None]
"""Called with a step that has ended, and whether it was ``computed`` or ``reused``."""


def unobserved(step: str, state: str) -> None:
    """Nobody who takes note of steps.

    Parameters
    ----------
    step
        The step.
    state
        ``computed`` or ``reused``.
    """


def silent(what: str, done: int, total: int) -> None:
    """Progress that shows nothing.

    Parameters
    ----------
    what
        The step.
    done, total
        Parts of it.
    """


@cache
def code_key(*parts: str) -> str:
    """Key of the source code that results depend on, as it was when first asked for.

    Parameters
    ----------
    *parts
        Subpackages, or modules by their paths, to take; all but reporting and the command line
        by default.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(f for f in root.rglob("*") if f.suffix in _CODE):
        place = file.relative_to(root)
        if parts and not {place.parts[0], place.as_posix()} & set(parts):
            continue
        if not parts and place.parts[0] in _NOT_RESULTS:
            continue
        digest.update(place.as_posix().encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


class Session:
    """One use of a study: reads inputs when needed, knows which steps are done.

    Parameters
    ----------
    study
        The study.
    workers
        Threads for the heavy work.
    progress
        Is told how far the work is.
    fresh
        Compute again what is stored already.
    cluster
        Workers that compute path losses; the cores of this machine when None.
    most_cache_bytes
        How many bytes of path losses are kept; any number when None.
    frame
        The study's grid, where another process has found it; else it is that of its communes.
    """

    def __init__(
        self,
        study: Study,
        *,
        workers: int = 1,
        progress: Progress = silent,
        fresh: bool = False,
        cluster: Cluster | None = None,
        most_cache_bytes: int | None = None,
        frame: Grid | None = None,
    ) -> None:
        self.study = study
        self.cluster = cluster
        self.frame = frame
        self.workers = workers
        self._progress = progress
        self.fresh = fresh
        self.observe: Observer = unobserved
        self.manifest = Manifest(study.output)
        self.most_cache_bytes = most_cache_bytes
        where = study.output / "cache" / "path-loss"
        self.losses = BoundedCache(where, most_cache_bytes) if most_cache_bytes else Cache(where)
        self.token = uuid4().hex  # tells workers of a cluster whose inputs they have read
        self.made: set[str] = set()  # keys of artefacts that a fresh session has made

    def progress(self, what: str, done: int, total: int) -> None:
        """Tell how far the work is, and go no further once Ctrl-C was pressed.

        Parameters
        ----------
        what
            The step.
        done, total
            Parts of it.
        """
        stop_if_asked()
        self._progress(what, done, total)

    def told_of_cache(self) -> str:
        """Say what a limit of the cache has cost; nothing without one.

        Returns
        -------
        str
            One line.
        """
        cache = self.losses
        if not isinstance(cache, BoundedCache):
            return ""
        return told(
            f"path-loss cache of at most {cache.most_bytes / 1e9:g} GB: {cache.removed} files "
            f"removed, {cache.again} of them computed again"
        )

    def has_made(self, keys: Iterable[str]) -> None:
        """Take note of artefacts that this session has made, where it takes no others.

        Parameters
        ----------
        keys
            Their keys.
        """
        if self.fresh:  # else nobody asks, and the list would grow with the country
            self.made.update(keys)

    def may_take(self, keys: Iterable[str]) -> bool:
        """Whether stored artefacts may be used: a fresh session takes what it has made itself.

        Parameters
        ----------
        keys
            Their keys.

        Returns
        -------
        bool
            True for all of them.
        """
        return not self.fresh or self.made.issuperset(keys)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of the input files."""
        refuse_missing(self.study)
        self._marks = input_marks(self.study)
        self._study_file = sha256_of(self.study.file)
        return input_digests(self.study)

    def _refuse_changed(self) -> None:
        """Record nothing that may have been made from other files than those that were named."""
        read = self.digests
        refuse_missing(self.study)
        if input_marks(self.study) == self._marks:
            return
        before = {self.study.file.name: self._study_file, **read}
        now = {self.study.file.name: sha256_of(self.study.file), **input_digests(self.study)}
        changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
        if changed:
            raise DataError(
                f"{', '.join(changed)}: changed while the study was computed, so nobody can say "
                "which content the results are from; run the same command again"
            )

    @cached_property
    def inputs(self) -> Inputs:
        """What the study reads; each input is read at its first use while nothing changes."""
        return self.study.keep(self.key("inputs"), lambda: Inputs(self.study, self.frame))

    def key(self, step: str) -> str:
        """Key of everything that a step depends on.

        Parameters
        ----------
        step
            For example ``reach``.

        Returns
        -------
        str
            Hexadecimal digest.
        """
        facts, digests = self.study.model_dump(mode="json"), dict(self.digests)
        del facts["grid"]["tile_cells"]  # decides how much is held at once, and no value
        if step != _SHOWN:
            del facts["study"]["language"]
        unread = {
            ANSWERS: step not in _AFTER_ANSWERS,
            MEASUREMENTS: step not in _MEASURED,
            SPEED_TILES: step not in _TESTED,
        }
        if unread[MEASUREMENTS]:
            del facts["measurements"]
        if unread[SPEED_TILES]:
            del facts["inputs"][SPEED_TILES]
        for key, _, names in named_inputs(self.study):
            if unread.get(key, False):
                for name in names:
                    digests.pop(name, None)
        if step in {"reach", "service"}:
            facts = {k: v for k, v in facts.items() if k not in _LATER}
        return key_of([step, facts, digests, code_key(), versions()])

    def is_done(self, step: str) -> bool:
        """Whether a step's files are there, whole and made from these inputs.

        Parameters
        ----------
        step
            For example ``reach``.

        Returns
        -------
        bool
            True when it need not be computed again. A fresh session computes a step once for
            each time that the study is opened, not once for every question about it.
        """
        fresh = self.fresh and f"{step}: {COMPUTED}" not in self.study.history
        done = not fresh and self.manifest.is_done(step, self.key(step))
        if done and not any(line.startswith(f"{step}: ") for line in self.study.history):
            self.study.note(f"{step}: {REUSED}")
            self.observe(step, REUSED)
        return done

    def record(
        self,
        step: str,
        facts: Mapping[str, Any],
        outputs: list[Path],
        *,
        key: str | None = None,
    ) -> None:
        """Write a finished step into the manifest.

        Parameters
        ----------
        step
            For example ``reach``.
        facts
            What is worth knowing about it.
        outputs
            The files that it wrote.
        key
            Key of everything it depends on, when it is not :meth:`key`.
        """
        self._refuse_changed()
        self.manifest.data.update(self._header())
        self.manifest.record(step, key or self.key(step), facts, outputs)
        self.study.note(f"{step}: {COMPUTED}")
        self.observe(step, COMPUTED)

    def _header(self) -> dict[str, Any]:
        study = self.study
        return {
            "study": study.study.model_dump(mode="json"),
            "study_file": {"name": study.file.name, "sha256": sha256_of(study.file)},
            "practice_data": PRACTICE_LABEL if study.study.practice_data else None,
            "inputs": [
                {
                    "key": key,
                    "files": {
                        name: digest
                        for name, digest in self.digests.items()
                        if any(name == f or name.startswith(f"{f}/") for f in files)
                    },
                    "source": source.source,
                    "licence": source.licence,
                    "attribution": source.attribution,
                    "date": source.date,
                }
                for key, source, files in named_inputs(study)
            ],
            "assumptions": [a.model_dump(mode="json") for a in study.assumptions()],
            "versions": versions(),
        }


def versions() -> dict[str, str]:
    """Versions that results depend on.

    Returns
    -------
    dict
        Version by name.
    """
    found = {"phusong": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
