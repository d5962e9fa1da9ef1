"""Trắng sóng and lõm sóng: the rule by hand, the settlement cell by cell."""

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon, box

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, UNKNOWN, Confidence
from phusong.analysis.reach import ANY, Reach, ReachLayer
from phusong.analysis.verdicts import (
    VerdictRules,
    settlements,
    verdict,
    village_verdicts,
)
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People

CRS = "EPSG:32648"
GRID = Grid.from_bounds(1000, 2000, 2200, 2900, crs=CRS, resolution_m=100)  # 9 rows, 12 columns
SURE = Confidence(covered_percent=95, marginal_percent=50)
RULES = VerdictRules(MARGINAL, MARGINAL, 250.0, 0.05, {"LTE": -115.0})

NETWORK = Network(
    (
        Sector(
            "S1", "1", "A", "LTE", 22.0, 104.0, 1500.0, 2500.0, 30.0, 28.0, 1800.0, 20.0,
            60.0, None, 4.0, 0.0, 65.0, 10.0,
        ),
    )
)  # fmt: skip


def people(fill: float | None = None) -> People:
    row, col = np.mgrid[0:9, 0:12]
    count = ((3 * row + 7 * col) % 11) * 1.25 if fill is None else np.full((9, 12), fill)
    return People(GRID, count, source_total=float(count.sum()))


def villages(*points: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"village_id": [f"V{i}" for i in range(len(points))]},
        geometry=[Point(p) for p in points],
        crs=CRS,
    )


def reach(percent: NDArray[np.uint8], **others: NDArray[np.uint8]) -> Reach:
    layers = {}
    for key, values in {ANY: percent, **others}.items():
        level = np.where(values == 255, np.nan, values.astype(np.float32) - 165)
        server = np.zeros(values.shape, np.int32)
        layers[key, "LTE"] = ReachLayer(level.astype(np.float32), server, values)
    return Reach(GRID, "p1812", "outdoor", NETWORK, layers)


# The rule


@pytest.mark.parametrize(
    ("centre", "silent", "unknown", "expected"),
    [
        (NO_SIGNAL, 0.0, 0.0, "trang_song"),
        (NO_SIGNAL, 1.0, 0.0, "trang_song"),
        (MARGINAL, 0.0, 0.0, "covered"),
        (COVERED, 0.049, 0.0, "covered"),
        (COVERED, 0.05, 0.0, "lom_song"),
        (COVERED, 1.0, 0.0, "lom_song"),
        (COVERED, 0.04, 0.02, "unknown"),
        (COVERED, 0.06, 0.5, "lom_song"),
        (COVERED, 0.0, 0.04, "covered"),
        (UNKNOWN, 1.0, 0.0, "unknown"),
    ],
)
def test_rule(centre: int, silent: float, unknown: float, expected: str) -> None:
    found = verdict(centre, silent_share=silent, unknown_share=unknown, rules=RULES)
    assert found == expected


def test_a_stricter_study_asks_for_cover_at_the_centre() -> None:
    strict = VerdictRules(COVERED, MARGINAL, 250.0, 0.05, {})
    assert verdict(MARGINAL, silent_share=0, unknown_share=0, rules=strict) == "trang_song"


def test_with_no_smallest_part_any_part_counts() -> None:
    any_part = VerdictRules(MARGINAL, MARGINAL, 250.0, 0.0, {})
    assert verdict(COVERED, silent_share=1e-6, unknown_share=0, rules=any_part) == "lom_song"
    assert verdict(COVERED, silent_share=0.0, unknown_share=0, rules=any_part) == "covered"


# Which cells a settlement is made of


def nearest_by_hand(points: list[tuple[float, float]], radius_m: float) -> list[set[int]]:
    found: list[set[int]] = [set() for _ in points]
    for row in range(9):
        for col in range(12):
            easting, northing = 1000 + 100 * (col + 0.5), 2900 - 100 * (row + 0.5)
            distances = [np.hypot(easting - e, northing - n) for e, n in points]
            best = int(np.argmin(distances))
            if distances[best] <= radius_m:
                found[best].add(row * 12 + col)
    return found


@pytest.mark.parametrize("radius_m", [60.0, 250.0, 777.0])
def test_radius_gives_each_cell_to_the_nearest_village(radius_m: float) -> None:
    points = [(1230.0, 2210.0), (1541.0, 2333.0), (2190.0, 2010.0), (1005.0, 2895.0)]
    found = settlements(villages(*points), people(1.0), radius_m=radius_m)
    expected = nearest_by_hand(points, radius_m)
    for index, settlement in enumerate(found):
        own = expected[index] or set(settlement.cells.tolist())
        assert set(settlement.cells.tolist()) == own
        assert settlement.basis == "radius_people"
        assert settlement.cell_weight.tolist() == [1.0] * settlement.cells.size


def test_own_cell_always_belongs_to_a_village() -> None:
    (found,) = settlements(villages((1110.0, 2810.0)), people(1.0), radius_m=10.0)
    assert found.cells.tolist() == [1]


def test_outline_takes_exact_shares_of_cells() -> None:
    outlines = gpd.GeoDataFrame(
        {"village_id": ["V0"]}, geometry=[box(1050, 2750, 1200, 2900)], crs=CRS
    )
    counted = people()
    (found,) = settlements(villages((1100.0, 2850.0)), counted, radius_m=250.0, outlines=outlines)
    shares = {0: 0.5, 1: 1.0, 12: 0.25, 13: 0.5}
    flat = counted.count.ravel()
    assert dict(
        zip(found.cells.tolist(), found.cell_weight.tolist(), strict=True)
    ) == pytest.approx({cell: share * flat[cell] for cell, share in shares.items()})
    assert found.basis == "outline_people"


