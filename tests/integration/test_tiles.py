"""Reach found tile by tile: the bytes of the whole grid at once, whatever the tiles and workers."""

import os
import pickle
import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import phusong
from phusong.cluster import cluster_at
from phusong.errors import DataError
from phusong.geo.network import Network
from phusong.geo.tiles import Tile, tiles_of
from phusong.pipeline import inputs
from phusong.pipeline import reach as reach_step
from phusong.pipeline import reach_tiles as reach_tiles_step
from phusong.pipeline.begin import start
from phusong.pipeline.competitors import competitors
from phusong.pipeline.losses import LossMaps
from phusong.pipeline.reach_files import own_layers
from phusong.pipeline.reach_tiles import reach_tiles, tile_tasks
from phusong.pipeline.run import plan_study
from runs import digests
from synthetic import Region, write_region

MODELS = {"propagation.models": ["p1812", "itm"], "propagation.second_model_step": 3}


def region_of(folder: Path, cells: int, **study: Any) -> Region:
    return write_region(folder / "r", study={"grid.tile_cells": cells, **study})


def reached(region: Region, *, workers: int = 1, **options: Any) -> dict[str, str]:
    """Digest of each raster and table of the reach."""
    reach_step.reach(start(phusong.open_study(region.study), workers=workers, **options))
    found = digests(region.output)
    assert any(name.endswith("-level.tif") for name in found)
    return found


class Worker:
    """A cluster of one worker in this process, to which tasks travel and which has no lists."""

    cores = 1

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.sent: list[str] = []

    def on_each_worker(self, question: Any) -> dict[str, Any]:
        return {"here": question()}

    def in_order(self, work: Any, tasks: Any) -> Any:
        for task in map(pickle.dumps, tasks):
            self.sent.append(work.__name__)
            with self.monkeypatch.context() as patched:
                for name in ("read_network", "read_communes", "read_people", "read_places"):
                    patched.setattr(inputs, name, None)
                done = work(pickle.loads(task))
            yield done


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The region at once: it has fewer cells than a tile."""
    region = write_region(tmp_path_factory.mktemp("whole") / "r", study=MODELS)
    session = start(phusong.open_study(region.study))
    assert all(len(reach_tiles(session, model)) == 1 for model in MODELS["propagation.models"])
    return reached(region)


@pytest.mark.parametrize(("cells", "workers"), [(16, 1), (23, 2), (37, 2), (64, 1)])
def test_tiles_of_any_size_give_the_bytes_of_the_whole(
    tmp_path: Path, whole: dict[str, str], cells: int, workers: int
) -> None:
    region = region_of(tmp_path, cells, **MODELS)
    assert reached(region, workers=workers) == whole
    assert not (region.output / "cache" / "tiles").exists()


@pytest.mark.parametrize("sites", ["independent", "correlated"])
def test_chances_of_several_sites_do_not_depend_on_tiles(tmp_path: Path, sites: str) -> None:
    at_once = region_of(tmp_path / "once", 2048, **{"service.sites": sites})
    in_tiles = region_of(tmp_path / "tiles", 23, **{"service.sites": sites})
    assert reached(at_once) == reached(in_tiles)


def test_a_cluster_reduces_tiles_to_the_same_bytes(tmp_path: Path, whole: dict[str, str]) -> None:
    region = region_of(tmp_path, 30, **MODELS)
    study = phusong.open_study(region.study)
    with cluster_at("local", workers=2) as cluster:
        phusong.reach(study, client=cluster.client)
    assert digests(region.output) == whole


def test_workers_killed_while_tiles_are_reduced_change_no_byte(
    tmp_path: Path, whole: dict[str, str]
) -> None:
    region = region_of(tmp_path, 16, **MODELS)
    study = phusong.open_study(region.study)
    with cluster_at("local", workers=2) as cluster:
        victims = list(cluster.on_each_worker(os.getpid).values())
        killed = []

        def progress(what: str, done: int, total: int) -> None:
            if victims and done > 4 + 2 * len(killed):  # the region has four masts
                killed.append(victims.pop())
                os.kill(killed[-1], signal.SIGKILL)

        phusong.reach(study, client=cluster.client, progress=progress)
    assert len(killed) == 2
    assert digests(region.output) == whole


def test_a_stopped_run_goes_on_from_the_tiles_that_are_there(
    tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    region, seen = region_of(tmp_path, 23, **MODELS), []

    def stop(what: str, done: int, total: int) -> None:
        seen.append((done, total))
        if done == total - 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reached(region, progress=stop)
    assert seen[0] == (1, 4 + 9)
    kept = sorted((region.output / "cache" / "tiles").rglob("*.tif"))
    assert kept
    kept[0].write_bytes(b"damaged")
    before = {file: file.stat().st_mtime_ns for file in kept}
    forgotten: list[Any] = []
    monkeypatch.setattr(reach_step, "forget_tiles", forgotten.append)
    assert reached(region) == whole
    again = [file for file in kept if file.stat().st_mtime_ns != before[file]]
    assert len(forgotten) == 1
    assert kept[0] in again
    assert len(again) < len(kept) / 2


def test_a_task_does_not_grow_with_the_sectors_that_are_far_away(tmp_path: Path) -> None:
    session = start(phusong.open_study(region_of(tmp_path, 23).study))
    network, tiles = session.inputs.network.on_air(), reach_tiles(session, "p1812")
    last = replace(network.sectors[-1], site_id="Z")
    beyond = [replace(last, easting=last.easting + 1e5 + n, sector_id=str(n)) for n in range(500)]
    country = Network((*network.sectors, *beyond))
    own = own_layers(session.study, network)
    tasks, same = (
        tile_tasks(LossMaps(session), competitors(session.study, n, own, ()), tiles)
        for n in (network, country)
    )
    assert sum(len(task.rivals.groups) for task in tasks) > len(tiles)
    assert [len(pickle.dumps(task)) for task in same] == [len(pickle.dumps(task)) for task in tasks]


def test_no_worker_reads_what_grows_with_the_country(
    tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of towers and the outlines stay with the process that sends the tasks."""
    region, worker = region_of(tmp_path, 30, **MODELS), Worker(monkeypatch)
    session = start(phusong.open_study(region.study), cluster=worker)  # type: ignore[arg-type]
    reach_step.reach(session)
    assert {*worker.sent} == {"keep_losses", "keep_tile", "join"}
    assert digests(region.output) == whole


