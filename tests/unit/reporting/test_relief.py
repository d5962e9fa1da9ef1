"""Light and shadow."""

import math

import numpy as np
import pytest

from phusong.errors import DataError
from phusong.reporting.relief import LIGHTS, hillshade, relief_colours
from unit.reporting.cases import heights


def plane(east: float, north: float) -> np.ndarray:
    """A slope that rises by so many metres per cell."""
    row, col = np.mgrid[:7, :9]
    return (east * col - north * row).astype(np.float32)


def test_level_ground() -> None:
    expected = sum(weight * math.sin(math.radians(up)) for _, up, weight in LIGHTS)
    assert hillshade(plane(0, 0), resolution_m=30.0) == pytest.approx(expected, rel=1e-6)


def test_plane_is_even_up_to_the_edges() -> None:
    shade = hillshade(plane(5, 9), resolution_m=30.0)
    assert np.ptp(shade) < 1e-6


def test_formula_by_hand() -> None:
    """One slope to the east of 30 m in 30 m without exaggeration: normal (-1, 0, 1)/√2."""
    shade = hillshade(plane(30, 0), resolution_m=30.0, exaggeration=1.0)
    expected = 0.0
    for azimuth, up, weight in LIGHTS:
        east = math.cos(math.radians(up)) * math.sin(math.radians(azimuth))
        expected += weight * max(0.0, (math.sin(math.radians(up)) - east) / math.sqrt(2.0))
    assert shade == pytest.approx(expected, rel=1e-6)


def test_slopes_towards_the_sun_are_brighter() -> None:
    facing = {
        "north-west": plane(8, -8), "south-east": plane(-8, 8),
        "north-east": plane(-8, -8), "south-west": plane(8, 8),
    }  # fmt: skip
    mean = {side: hillshade(h, resolution_m=30.0).mean() for side, h in facing.items()}
    assert mean["north-west"] > mean["south-west"] > mean["south-east"]
    assert mean["north-west"] > mean["north-east"] > mean["south-east"]


def test_unknown_stays_unknown_and_alone() -> None:
    height = heights()
    height.setflags(write=False)
    shade = hillshade(height, resolution_m=400.0)
    assert (np.isnan(shade) == np.isnan(height)).all()
    assert shade.dtype == np.float32
    colours = relief_colours(shade)
    assert (colours[np.isnan(height)] == 0).all()
    assert (colours[~np.isnan(height)][:, 3] == 255).all()


def test_lone_cell_is_level() -> None:
    height = np.full((3, 3), np.nan, dtype=np.float32)
    height[1, 1] = 500.0
    level = hillshade(plane(0, 0), resolution_m=30.0)[0, 0]
    assert hillshade(height, resolution_m=30.0)[1, 1] == pytest.approx(level)


def test_brighter_light_is_a_brighter_colour() -> None:
    ramp = np.linspace(0, 1, 50, dtype=np.float32)[None, :]
    colours = relief_colours(ramp)[0, :, :3].astype(int)
    assert (np.diff(colours, axis=0) >= 0).all()


def test_bad_input() -> None:
    with pytest.raises(DataError, match="height_m has 1 axes"):
        hillshade(np.zeros(3, dtype=np.float32), resolution_m=30.0)
    with pytest.raises(DataError, match=r"resolution_m=0.0 must be positive \[m\]"):
        hillshade(plane(0, 0), resolution_m=0.0)
