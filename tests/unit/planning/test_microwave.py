"""Microwave hops by hand: bulge, Fresnel zone, extra mast, and unknown ground."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.planning.microwave import (
    STANDARD,
    TWO_K,
    Criterion,
    earth_bulge_m,
    fresnel_radius_m,
    hop_band_mhz,
    hop_clearance,
    longest_hop_m,
)

HOP: dict[str, Any] = {
    "ground_amsl_m": [900.0, 1060.0, 1100.0], "mast_a_m": 30.0, "mast_b_m": 30.0,
    "frequency_mhz": 8000.0, "criteria": STANDARD,
}  # fmt: skip
PLACES = [0.0, 6000.0, 10_000.0]


def test_hop_by_hand() -> None:
    bulge = earth_bulge_m(6000.0, length_m=10_000.0, k_factor=4 / 3)
    radius = fresnel_radius_m(6000.0, length_m=10_000.0, frequency_mhz=8000.0)
    assert float(bulge) == pytest.approx(1.4127, abs=5e-5)
    assert float(radius) == pytest.approx(9.4836, abs=5e-5)
    hop = hop_clearance(PLACES, **HOP)
    assert hop.status == "blocked"
    assert hop.clearance_m == pytest.approx(1050.0 - 1067.1028, abs=5e-5)
    assert hop.worst_m == 6000.0
    assert hop.extra_mast_a_m == pytest.approx(42.757, abs=5e-4)
    assert hop.extra_mast_b_m == pytest.approx(28.505, abs=5e-4)


@pytest.mark.parametrize("end", ["a", "b"])
def test_extra_mast_just_clears_the_hop(end: str) -> None:
    blocked = hop_clearance(PLACES, **HOP)
    extra = getattr(blocked, f"extra_mast_{end}_m")
    raised = {**HOP, f"mast_{end}_m": 30.0 + extra}
    hop = hop_clearance(PLACES, **raised)
    assert hop.clearance_m == pytest.approx(0.0, abs=1e-9)
    assert hop_clearance(PLACES, **{**raised, f"mast_{end}_m": 30.01 + extra}).status == "clear"


def test_flat_forty_kilometres_are_blocked_by_the_earth() -> None:
    along = np.linspace(0.0, 40_000.0, 401)
    flat = {**HOP, "ground_amsl_m": np.zeros(401), "mast_a_m": 20.0, "mast_b_m": 20.0}
    assert float(earth_bulge_m(20_000.0, length_m=40_000.0, k_factor=4 / 3)) == pytest.approx(
        23.5, abs=0.05
    )
    assert hop_clearance(along, **flat).status == "blocked"
    assert hop_clearance(along, **{**flat, "mast_a_m": 60.0, "mast_b_m": 60.0}).status == "clear"


@pytest.mark.parametrize("ground", [1060.0, 0.0])
def test_unknown_ground_is_neither_clear_nor_blocked(ground: float) -> None:
    along = [0.0, 3000.0, 6000.0, 10_000.0]
    known = {**HOP, "ground_amsl_m": [900.0, 0.0, ground, 1100.0]}
    holed = {**HOP, "ground_amsl_m": [900.0, math.nan, ground, 1100.0]}
    assert hop_clearance(along, **known).status == ("blocked" if ground else "clear")
    hop = hop_clearance(along, **holed)
    assert hop.status == "unknown"
    assert np.isnan([hop.clearance_m, hop.worst_m, hop.extra_mast_a_m, hop.extra_mast_b_m]).all()
    trees = hop_clearance(along, **known, obstacle_m=[0.0, math.nan, 0.0, 0.0])
    assert trees.status == "unknown"


def test_sea_level_is_ground() -> None:
    # A peer skips points at 0 m as if they were clear: a wall there must count.
    below = {**HOP, "ground_amsl_m": [-40.0, 0.0, -40.0]}
    assert hop_clearance(PLACES, **below).status == "blocked"


def test_trees_stand_on_the_ground() -> None:
    plain = hop_clearance(PLACES, **HOP)
    wooded = hop_clearance(PLACES, **HOP, obstacle_m=12.0)
    assert wooded.clearance_m == pytest.approx(plain.clearance_m - 12.0)


def test_two_values_of_k_are_both_kept() -> None:
    along = np.linspace(0.0, 30_000.0, 61)
    flat = {**HOP, "ground_amsl_m": np.zeros(61), "mast_a_m": 50.0, "mast_b_m": 50.0}
    each = [hop_clearance(along, **{**flat, "criteria": [rule]}) for rule in TWO_K]
    both = hop_clearance(along, **{**flat, "criteria": TWO_K})
    assert both.clearance_m == min(hop.clearance_m for hop in each)
    bulges = [float(earth_bulge_m(15_000.0, length_m=30_000.0, k_factor=r.k_factor)) for r in TWO_K]
    radius = float(fresnel_radius_m(15_000.0, length_m=30_000.0, frequency_mhz=8000.0))
    assert both.clearance_m == pytest.approx(
        50.0 - max(bulges[0] + radius, bulges[1] + 0.6 * radius)
    )


def test_the_hop_is_the_same_from_the_other_end() -> None:
    along = np.array([0.0, 2000.0, 6000.0, 10_000.0])
    ground = np.array([900.0, 1000.0, 1060.0, 1100.0])
    there = hop_clearance(along, **{**HOP, "ground_amsl_m": ground, "mast_a_m": 20.0})
    back = hop_clearance(
        10_000.0 - along[::-1], **{**HOP, "ground_amsl_m": ground[::-1], "mast_b_m": 20.0}
    )
    assert back.clearance_m == pytest.approx(there.clearance_m)
    assert back.extra_mast_b_m == pytest.approx(there.extra_mast_a_m)
    assert back.extra_mast_a_m == pytest.approx(there.extra_mast_b_m)


def test_two_ends_alone_are_clear() -> None:
    hop = hop_clearance([0.0, 100.0], **{**HOP, "ground_amsl_m": [1.0, 2.0]})
    assert (hop.status, hop.extra_mast_a_m, hop.extra_mast_b_m) == ("clear", 0.0, 0.0)


@pytest.mark.parametrize(
    ("places", "change", "words"),
    [
        ([0.0, 6000.0], {}, "two profiles"),
        ([0.0], {"ground_amsl_m": [1.0]}, "at least two points"),
        ([10.0, 6000.0, 9000.0], {}, "rise from 0"),
        ([0.0, 6000.0, 6000.0], {}, "rise from 0"),
        ([0.0, 6000.0, 65_000_000.0], {}, "did you pass metres twice"),
        (PLACES, {"mast_a_m": -1.0}, "mast_a_m=-1"),
        (PLACES, {"mast_b_m": math.nan}, "mast_b_m=nan"),
        (PLACES, {"frequency_mhz": 8.0}, "did you pass GHz"),
        (PLACES, {"criteria": []}, "criteria"),
        (PLACES, {"criteria": [Criterion(0.0, 0.6)]}, "criteria"),
    ],
)
def test_impossible_hops(places: list[float], change: dict[str, Any], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        hop_clearance(places, **{**HOP, **change})


@pytest.mark.parametrize(
    ("length_m", "frequency_mhz"),
    [(1.0, 18_000.0), (10_000.0, 18_000.0), (10_001.0, 15_000.0), (20_001.0, 8000.0)],
)
def test_band_by_length(length_m: float, frequency_mhz: float) -> None:
    assert hop_band_mhz(length_m) == frequency_mhz


def test_reach_by_rain() -> None:
    assert [longest_hop_m(rain) for rain in ("high", "moderate", "low")] == [15e3, 30e3, 45e3]
    with pytest.raises(DomainError, match="rain='wet'"):
        longest_hop_m("wet")  # type: ignore[arg-type]
    for length_m in (0.0, 45_001.0):
        with pytest.raises(DomainError, match="relay"):
            hop_band_mhz(length_m)
