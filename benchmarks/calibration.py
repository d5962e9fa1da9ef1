"""A million samples read, binned and fitted: seconds, and memory at the peak.

Bar: 60 s and 2 GB on two cores. The levels to compare with are invented, so that only the way of
the measurements is timed.
"""

import csv
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from pyproj import Transformer

from phusong.analysis.calibration import Samples, Terms, fit
from phusong.analysis.calibration_checks import candidate_terms, choose_terms, held_out
from phusong.analysis.measured import binned
from phusong.geo.grid import Grid
from phusong.sources.measurements import read_measurements
from phusong.sources.practice.study import practice_study_text
from phusong.sources.study_file import read_study

COUNT = 1_000_000
CELL_M = 30.0
SIDE_M = 60_000.0


def write_log(file: Path) -> None:
    """A drive test in G-NetTrack's columns, along wandering roads."""
    draw = np.random.default_rng(1)
    steps = np.cumsum(draw.normal(0, 12, (COUNT, 2)), axis=0)
    place = np.abs((steps + SIDE_M / 2) % (2 * SIDE_M) - SIDE_M)
    to_degrees = Transformer.from_crs("EPSG:32648", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(400_000 + place[:, 0], 2_480_000 + place[:, 1])
    level = -60 - 0.001 * np.hypot(*(place - SIDE_M / 2).T) + draw.normal(0, 8, COUNT)
    seconds = np.arange(COUNT)
    stamp = (np.datetime64("2025-03-01T00:00:00") + seconds).astype(str)
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["Timestamp", "Longitude", "Latitude", "Operatorname", "CGI", "NetworkTech", "Level"]
        )
        for n in range(COUNT):
            heard = level[n] > -120
            out.writerow(
                [stamp[n], f"{lon[n]:.6f}", f"{lat[n]:.6f}", "nha-mang-a", "452-99-1-1",
                 "LTE" if heard else "No service", f"{level[n]:.0f}" if heard else "-"]
            )  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_log(root / "log.csv")
        text = practice_study_text(data="", output="processed")
        named = '\n[[measurements]]\nfile = "log.csv"\nsource = "invented"\n'
        (root / "study.toml").write_text(text + named, encoding="utf-8")
        study = read_study(root / "study.toml")
        own = [section for section in study.measurements if section.file == "log.csv"]
        marks = [time.perf_counter()]
        measured = read_measurements(own, study)
        marks.append(time.perf_counter())
        grid = Grid.from_bounds(
            400_000, 2_480_000, 400_000 + SIDE_M, 2_480_000 + SIDE_M,
            crs="EPSG:32648", resolution_m=CELL_M,
        )  # fmt: skip
        to_metres = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
        frame = measured.frame
        x, y = to_metres.transform(frame["longitude"].to_numpy(), frame["latitude"].to_numpy())
        cells = binned(grid, x, y, frame)
        marks.append(time.perf_counter())
        row, col = cells["row"].to_numpy(), cells["col"].to_numpy()
        distance = CELL_M * np.hypot(row - grid.shape[0] / 2, col - grid.shape[1] / 2) + CELL_M
        samples = Samples(
            cells["level_dbm"].to_numpy(dtype=float), -55 - 0.001 * distance, distance,
            row // 17 * 100_000 + col // 17, np.zeros(len(cells), dtype=int), -120.0,
        )  # fmt: skip
        tried = [held_out(samples, terms, seed=1) for terms in candidate_terms(samples)]
        found = fit(samples, choose_terms(tried).terms if tried else Terms())
        marks.append(time.perf_counter())
    read_s, bin_s, fit_s = np.diff(marks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{COUNT:,} samples, {len(cells):,} cells, {found.blocks:,} squares")
    print(f"read {read_s:.1f} s, binned {bin_s:.1f} s, fitted {fit_s:.1f} s")
    print(f"together {marks[-1] - marks[0]:.1f} s (bar 60 s), peak {peak:.2f} GB (bar 2 GB)")


if __name__ == "__main__":
    main()
