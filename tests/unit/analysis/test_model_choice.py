"""What depends on the propagation model: counts and verdicts against hand arithmetic."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, UNKNOWN
from phusong.analysis.model_choice import (
    ModelClasses,
    agreement,
    at_every_cell,
    at_receivers_only,
    model_table,
    verdict_columns,
)
from phusong.analysis.reach import Reach, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.lattice import Lattice
from phusong.geo.people import People
from phusong.geo.places import Communes

SIDE = 100.0
LEFT, BOTTOM = 400_000.0, 2_500_000.0
GRID = Grid.from_bounds(
    LEFT, BOTTOM, LEFT + 7 * SIDE, BOTTOM + 4 * SIDE, crs="EPSG:32648", resolution_m=SIDE
)
KEY = ("any", "LTE")
CODES = np.array([NO_SIGNAL, MARGINAL, COVERED, UNKNOWN], dtype=np.uint8)


def random_reach(seed: int, grid: Grid, model: str) -> Reach:
    rng = np.random.default_rng(seed)
    layer = ReachLayer(
        rng.normal(-100.0, 9.0, grid.shape).astype(np.float32),
        rng.integers(0, 5, grid.shape).astype(np.int32),
        rng.integers(0, 101, grid.shape).astype(np.uint8),
    )
    nobody: Any = None  # who radiates does not matter here
    return Reach(grid, model, "outdoor", nobody, {KEY: layer})


def test_both_models_are_told_of_at_the_same_receivers() -> None:
    lattice = Lattice(GRID, 3)
    unknown = np.zeros(GRID.shape, dtype=bool)
    unknown[2, 5] = True
    first, second = random_reach(1, GRID, "p1812"), random_reach(2, lattice.grid, "itm")
    thin = at_receivers_only(first, lattice, unknown).layers[KEY]
    other = at_every_cell(second, lattice, unknown).layers[KEY]
    for row in range(4):
        for col in range(7):
            there = (row // 3, col // 3)
            at = (min(3 * there[0] + 1, 3), min(3 * there[1] + 1, 6))
            if unknown[row, col]:
                for layer in (thin, other):
                    assert np.isnan(layer.level_dbm[row, col])
                    assert layer.server[row, col] == -1
                    assert layer.probability_percent[row, col] == 255
                continue
            for name in ("level_dbm", "server", "probability_percent"):
                assert getattr(thin, name)[row, col] == getattr(first.layers[KEY], name)[at]
                assert getattr(other, name)[row, col] == getattr(second.layers[KEY], name)[there]


def test_a_signal_of_either_model_is_told_apart() -> None:
    first, second = np.meshgrid(CODES, CODES, indexing="ij")
    assert agreement(first, second).tolist() == [
        [0, 2, 2, 255],
        [1, 3, 3, 255],
        [1, 3, 3, 255],
        [255, 255, 255, 255],
    ]


def test_people_are_counted_by_model_and_where_it_matters() -> None:
    rng = np.random.default_rng(5)
    count = rng.random(GRID.shape) * 10.0
    every, thin, other = (rng.choice(CODES, size=GRID.shape) for _ in range(3))
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["Tây", "Đông"]},
        geometry=[
            box(LEFT, BOTTOM, LEFT + 4 * SIDE, BOTTOM + 4 * SIDE),
            box(LEFT + 4 * SIDE, BOTTOM, LEFT + 7 * SIDE, BOTTOM + 4 * SIDE),
        ],
        crs="EPSG:32648",
    )
    counted = [
        ModelClasses("p1812", 1, {KEY: every}),
        ModelClasses("p1812", 3, {KEY: thin}),
        ModelClasses("itm", 3, {KEY: other}),
    ]
    communes = Communes(frame, "2025-06-30", approximate=False)
    table = model_table(counted, communes, People(GRID, count, float(count.sum())))
    rows = zip(table["model"], table["receiver_step"], table["commune_code"], strict=True)
    assert list(rows) == [
        ("p1812", 1, "1"), ("p1812", 1, "2"), ("p1812", 3, "1"), ("p1812", 3, "2"),
        ("itm", 3, "1"), ("itm", 3, "2"),
    ]  # fmt: skip
    for row, (part, columns) in enumerate(
        (part, columns) for part in (every, thin, other) for columns in (np.s_[:, :4], np.s_[:, 4:])
    ):
        here = count[columns][part[columns] == NO_SIGNAL].sum()
        assert table["people_no_signal"][row] == pytest.approx(here, abs=1e-9)
    for row, columns in ((4, np.s_[:, :4]), (5, np.s_[:, 4:])):
        a, b, people = thin[columns], other[columns], count[columns]
        known = (a != UNKNOWN) & (b != UNKNOWN)
        signal = (a > 0) & known, (b > 0) & known
        expected = {
            "area_other_class_km2": 0.01 * (known & (a != b)).sum(),
            "people_other_class": people[known & (a != b)].sum(),
            "people_signal_lost": people[signal[0] & ~signal[1]].sum(),
            "people_signal_gained": people[signal[1] & ~signal[0]].sum(),
        }
        for name, value in expected.items():
            assert table[name][row] == pytest.approx(value, abs=1e-9), name
    assert table["people_other_class"][:4].isna().all()


def test_a_verdict_changes_by_the_model_or_by_the_receivers() -> None:
    def verdicts(*words: str) -> pd.DataFrame:
        return pd.DataFrame({"any_lte_verdict": words}, index=[3, 5, 7, 9, 11])

    found = verdict_columns(
        verdicts("covered", "covered", "covered", "unknown", "lom_song"),
        verdicts("trang_song", "covered", "trang_song", "covered", "lom_song"),
        verdicts("covered", "lom_song", "trang_song", "covered", "unknown"),
        [KEY],
    )
    assert list(found.index) == [3, 5, 7, 9, 11]
    assert list(found["any_lte_model_changes_verdict"]) == [
        "no", "yes", "receivers", "unknown", "unknown",
    ]  # fmt: skip
    assert list(found["any_lte_second_model_verdict"])[1:3] == ["lom_song", "trang_song"]
