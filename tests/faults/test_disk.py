"""A disk that fills, and a folder that nothing can be written to: told plainly, nothing lost."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forked import Nursery
from synthetic import Region
from wholeness import assert_nothing_half_is_taken_for_whole, leftovers, small_region

KB = 1024


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return small_region(tmp_path / "vùng thử")


# The smallest stops the first raster, the second a layer, the largest only the map.
@pytest.mark.parametrize("most", [1 * KB, 20 * KB, 140 * KB])
def test_a_file_that_cannot_grow(
    region: Region, nursery: Nursery, rerun: Callable[[Region], None], most: int
) -> None:
    """The system refuses every write beyond a size: GDAL, Arrow, SQLite, XLSX, our own."""
    ended = nursery.run(
        "run", region.study, "--no-notebooks", "--workers", "2", most_bytes=most
    )  # fmt: skip
    assert ended.status == 2, ended.stderr
    told = ended.stderr.splitlines()[-1]
    assert told.startswith("error: cannot write "), ended.stderr
    assert "free some space and run again" in told or "choose another output" in told
    assert "Traceback" not in ended.stderr
    assert leftovers(region) == []
    assert_nothing_half_is_taken_for_whole(region)
    rerun(region)


@pytest.fixture
def small_disk(region: Region) -> Iterator[Callable[[int], None]]:
    """The results on a file system of their own that is soon full."""
    place = region.output
    mounted = False

    def of_size(kilobytes: int) -> None:
        nonlocal mounted
        place.mkdir(exist_ok=True)
        options = f"size={kilobytes}k" + (",remount" if mounted else "")
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], check=True)
        mounted = True

    yield of_size
    if mounted:
        subprocess.run(["umount", place], check=True)


def can_mount(folder: Path) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"):
        return False
    tried = ["mount", "-t", "tmpfs", "-o", "size=4k", "none", folder]
    mounted = subprocess.run(tried, check=False, capture_output=True).returncode == 0
    if mounted:
        subprocess.run(["umount", folder], check=True)
    return mounted


def test_a_disk_that_fills_again_and_again(
    region: Region,
    tmp_path: Path,
    small_disk: Callable[[int], None],
    nursery: Nursery,
    rerun: Callable[[Region], None],
) -> None:
    """Each time with a little more space, as somebody who deletes a file and tries again.

    Where nothing can be mounted, a limit on the size of files stands in.
    """
    mounts = can_mount(tmp_path)
    sizes = (160, 640)
    for kilobytes in sizes:
        if mounts:
            small_disk(kilobytes)
        limit = {} if mounts else {"most_bytes": kilobytes * KB // 40}
        ended = nursery.run("run", region.study, "--no-notebooks", "--workers", "1", **limit)
        assert ended.status == 2, ended.stderr
        assert ended.stderr.splitlines()[-1].startswith("error: cannot write "), ended.stderr
        if mounts:
            assert "No space left on device" in ended.stderr
        assert leftovers(region) == []
        assert_nothing_half_is_taken_for_whole(region)
    if mounts:
        small_disk(100_000)
    rerun(region)


def test_a_read_only_output_folder(
    region: Region, nursery: Nursery, rerun: Callable[[Region], None]
) -> None:
    """Said before hours of computing, by the folder's name."""
    region.output.mkdir()
    region.output.chmod(0o555)
    ended = nursery.run("run", region.study, "--no-notebooks", obeys=True)
    region.output.chmod(0o755)
    assert ended.status == 2, ended.stderr
    (told,) = ended.stderr.splitlines()
    assert told.startswith(f"error: cannot write to {region.output}: ")
    assert told.endswith("choose another output")
    assert list(region.output.iterdir()) == []
    rerun(region)


def test_a_read_only_place_for_the_output_folder(region: Region, nursery: Nursery) -> None:
    region.folder.chmod(0o555)
    ended = nursery.run("run", region.study, "--no-notebooks", obeys=True)
    region.folder.chmod(0o755)
    assert ended.status == 2, ended.stderr
    (told,) = ended.stderr.splitlines()
    assert told.startswith(f"error: cannot write to {region.folder}: ")


@pytest.mark.parametrize("below", ["gaps", "plan", "cache/path-loss", "reach/p1812/outdoor"])
def test_one_folder_of_the_results_became_read_only(
    region: Region, nursery: Nursery, rerun: Callable[[Region], None], below: str
) -> None:
    """With a lost or damaged file in it that has to be written again."""
    rerun(region)
    folder = region.output / below
    files = [file for file in sorted(folder.rglob("*.*")) if file.suffix in {".csv", ".tif"}]
    if below.startswith("cache"):  # which mast has which key is open: all are damaged
        (region.output / "reach" / "servers.csv").unlink()
    else:
        files = files[:1]
    for file in files:
        file.write_bytes(b"damaged")
        file.parent.chmod(0o555)
    ended = nursery.run("run", region.study, "--no-notebooks", obeys=True)
    for file in files:
        file.parent.chmod(0o755)
    assert ended.status == 2, ended.stderr
    told = ended.stderr.splitlines()[-1]
    assert told.startswith(tuple(f"error: cannot write to {file.parent}: " for file in files))
    assert told.endswith("choose another output")
    rerun(region)
