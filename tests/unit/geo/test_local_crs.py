"""Parameters of a local projection, and what is refused."""

import numpy as np
import pytest
from pyproj import Transformer

from phusong.errors import DataError
from phusong.geo.local_crs import is_transverse_mercator, local_projection

HERE = {"longitude": 104.0, "latitude": 22.6}


def test_lao_cai_has_its_own_zone_and_the_published_shift() -> None:
    found = local_projection("EPSG:9208", **HERE)
    assert found["name"] == "VN-2000 / TM-3 104-45"
    assert (found["lat0"], found["lon0"], found["k0"]) == (0.0, 104.75, 0.9999)
    assert (found["x0"], found["y0"]) == (500_000.0, 0.0)
    assert found["a"] == 6_378_137.0
    assert found["f"] == pytest.approx(1 / 298.257223563)
    # EPSG:6960 is a coordinate frame rotation; position vectors turn the other way
    assert found["shift"] == pytest.approx(
        [-191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372,
         0.252906278]
    )  # fmt: skip


def test_the_shift_is_two_hundred_metres() -> None:
    """What leaving it out would cost; otherwise a test of the shift could not fail."""
    plain = "+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000 +ellps=WGS84"
    places = [
        Transformer.from_crs(4326, crs, always_xy=True).transform(104.0, 22.6)
        for crs in (9208, plain)
    ]
    assert np.hypot(*np.subtract(*places)) > 150


def test_wgs84_needs_no_shift() -> None:
    assert local_projection("EPSG:32648", **HERE)["shift"] == [0.0] * 7


@pytest.mark.parametrize(
    ("crs", "reason"),
    [
        ("EPSG:4326", "is no transverse Mercator projection in metres"),
        ("EPSG:3857", "is no transverse Mercator projection in metres"),
        ("EPSG:2154", "is no transverse Mercator projection in metres"),
        ("EPSG:999999", "is not known"),
        ("nonsense {{7*7}}", "is not known"),
    ],
)
def test_other_systems_are_refused(crs: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as error:
        local_projection(crs, **HERE)
    assert "EPSG:9208" in str(error.value)


def test_is_transverse_mercator() -> None:
    assert is_transverse_mercator("EPSG:3405")
    assert not is_transverse_mercator("EPSG:3857")