def test_area_counts_where_nobody_is_known_to_live() -> None:
    outline = Polygon([(1000, 2000), (1100, 2000), (1000, 2100)])
    outlines = gpd.GeoDataFrame({"village_id": ["V0"]}, geometry=[outline], crs=CRS)
    first, second = settlements(
        villages((1010.0, 2010.0), (2000.0, 2500.0)),
        people(0.0),
        radius_m=250.0,
        outlines=outlines,
    )
    assert (first.basis, first.cell_weight.tolist()) == ("outline_area", [0.5])
    assert second.basis == "radius_area"
    assert second.cell_weight.sum() == second.cells.size


# Villages


def test_verdicts_by_hand() -> None:
    percent = np.full((9, 12), 99, dtype=np.uint8)
    percent[:, 6:] = 10  # the eastern half has no signal
    percent[8, :] = 255
    points = [(1050.0, 2450.0), (1550.0, 2450.0), (2050.0, 2450.0), (1250.0, 2050.0), (0.0, 0.0)]
    table = village_verdicts(villages(*points), reach(percent), people(2.0), SURE, RULES)
    assert table["any_lte_verdict"].tolist() == [
        "covered", "lom_song", "trang_song", "unknown", "unknown",
    ]  # fmt: skip
    assert table["settlement_basis"].tolist() == ["radius_people"] * 4 + ["none"]
    # The second village: a disc of 250 m round a cell's centre, 21 cells in rows of 3, 5, 5, 5, 3;
    # its column is the last with a signal, the two columns east of it (5 + 3 cells) have none.
    assert table["settlement_cells"].tolist()[1] == 21
    assert table["any_lte_settlement_signal_percent"].iloc[1] == pytest.approx(100 * 13 / 21)
    assert table["any_lte_settlement_probability_percent"].iloc[1] == pytest.approx(
        (13 * 99 + 8 * 10) / 21
    )
    assert table["any_lte_margin_db"].tolist()[:3] == pytest.approx([49.0, 49.0, -40.0])
    assert np.isnan(table["any_lte_margin_db"].iloc[4])


def test_people_weigh_the_parts() -> None:
    percent = np.full((9, 12), 99, dtype=np.uint8)
    percent[:, 6:] = 10
    few = np.full((9, 12), 1.0)
    few[:, 6:] = 0.01
    sparse = People(GRID, few, source_total=float(few.sum()))
    table = village_verdicts(villages((1550.0, 2450.0)), reach(percent), sparse, SURE, RULES)
    assert table["any_lte_verdict"].tolist() == ["covered"], "hardly anybody lives in the gap"
    share = 100 * 13 / (13 + 8 * 0.01)
    assert table["any_lte_settlement_signal_percent"].iloc[0] == pytest.approx(share)


def test_each_operator_alone_and_any() -> None:
    none = np.zeros((9, 12), dtype=np.uint8)
    full = np.full((9, 12), 100, dtype=np.uint8)
    table = village_verdicts(
        villages((1250.0, 2450.0)), reach(full, a=full, b=none), people(1.0), SURE, RULES
    )
    row = table.iloc[0]
    assert (row["any_lte_verdict"], row["a_lte_verdict"], row["b_lte_verdict"]) == (
        "covered", "covered", "trang_song",
    )  # fmt: skip


def test_better_signal_never_makes_a_verdict_worse() -> None:
    order = {"trang_song": 0, "lom_song": 1, "covered": 2}
    rng = np.random.default_rng(7)
    points = [(1100.0 + 210 * i, 2100.0 + 130 * (i % 5)) for i in range(5)]
    for _ in range(20):
        worse = rng.integers(0, 101, (9, 12)).astype(np.uint8)
        better = np.minimum(100, worse.astype(int) + rng.integers(0, 60, (9, 12))).astype(np.uint8)
        tables = [
            village_verdicts(villages(*points), reach(p), people(), SURE, RULES)
            for p in (worse, better)
        ]
        ranks = [t["any_lte_verdict"].map(order).to_numpy() for t in tables]
        assert (ranks[1] >= ranks[0]).all()


def test_no_villages() -> None:
    table = village_verdicts(
        villages(), reach(np.zeros((9, 12), np.uint8)), people(1.0), SURE, RULES
    )
    assert table.empty
    assert "any_lte_verdict" in table.columns


def test_the_margin_is_above_what_the_server_needs_in_its_weaker_direction() -> None:
    """A sector whose uplink needs -108 dBm serves with 7 dB less than its downlink says."""
    rules = replace(RULES, sector_needs_dbm=(-108.0,))
    percent = np.full((9, 12), 99, dtype=np.uint8)  # levels of -66 dBm
    found = village_verdicts(villages((1550, 2450)), reach(percent), people(), SURE, rules)
    assert found["any_lte_margin_db"].tolist() == [pytest.approx(42.0)]
    assert village_verdicts(villages((1550, 2450)), reach(percent), people(), SURE, RULES)[
        "any_lte_margin_db"
    ].tolist() == [pytest.approx(49.0)]


def test_what_is_needed() -> None:
    rules = replace(
        RULES, thresholds_dbm={"LTE": -115.0, ANY: math.nan}, sector_needs_dbm=(-108.0, -112.0),
        told_dbm={("b", "LTE"): -95.0},
    )  # fmt: skip
    assert rules.needed_dbm(("a", "LTE"), 1) == -112.0
    assert rules.needed_dbm(("a", "LTE"), -1) == -115.0
    assert rules.needed_dbm(("b", "LTE"), -1) == -95.0
    assert math.isnan(rules.needed_dbm((ANY, ANY), 1))
