"""The direct ray: curvature, Fresnel zone and clearance by hand, refusals."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError
from phusong.models.sight import direct_sight

LINK: dict[str, Any] = {
    "distance_km": [0.0, 4.0, 10.0],
    "tx_height_m": 50.0,
    "rx_height_m": 10.0,
    "frequency_mhz": 600.0,
    "delta_n": 39.0,
}


def test_by_hand() -> None:
    heights = np.array([100.0, 110.0, 90.0])
    heights.setflags(write=False)
    sight = direct_sight(heights, **LINK)
    # a_e = 6371 * 157 / 118 km; bulge 4 * 6 / (2 a_e); ray 150 - 50 * 0.4; lambda 0.49965 m
    assert sight.effective_earth_radius_m == pytest.approx(8476669.5, abs=0.1)
    np.testing.assert_allclose(sight.bulge_m, [0.0, 1.4156, 0.0], atol=1e-4)
    np.testing.assert_allclose(sight.ground_m, heights + sight.bulge_m)
    np.testing.assert_allclose(sight.ray_m, [150.0, 130.0, 100.0])
    np.testing.assert_allclose(sight.fresnel_radius_m, [0.0, 34.6290, 0.0], atol=1e-4)
    assert sight.worst_share == pytest.approx((130.0 - 111.4156) / 34.6290, abs=1e-5)
    assert sight.worst_km == 4.0
    assert sight.visible


def test_clutter_hides_but_not_at_the_ends() -> None:
    clutter = np.array([30.0, 20.0, 30.0])
    clutter.setflags(write=False)
    sight = direct_sight([100.0, 110.0, 90.0], **LINK, clutter_height_m=clutter)
    np.testing.assert_allclose(sight.top_m - sight.ground_m, [0.0, 20.0, 0.0])
    assert sight.worst_share == pytest.approx((130.0 - 131.4156) / 34.6290, abs=1e-5)
    assert not sight.visible


@pytest.mark.parametrize(
    ("heights", "changes", "message"),
    [
        ([1.0, 2.0], {"distance_km": [0.0, 1.0]}, r"shape \(2,\), one row of at least 3 points"),
        ([1.0, 2.0], {}, r"height_amsl_m has shape \(2,\), distance_km has \(3,\)"),
        ([1.0] * 3, {"clutter_height_m": [0.0]}, r"clutter_height_m has shape \(1,\)"),
        ([1.0, math.nan, 1.0], {}, "not finite"),
        ([1.0] * 3, {"distance_km": [1.0, 2.0, 3.0]}, "must begin with 0"),
        ([1.0] * 3, {"distance_km": [0.0, 2.0, 2.0]}, "ascend strictly"),
        ([1.0] * 3, {"clutter_height_m": [0.0, -1.0, 0.0]}, "clutter_height_m=-1 is impossible"),
        ([1.0] * 3, {"tx_height_m": -1.0}, "tx_height_m=-1 is impossible"),
        ([1.0] * 3, {"frequency_mhz": math.nan}, "frequency_mhz=nan is unknown"),
        ([1.0] * 3, {"delta_n": 157.0}, "delta_n=157 is impossible, 0 to 156"),
    ],
)
def test_impossible(heights: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        direct_sight(heights, **(LINK | changes))
