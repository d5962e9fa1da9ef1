"""Causes and intervals found part by part: the same whatever the parts and whoever finds them."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import phusong
from phusong.analysis.counts import interval_table
from phusong.analysis.gap_causes import WhatIf
from phusong.analysis.gaps import ClassArray, service_class
from phusong.analysis.intervals import Areas
from phusong.errors import ClusterError
from phusong.geo.grid import Grid
from phusong.geo.tiles import Tile
from phusong.pipeline import cause_parts, inputs, interval_tasks
from phusong.pipeline.begin import start
from phusong.pipeline.count_intervals import Uncertainty
from phusong.pipeline.gap_causes import with_causes
from phusong.pipeline.gaps import confidence, gaps
from phusong.pipeline.reach import reach
from phusong.pipeline.stored_reach import see
from runs import copied
from synthetic import Region, write_region


class Worker:
    """A cluster of one worker in this process, to which tasks travel and which has no lists."""

    cores = 1

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.sent: list[str] = []
        self.without = ["read_network", "read_people", "read_places", "read_communes"]

    def on_each_worker(self, question: Any) -> dict[str, Any]:
        return {"here": question()}

    def in_order(self, work: Any, tasks: Any) -> Iterator[Any]:
        for task in map(pickle.dumps, tasks):
            self.sent.append(work.__name__)
            with self.monkeypatch.context() as patched:
                for name in self.without:
                    patched.setattr(inputs, name, None)
                done = work(pickle.loads(task))
            yield done


class Asked:
    """A finished study, whose causes are asked for again."""

    def __init__(self, region: Region, **options: Any) -> None:
        self.session = start(phusong.open_study(region.study), **options)
        self.reach = reach(self.session)
        self.sure = confidence(self.session.study)
        self.classes: dict[tuple[str, str], ClassArray] = {
            layer: service_class(values, self.sure) for layer, values in self.reach.layers.items()
        }
        known = gaps(self.session, self.reach).polygons
        told = [name for name in known.columns if name.startswith("cause")]
        self.known, self.polygons = known[told], known.drop(columns=told)

    def again(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Causes of gaps, and the table of villages."""
        found, villages = with_causes(
            self.session, self.reach, self.classes, self.polygons, self.sure
        )
        return pd.DataFrame(found[list(self.known.columns)]), villages


@pytest.fixture
def region(tmp_path: Path, plain_run: Region) -> Region:
    return copied(plain_run, tmp_path / "r")


