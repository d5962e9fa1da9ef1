"""Open Location Codes against published values, and address codes that no two points share."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.analysis.postal import DIGITS, address_codes, open_location_codes
from phusong.errors import DomainError


def code(latitude: float, longitude: float, digits: int = 11) -> str:
    return str(open_location_codes(np.array([latitude]), np.array([longitude]), digits=digits)[0])


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (22.563076, 104.249042, "7PJ6H67X+6JM"),  # Hoàng Thu Phố
        (22.779316, 104.233781, "7PJ6Q6HM+PGC"),  # Dìn Chin
        (22.557271, 103.711541, "7PJ5HP46+WJ3"),  # Dền Thàng
    ],
)
def test_points_of_three_communes(latitude: float, longitude: float, expected: str) -> None:
    assert code(latitude, longitude) == expected


@pytest.mark.parametrize(
    ("latitude", "longitude", "digits", "expected"),
    [
        # test_data/encoding.csv of github.com/google/open-location-code (Apache-2.0)
        (20.3700625, 2.7821875, 10, "7FG49QCJ+2V"),
        (20.3701125, 2.782234375, 11, "7FG49QCJ+2VX"),
        (20.3701135, 2.78223535156, 13, "7FG49QCJ+2VXGJ"),
        (47.0000625, 8.0000625, 10, "8FVC2222+22"),
        (-41.2730625, 174.7859375, 10, "4VCPPQGP+Q9"),
        (90.0, 1.0, 10, "CFX3X2X2+X2"),
        (1.0, 180.0, 10, "62H22222+22"),
        (1.0, 181.0, 10, "62H32222+22"),
    ],
)
def test_published_values(latitude: float, longitude: float, digits: int, expected: str) -> None:
    assert code(latitude, longitude, digits) == expected


def corner(found: str) -> tuple[float, float, float, float]:
    """South-western corner and size of a cell, digit by digit from the specification."""
    digits = found.replace("+", "")
    south, west = -90.0, -180.0
    height = width = 20.0
    for n in range(0, 10, 2):
        south += DIGITS.index(digits[n]) * height
        west += DIGITS.index(digits[n + 1]) * width
        if n < 8:
            height, width = height / 20, width / 20
    for digit in digits[10:]:
        height, width = height / 5, width / 4
        south += DIGITS.index(digit) // 4 * height
        west += DIGITS.index(digit) % 4 * width
    return south, west, height, width


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9), st.integers(10, 15))
def test_cell_holds_its_point(latitude: float, longitude: float, digits: int) -> None:
    south, west, height, width = corner(code(latitude, longitude, digits))
    slack = 1e-9
    assert south - slack <= latitude <= south + height + slack
    assert west - slack <= longitude <= west + width + slack


def test_cell_is_about_three_metres_here() -> None:
    _, _, height, width = corner(code(22.6, 104.2))
    assert height * 110_750 == pytest.approx(2.77, abs=0.01)
    assert width * 111_320 * np.cos(np.radians(22.6)) == pytest.approx(3.21, abs=0.01)


def test_impossible_points() -> None:
    with pytest.raises(DomainError, match="are the coordinates swapped"):
        code(104.2, 22.6)
    with pytest.raises(DomainError, match="longitude is unknown"):
        code(22.6, float("nan"))
    with pytest.raises(DomainError, match="10 to 15 digits are allowed"):
        code(22.6, 104.2, 9)


# Address codes


def points(*rows: tuple[str, float, float, str]) -> pd.DataFrame:
    """Id, latitude, longitude and postcode."""
    table = pd.DataFrame(rows, columns=["point_id", "latitude", "longitude", "postcode"])
    return table.assign(point_kind="household", name="", village_id="V1", commune_code="02863")


def test_households_of_one_cell_are_told_apart() -> None:
    found = address_codes(
        points(
            ("H3", 22.563076, 104.249042, ""),
            ("H1", 22.563077, 104.249043, ""),
            ("H2", 22.779316, 104.233781, ""),
        )
    ).set_index("point_id")
    assert found["address_code"].to_dict() == {
        "H1": "7PJ6H67X+6JM/1", "H2": "7PJ6Q6HM+PGC", "H3": "7PJ6H67X+6JM/2",
    }  # fmt: skip
    assert found["in_cell"].to_dict() == {"H1": 2, "H2": 1, "H3": 2}


def test_no_two_points_share_a_code_in_any_order() -> None:
    rng = np.random.default_rng(5)
    rows = [
        (f"H{n:03}", 22.5 + rng.integers(8) * 2e-5, 104.0 + rng.integers(8) * 2e-5, "31000")
        for n in range(200)
    ]
    found = address_codes(points(*rows))
    assert found["address_code"].is_unique
    again = address_codes(points(*rows[::-1]))
    assert again.equals(found)


def test_short_form_needs_its_postcode() -> None:
    found = address_codes(
        points(("H1", 22.563076, 104.249042, "31000"), ("H2", 22.779316, 104.233781, ""))
    ).set_index("point_id")
    assert found["short_code_experimental"].to_dict() == {"H1": "31000H67X6JM", "H2": ""}


def test_short_form_alone_repeats_across_the_meridian() -> None:
    west, east = code(22.5, 103.25), code(22.5, 104.25)
    assert west[:4] != east[:4]
    assert west[4:] == east[4:]
