"""A disk that is full inside of what other libraries write: told as ours, nothing left."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from phusong.errors import StoreError
from phusong.store.tables import write_geopackage, write_geoparquet, write_layers
from phusong.store.workbooks import Book, BookSheet, SheetColumn, write_book

resource = pytest.importorskip("resource", reason="the system limits no file's size")

LAYER = gpd.GeoDataFrame(
    {"name": [f"Bản {n}" for n in range(400)]},
    geometry=[box(n, n, n + 1.5, n + 1) for n in range(400)],
    crs="EPSG:32648",
)
ROWS = [(f"Bản {n} {n * n}",) for n in range(400)]


def book(file: Path) -> None:
    sheet = BookSheet("một", "Bảng một", [SheetColumn("Tên")], ROWS)
    write_book(file, Book("Thử", [sheet]))


WRITERS: dict[str, Callable[[Path], None]] = {
    "one.gpkg": lambda file: write_geopackage(file, LAYER, name="one"),
    "layers.gpkg": lambda file: write_layers(file, {"a": LAYER, "b": LAYER}, {"a": "<qgis/>"}),
    "one.parquet": lambda file: write_geoparquet(file, LAYER),
    "book.xlsx": book,
}


@pytest.fixture
def limit() -> Iterator[Callable[[int], None]]:
    """The system refuses to let any file grow beyond a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handled)


@pytest.mark.parametrize("part", [0.0, 0.4, 0.98])
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_does_not_fit_is_told_and_leaves_nothing(
    tmp_path: Path, limit: Callable[[int], None], name: str, part: float
) -> None:
    """At its first byte, in the middle, and in the last of it, which some libraries pass over."""
    whole, file = tmp_path / "whole" / name, tmp_path / "full" / name
    WRITERS[name](whole)
    file.parent.mkdir()
    limit(int(part * whole.stat().st_size))
    with pytest.raises(StoreError, match=f"cannot write.*{name}.*free some space and run again"):
        WRITERS[name](file)
    assert not list(file.parent.iterdir())
