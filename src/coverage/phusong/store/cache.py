"""Artefacts kept by the content of their inputs."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from phusong.store.files import sha256_of, write_text, write_whole


class Cache:
    """Files kept by the content of their inputs, each with its checksum beside it.

    Parameters
    ----------
    folder
        Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str, suffix: str) -> Path:
        """File of a key, whether it exists or not.

        Parameters
        ----------
        key
            Key of its inputs.
        suffix
            End of the file's name, with its dot.

        Returns
        -------
        pathlib.Path
            Where it is kept.
        """
        return self.folder / key[:2] / f"{key}{suffix}"

    def seal(self, key: str, suffix: str) -> str:
        """SHA-256 that a file was given when it was put.

        Parameters
        ----------
        key, suffix
            As in :meth:`path`.

        Returns
        -------
        str
            64 hexadecimal digits.

        Raises
        ------
        OSError
            It was never put.
        """
        return _seal_of(self.path(key, suffix)).read_text(encoding="ascii")

    def has(self, key: str, suffix: str) -> bool:
        """Whether a file is there and whole; a damaged one stays until it is put again.

        Nothing is removed: what has no checksum yet may be what another run has just written and
        reads now.

        Parameters
        ----------
        key, suffix
            As in :meth:`path`.

        Returns
        -------
        bool
            True when it can be used.
        """
        try:
            return self.seal(key, suffix) == sha256_of(self.path(key, suffix))
        except (OSError, UnicodeDecodeError):
            return False

    def noted(self, keys: Iterable[str], suffix: str) -> None:
        """Hear of files that another process has made; nothing needs to be done about them here.

        Parameters
        ----------
        keys, suffix
            As in :meth:`path`.
        """

    @contextlib.contextmanager
    def held(self, keys: Iterable[str]) -> Iterator[None]:
        """Keep files while they are used; here none is ever removed.

        Parameters
        ----------
        keys
            As in :meth:`path`.

        Yields
        ------
        None
            Nothing.
        """
        del keys
        yield

    def has_lost(self, keys: Iterable[str]) -> bool:
        """Whether any of some files was removed to make room; here none ever is.

        Parameters
        ----------
        keys
            As in :meth:`path`.

        Returns
        -------
        bool
            False.
        """
        del keys
        return False

    def put(self, key: str, suffix: str, write: Callable[[Path], object]) -> Path:
        """Write a file and its checksum.

        Parameters
        ----------
        key, suffix
            As in :meth:`path`.
        write
            Writes the content to the path it is given.

        Returns
        -------
        pathlib.Path
            The file.
        """
        file = self.path(key, suffix)
        write_whole(file, write)
        write_text(_seal_of(file), sha256_of(file))
        return file


def _seal_of(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")