def test_a_cache_smaller_than_the_losses_changes_no_byte(
    tmp_path: Path, plain_run: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Losses are removed while later tiles and steps still need them, and computed again."""
    kept = {f: f.stat().st_size for f in (plain_run.output / "cache").rglob("*.tif")}
    monkeypatch.setenv("PHUSONG_CACHE_GB", str(sum(kept.values()) / 3e9))
    region = region_of(tmp_path, 23)
    session = start(phusong.open_study(region.study), workers=2)
    plan_study(session)
    said = r"path-loss cache of at most \S+ GB: (\d+) files removed, (\d+) of them computed again"
    found = re.fullmatch(said, session.told_of_cache())
    assert found
    assert int(found[1]) > int(found[2]) > 0
    ours, theirs = digests(region.output), digests(plain_run.output)
    assert len(ours) > 30
    assert ours == {name: theirs[name] for name in ours}
    left = (f.stat().st_size for f in (region.output / "cache" / "path-loss").rglob("*.tif"))
    assert sum(left) <= sum(kept.values()) / 3


def test_workers_compute_again_what_a_small_cache_has_lost(
    tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUSONG_CACHE_GB", "1e-6")
    monkeypatch.setattr(reach_tiles_step, "AHEAD", 2)
    region, worker = region_of(tmp_path, 30, **MODELS), Worker(monkeypatch)
    session = start(phusong.open_study(region.study), cluster=worker)  # type: ignore[arg-type]
    reach_step.reach(session)
    assert worker.sent.index("keep_tile") < max(
        n for n, name in enumerate(worker.sent) if name == "keep_losses"
    )
    assert digests(region.output) == whole
    assert not list(session.losses.folder.rglob("*.tif"))


def test_a_real_cluster_computes_again_what_a_small_cache_has_lost(
    tmp_path: Path, plain_run: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker processes reduce tiles from losses that this process keeps within the limit."""
    monkeypatch.setenv("PHUSONG_CACHE_GB", "1e-6")
    monkeypatch.setattr(reach_tiles_step, "AHEAD", 2)
    region = region_of(tmp_path, 30)
    with cluster_at("local", workers=2) as cluster:
        session = start(phusong.open_study(region.study), cluster=cluster)
        reach_step.reach(session)
    found = re.search(r"(\d+) files removed, (\d+) of them computed again", session.told_of_cache())
    assert found
    assert int(found[1]) > int(found[2]) > 0
    ours, theirs = digests(region.output), digests(plain_run.output)
    assert any(name.endswith("-level.tif") for name in ours)
    assert ours == {name: theirs[name] for name in ours}
    assert not list(session.losses.folder.rglob("*.tif"))


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "inf", "20GB"])
def test_a_limit_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setenv("PHUSONG_CACHE_GB", limit)
    with pytest.raises(DataError, match=f"PHUSONG_CACHE_GB={limit} is no limit"):
        start(phusong.open_study(region_of(tmp_path, 30).study))


def test_the_size_of_tiles_is_no_reason_to_compute_again(tmp_path: Path) -> None:
    region = region_of(tmp_path, 30)
    reached(region)
    text = region.study.read_text(encoding="utf-8")
    assert '"tile_cells" = 30' in text
    text = text.replace('"tile_cells" = 30', '"tile_cells" = 40')
    region.study.write_text(text, encoding="utf-8")
    study = phusong.open_study(region.study)
    phusong.reach(study)
    assert "reach: reused" in study.history


def test_every_cell_is_in_one_tile() -> None:
    count = np.zeros((64, 50), dtype=int)
    tiles = tiles_of(count.shape, cells=23)
    for tile in tiles:
        tile.part(count)[:] += 1
    assert (count == 1).all()
    assert [tile.key for tile in tiles[:2]] == ["r000000c000000", "r000000c000023"]
    assert len({tile.key for tile in tiles}) == len(tiles) == 9


def test_what_a_tile_shares_with_a_window() -> None:
    tile = Tile(10, 20, 5, 6)
    shared = tile.common(8, 24, (4, 100))
    assert shared == Tile(10, 24, 2, 2)
    assert shared.inside(8, 24) == (slice(2, 4), slice(0, 2))
    assert tile.common(15, 20, (3, 3)) is None
    assert tile.common(0, 0, (10, 100)) is None