def sizes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Shapes of the parts that answers are held of."""
    seen = []

    class Watched(WhatIf):
        def __init__(self, tile: Any, asked: Any = None) -> None:
            seen.append(tile.shape)
            super().__init__(tile, asked)

    monkeypatch.setattr(cause_parts, "WhatIf", Watched)
    return seen


def test_causes_are_the_same_commune_by_commune_and_all_at_once(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(region)
    monkeypatch.setattr(cause_parts, "CELLS_TOGETHER", 10**9)
    at_once = asked.again()
    assert_frame_equal(at_once[0], pd.DataFrame(asked.known), check_exact=True, check_dtype=False)
    monkeypatch.setattr(cause_parts, "CELLS_TOGETHER", 1)
    monkeypatch.setattr(cause_parts, "STRAY_CELLS", 7)
    held = sizes(monkeypatch)
    by_commune = asked.again()
    for one, other in zip(at_once, by_commune, strict=True):
        assert_frame_equal(one, other, check_exact=True)
    rows, cols = asked.reach.grid.shape
    assert len(set(held)) >= 3
    assert all(down * across < 0.6 * rows * cols for down, across in held)


def test_workers_without_lists_ask_and_give_the_same_causes(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Asked(region).again()
    worker = Worker(monkeypatch)
    asked = Asked(region, cluster=worker)
    monkeypatch.setattr(cause_parts, "CELLS_TOGETHER", 1)
    there = asked.again()
    for one, other in zip(here, there, strict=True):
        assert_frame_equal(one, other, check_exact=True)
    assert worker.sent.count("tell_causes") >= 3
    assert set(worker.sent) <= {"tell_causes", "keep_losses"}


def test_a_cache_that_holds_hardly_a_loss_changes_no_cause(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Asked(region).again()
    monkeypatch.setattr(cause_parts, "CELLS_TOGETHER", 1)
    monkeypatch.setenv("PHUSONG_CACHE_GB", "1e-6")
    asked = Asked(region)
    small = asked.again()
    for one, other in zip(here, small, strict=True):
        assert_frame_equal(one, other, check_exact=True)
    assert asked.session.losses.again > 0  # type: ignore[attr-defined]


def test_every_gap_and_centre_is_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cause_parts, "CELLS_TOGETHER", 100)
    monkeypatch.setattr(cause_parts, "STRAY_CELLS", 10)
    grid = Grid.from_bounds(0, 0, 4000, 3000, crs="EPSG:32648", resolution_m=100)
    layer, other = ("a", "LTE"), ("b", "LTE")
    places = {"1": (500, 500), "2": (700, 500), "3": (3500, 2500)}
    rows = [(*which, code, at) for which in (layer, other) for code, at in places.items()]
    outlines = gpd.GeoDataFrame(
        [row[:3] for row in rows], columns=["operator", "technology", "commune_code"],
        geometry=gpd.points_from_xy([r[3][0] for r in rows], [r[3][1] for r in rows]).buffer(90),
        crs=grid.crs,
    )  # fmt: skip
    near, far, edge = 24 * 40 + 6, 2 * 40 + 2, 29 * 40 + 39
    centres = {layer: pd.Series([near, far], index=[4, 7]), other: pd.Series([edge], index=[9])}
    parts = cause_parts.cause_parts(outlines, centres, grid)
    assert [set(part.gaps) for part in parts] == [{layer, other}, {layer, other}, set(), set()]
    in_parts = [index for part in parts for own in part.gaps.values() for index in own.index]
    assert sorted(in_parts) == list(range(6))
    assert set(outlines.loc[parts[0].gaps[layer].index, "commune_code"]) == {"1", "2"}
    found = [
        (number, which, int(village))
        for number, part in enumerate(parts)
        for which, cells in part.centres.items()
        for village in cells.index
    ]
    assert found == [(0, layer, 4), (2, layer, 7), (3, other, 9)]
    assert [part.tile.shape for part in parts[2:]] == [(1, 1), (1, 1)]
    assert all(np.prod(part.tile.shape) <= 100 for part in parts)


def intervals(asked: Asked) -> list[pd.DataFrame]:
    """Ends of every gap, and of every commune by all models and by each."""
    reached, session = asked.reach, asked.session
    unsure = Uncertainty(session, reached, asked.sure)
    added = [name for name in asked.polygons.columns if "_p10" in name or "_p90" in name]
    ends = unsure.gaps(asked.polygons.drop(columns=added))
    codes = session.inputs.communes.codes
    counts = [unsure.counts(reached), *unsure._by_each(reached)]
    return [pd.DataFrame(ends[added]), *(interval_table(each, codes) for each in counts)]


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Region:
    models = {"propagation.models": ["p1812", "itm"], "propagation.second_model_step": 3}
    folder = tmp_path_factory.mktemp("models") / "r"
    region = write_region(folder, study={"grid.tile_cells": 23, **models})
    Asked(region)
    return region


def test_intervals_are_the_same_commune_by_commune_and_on_workers(
    two_models: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(two_models)
    known = asked.polygons[["area_p10_km2", "area_p90_km2", "people_p10", "people_p90"]]
    monkeypatch.setattr(interval_tasks, "CELLS_TOGETHER", 10**9)
    at_once = intervals(asked)
    assert len(at_once) == 4
    assert_frame_equal(at_once[0], pd.DataFrame(known), check_exact=True)
    monkeypatch.setattr(interval_tasks, "CELLS_TOGETHER", 1)
    held, within = [], Areas.within

    def watched(_: type[Areas], tile: Tile, *arguments: Any, **options: Any) -> Areas:
        held.append(tile.shape)
        return within(tile, *arguments, **options)

    monkeypatch.setattr(Areas, "within", classmethod(watched))
    worker = Worker(monkeypatch)
    worker.without.remove("read_communes")
    for other in (Asked(two_models), Asked(two_models, cluster=worker)):
        for one, two in zip(at_once, intervals(other), strict=True):
            assert_frame_equal(one, two, check_exact=True)
    rows, cols = asked.reach.grid.shape
    assert len(set(held)) >= 3
    assert all(down * across < 0.6 * rows * cols for down, across in held)
    assert worker.sent.count("communes_on_worker") == len(asked.session.inputs.communes.codes)
    assert worker.sent.count("gaps_on_worker") >= 3


def test_a_worker_that_sees_other_levels_than_the_run_is_told(
    two_models: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = copied(two_models, tmp_path / "r")
    worker = Worker(monkeypatch)
    worker.without.remove("read_communes")
    asked = Asked(region, cluster=worker)
    file = next((region.output / "reach" / "itm").rglob("any-lte-level.tif"))
    file.write_bytes(file.read_bytes() + b" ")
    see.cache_clear()
    with pytest.raises(ClusterError, match=r"any-lte-level.*a disk that all of them"):
        intervals(asked)
