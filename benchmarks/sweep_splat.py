"""CPU time of the sweep for a cell against SPLAT! HD's ITM for a pixel, on the same ground.

The rival is ``splat-hd -olditm`` from Debian's package splat, on a square degree of terrain of
one arc second; what it needs to start and to read the terrain is measured apart and taken off.
"""

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.sweep_speed import per_million, vector_width
from benchmarks.terrain import CELL_M, masts, relief_terrain

PROGRAM = "splat-hd"
PIXELS = 3600  # a degree in arc seconds
RADIUS_KM = 30.0
PIXEL_M = 111_195.0 / PIXELS


def write_terrain(folder: Path) -> None:
    """Write a degree of invented terrain at the equator, 1 to 2 degrees north, 105 to 106 east."""
    height = np.zeros((PIXELS, PIXELS), np.int16)
    small = relief_terrain("hills").height_amsl_m
    start = (PIXELS - small.shape[0]) // 2
    height[start : start + small.shape[0], start : start + small.shape[1]] = np.rint(small)
    # longitudes count westwards from Greenwich; columns of rising latitude, from the east
    head = "255\n1\n254\n2\n"
    columns = height[::-1, ::-1].T.reshape(-1).tolist()
    (folder / "1:2:254:255-hd.sdf").write_text(
        head + "\n".join(map(str, columns)) + "\n", encoding="ascii"
    )
    (folder / "mast.qth").write_text("mast\n1.5\n254.5\n30 m\n", encoding="ascii")
    (folder / "mast.lrp").write_text(
        "15.0\n0.005\n301.0\n800.0\n5\n1\n0.5\n0.5\n1000.0\n",  # ground, N_0, MHz, climate, shares
        encoding="ascii",
    )


def splat_seconds(folder: Path, radius_km: float) -> float:
    """CPU seconds of one map."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            PROGRAM, "-t", "mast.qth", "-L", "1.5", "-R", f"{radius_km:g}", "-metric", "-olditm",
            "-N", "-n", "-d", str(folder), "-o", "map.ppm",
        ],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    if shutil.which(PROGRAM) is None:
        print(f"sweep against SPLAT! HD: {PROGRAM} is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_terrain(folder)
        taken = splat_seconds(folder, RADIUS_KM) - splat_seconds(folder, 0.5)
    pixels = np.pi * (1000.0 * RADIUS_KM / PIXEL_M) ** 2
    rival = 1e6 * taken / pixels
    mast = next(masts(relief_terrain("hills"), "hills", radius_cells=round(30_000 / CELL_M)))
    per_million(mast)  # compile
    ours = per_million(mast)
    print(f"sweep against {PROGRAM} -olditm, {RADIUS_KM:g} km, vectors of {vector_width()} bits")
    print(f"  SPLAT! HD {rival:.2f}, sweep {ours:.3f} CPU s per million cells")
    print(f"  SPLAT! HD takes {rival / ours:.0f} times as long for a cell (bar 25)")


if __name__ == "__main__":
    main()
