"""What the main process holds after the reach of a country, step by step.

A simulated country of few sites, so that nearly every cell is without signal and is asked about
its cause, is computed once; then each step runs in a process of its own, as after a stop, and its
own memory is looked at while it does: what is its alone to hold (anonymous memory), and what is in
files that it looks into.

Usage: ``python -m benchmarks.country_steps [--side-km 90] [--sites 15] [--folder FOLDER]``.
"""

import argparse
import json
import multiprocessing
import tempfile
import threading
import time
from pathlib import Path

import phusong
from benchmarks.country import write_country
from phusong.pipeline.begin import start
from phusong.pipeline.gaps import gaps
from phusong.pipeline.plan import plan
from phusong.pipeline.reach import reach
from phusong.pipeline.reach_files import load_reach
from phusong.sources.practice.relief import practice_terrain

STEPS = ("people", "layers", "gaps", "plan")
MB = 1e6


class OwnMemory:
    """Most memory of this process, by what it was doing."""

    def __init__(self) -> None:
        self.doing, self.most = "start", dict[str, tuple[float, float]]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "OwnMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
            kib = {k: float(v.split()[0]) for k, _, v in
                   (line.partition(":") for line in text.splitlines()[1:])}  # fmt: skip
            own = kib["Anonymous"] * 1024 / MB
            private = (kib["Private_Clean"] + kib["Private_Dirty"]) * 1024 / MB
            before = self.most.get(self.doing, (0.0, 0.0))
            self.most[self.doing] = max(own, before[0]), max(private, before[1])


def one_step(study_file: Path, step: str) -> None:
    """Do one step and print what it held."""
    study = phusong.open_study(study_file)
    with OwnMemory() as memory:
        begun = time.process_time()

        def progress(what: str, done: int, total: int) -> None:
            memory.doing = f"{what} after {done} of {total}" if total < 10 else what

        session = start(study, workers=1, progress=progress)
        time.sleep(0.3)
        memory.doing = "inputs"
        session.inputs.warnings()
        people = session.inputs.people
        if step == "layers":
            memory.doing = "layers"
            load_reach(session)
            time.sleep(0.3)
        if step in {"gaps", "plan"}:
            memory.doing = "begin"
            found = gaps(session, reach(session))
            if step == "plan":
                memory.doing = "plan"
                plan(session, found)
    cells = people.count.size
    print(json.dumps({
        "step": step, "cpu_s": round(time.process_time() - begun, 1), "cells": cells,
        "own_and_private_mb": {k: [round(v) for v in most] for k, most in memory.most.items()},
    }), flush=True)  # fmt: skip


def main() -> None:
    """Compute the reach once, then look at each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side-km", type=float, default=90.0)
    parser.add_argument("--sites", type=int, default=15)
    parser.add_argument("--cell-m", type=float, default=90.0, choices=[30.0, 90.0])
    parser.add_argument("--radius-km", type=float, default=6.0)
    parser.add_argument("--environments", type=int, default=2)
    parser.add_argument("--tile-cells", type=int, default=512)
    parser.add_argument("--spacing-km", type=float, default=8.0, help="between spots for masts")
    parser.add_argument("--steps", nargs="*", default=STEPS, choices=STEPS)
    parser.add_argument("--folder", type=Path, help="an empty folder to keep; a temporary one else")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        study = folder / "country.toml"
        if not study.is_file():
            relief = practice_terrain(20_250_101)
            study = write_country(folder, relief, asked.sites, asked.side_km**2, asked)
            text = study.read_text(encoding="utf-8")
            near = '"candidate_spacing" = {"value" = '
            if f"{near}500.0" not in text:
                raise SystemExit("the practice study looks for spots in another way now")
            far = f"{near}{1000.0 * asked.spacing_km}"  # so that the plan takes minutes, not hours
            study.write_text(text.replace(f"{near}500.0", far), encoding="utf-8")
        alone = multiprocessing.get_context("spawn")
        for step in ("reach", *asked.steps):
            work = alone.Process(target=one_step if step != "reach" else _reach, args=(study, step))
            work.start()
            work.join()
            if work.exitcode:
                raise SystemExit(f"{step} ended with status {work.exitcode}")


def _reach(study_file: Path, _step: str) -> None:
    begun = time.process_time()
    reach(start(phusong.open_study(study_file), workers=1))
    print(json.dumps({"step": "reach", "cpu_s": round(time.process_time() - begun, 1)}), flush=True)


if __name__ == "__main__":
    main()
