"""A cache that holds no more than so many bytes: what was longest unused goes first."""

import contextlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from phusong.store.cache import Cache


class BoundedCache(Cache):
    """Artefacts that can be made again, of which the longest unused are removed to make room.

    What is held by :meth:`held` stays, even where that alone is more than the limit. Which files
    are there decides what must be computed, and no value.

    Parameters
    ----------
    folder
        Where they are; files of earlier runs count from the start, in the order of their names.
    most_bytes
        Limit, > 0 [bytes].
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        super().__init__(folder)
        self.most_bytes = most_bytes
        self.removed, self.again = 0, 0
        self._gone: set[str] = set()
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._files: OrderedDict[str, tuple[Path, int]] = OrderedDict()
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".sha256":
                self._files[file.stem] = file, file.stat().st_size
        self._total = sum(size for _, size in self._files.values())

    def put(self, key: str, suffix: str, write: Callable[[Path], object]) -> Path:
        """Write a file and its checksum, and make room where it takes too much.

        Parameters
        ----------
        key, suffix, write
            As in :meth:`Cache.put`.

        Returns
        -------
        pathlib.Path
            The file.
        """
        file = super().put(key, suffix, write)
        self.noted((key,), suffix)
        return file

    def noted(self, keys: Iterable[str], suffix: str) -> None:
        """Count files that are there, whoever has made them, as just used.

        Parameters
        ----------
        keys, suffix
            As in :meth:`Cache.path`.
        """
        with self._lock:
            for key in keys:
                file = self.path(key, suffix)
                with contextlib.suppress(OSError):  # another process may have removed it
                    size = file.stat().st_size
                    self._total += size - self._files.pop(key, (file, 0))[1]
                    self._files[key] = file, size
                    self.again += key in self._gone
                    self._gone.discard(key)
            self._make_room()

    @contextlib.contextmanager
    def held(self, keys: Iterable[str]) -> Iterator[None]:
        """Keep files while they are used.

        Parameters
        ----------
        keys
            Whether they are there yet or not.

        Yields
        ------
        None
            Nothing.
        """
        own = tuple(keys)
        with self._lock:
            self._held.update(own)
        try:
            yield
        finally:
            with self._lock:
                self._held.subtract(own)
                self._held += Counter()  # forgets those that nobody holds any more
                for key in own:
                    if key in self._files:
                        self._files.move_to_end(key)
                self._make_room()

    def has_lost(self, keys: Iterable[str]) -> bool:
        """Whether any of some files was removed to make room, and is not there again.

        Parameters
        ----------
        keys
            As in :meth:`Cache.path`.

        Returns
        -------
        bool
            True when it is no fault that it is missing.
        """
        return not self._gone.isdisjoint(keys)

    def _make_room(self) -> None:
        if self._total <= self.most_bytes:
            return
        for key in [k for k in self._files if k not in self._held]:
            if self._total <= self.most_bytes:
                return
            file, size = self._files.pop(key)
            with contextlib.suppress(OSError):  # a file that cannot be removed stays
                file.unlink(missing_ok=True)
                file.with_name(file.name + ".sha256").unlink(missing_ok=True)
            self._total -= size
            self.removed += 1
            self._gone.add(key)
