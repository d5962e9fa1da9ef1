"""Antenna patterns: signs, rotation, limits, measured cuts, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.errors import DataError, DomainError
from phusong.models.antenna import (
    AntennaPattern,
    antenna_frame,
    measured_pattern_loss_db,
    omni_pattern_loss_db,
    sector_pattern_loss_db,
)

AZIMUTHS = st.floats(-720.0, 720.0)
ELEVATIONS = st.floats(-90.0, 90.0)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "expected"),
    [
        (0.0, -4.0, 0.0),  # in the beam
        (32.5, -4.0, 3.0),  # half the horizontal width: 12 * 0.25
        (-32.5, -4.0, 3.0),
        (65.0, -4.0, 12.0),
        (0.0, 1.0, 3.0),  # 5 degrees above the beam
        (0.0, -9.0, 3.0),  # 5 degrees below it
        (32.5, 1.0, 6.0),  # the cuts add
        (0.0, -14.0, 12.0),
        (0.0, -20.0, 20.0),  # side-lobe limit: 12 * 1.6**2 = 30.7
        (65.0, 40.0, 30.0),  # sum 12 + 20 meets the floor
        (180.0, -4.0, 30.0),
        (102.0, -4.0, 12.0 * (102.0 / 65.0) ** 2),  # 29.55, just inside
        (360.0 + 32.5, -4.0, 3.0),  # azimuth wraps
        (327.5, -4.0, 3.0),
    ],
)
def test_sector_by_hand(azimuth: float, elevation: float, expected: float) -> None:
    loss = sector_pattern_loss_db(azimuth, elevation, electrical_tilt_deg=4.0)
    assert float(loss) == pytest.approx(expected, abs=1e-12)


def test_sector_widths_and_limits_are_parameters() -> None:
    loss = sector_pattern_loss_db(
        [20.0, 180.0, 0.0],
        [0.0, 0.0, 60.0],
        horizontal_beamwidth_deg=40.0,
        vertical_beamwidth_deg=8.0,
        max_horizontal_loss_db=25.0,
        max_vertical_loss_db=18.0,
    )
    np.testing.assert_allclose(loss, [3.0, 25.0, 18.0], atol=1e-12)


def test_mechanical_tilt_ahead_behind_and_at_the_side() -> None:
    azimuth, elevation = antenna_frame([0.0, 180.0, 90.0], [-7.0, 7.0, 0.0], mechanical_tilt_deg=7)
    # Ahead the beam lies 7 deg down, behind 7 deg up; due east of a north-facing antenna the
    # direction is the rotation axis itself and does not move.
    np.testing.assert_allclose(elevation, 0.0, atol=1e-12)
    np.testing.assert_allclose(np.abs(azimuth), [0.0, 180.0, 90.0], atol=1e-12)


def test_mechanical_and_electrical_tilt_agree_ahead_and_differ_behind() -> None:
    ahead = {
        kind: float(sector_pattern_loss_db(0.0, -12.0, **{kind: 6.0}))
        for kind in ("mechanical_tilt_deg", "electrical_tilt_deg")
    }
    assert ahead["mechanical_tilt_deg"] == pytest.approx(ahead["electrical_tilt_deg"], abs=1e-9)
    options = {"horizontal_beamwidth_deg": 360.0}
    up_behind = sector_pattern_loss_db(180.0, 6.0, mechanical_tilt_deg=6.0, **options)
    down_behind = sector_pattern_loss_db(180.0, -6.0, electrical_tilt_deg=6.0, **options)
    assert float(up_behind) == pytest.approx(3.0, abs=1e-9)
    assert float(down_behind) == pytest.approx(3.0, abs=1e-9)
    wrong_side = sector_pattern_loss_db(180.0, -6.0, mechanical_tilt_deg=6.0, **options)
    assert float(wrong_side) == pytest.approx(3.0 + 12.0 * 1.2**2, abs=1e-9)


def test_mechanical_tilt_at_45_degrees_by_spherical_trigonometry() -> None:
    azimuth, elevation = antenna_frame(45.0, 0.0, mechanical_tilt_deg=10.0)
    tilt, half = math.radians(10.0), math.sqrt(0.5)
    assert float(elevation) == pytest.approx(math.degrees(math.asin(half * math.sin(tilt))))
    assert float(azimuth) == pytest.approx(math.degrees(math.atan(1.0 / math.cos(tilt))))


@given(azimuth=AZIMUTHS, elevation=ELEVATIONS, tilt=st.floats(-90.0, 90.0))
def test_rotation_keeps_angles_between_directions(
    azimuth: float, elevation: float, tilt: float
) -> None:
    turned_azimuth, turned_elevation = antenna_frame(azimuth, elevation, mechanical_tilt_deg=tilt)

    def boresight_cosine(azimuth_deg: float, elevation_deg: float, down_deg: float) -> float:
        a, e, d = (math.radians(v) for v in (azimuth_deg, elevation_deg, down_deg))
        return math.cos(e) * math.cos(a) * math.cos(d) - math.sin(e) * math.sin(d)

    # The angle to the beam axis is the same in both frames (1e-9: rounding of the functions).
    assert boresight_cosine(float(turned_azimuth), float(turned_elevation), 0.0) == pytest.approx(
        boresight_cosine(azimuth, elevation, tilt), abs=1e-9
    )


@given(azimuth=AZIMUTHS, elevation=ELEVATIONS, tilt=st.floats(-20.0, 20.0))
def test_sector_is_symmetric_and_bounded(azimuth: float, elevation: float, tilt: float) -> None:
    right = float(sector_pattern_loss_db(azimuth, elevation, mechanical_tilt_deg=tilt))
    left = float(sector_pattern_loss_db(-azimuth, elevation, mechanical_tilt_deg=tilt))
    assert 0.0 <= right <= 30.0
    assert left == pytest.approx(right, abs=1e-6)


def test_no_mechanical_tilt_is_the_limit_of_a_small_one() -> None:
    azimuth = np.linspace(-180.0, 179.0, 37)[:, None]
    elevation = np.linspace(-89.0, 89.0, 19)[None, :]
    none = sector_pattern_loss_db(azimuth, elevation, electrical_tilt_deg=3.0)
    tiny = sector_pattern_loss_db(
        azimuth, elevation, electrical_tilt_deg=3.0, mechanical_tilt_deg=1e-9
    )
    assert none.shape == (37, 19)
    np.testing.assert_allclose(tiny, none, atol=1e-5)


def test_nan_stays_unknown_and_inputs_are_not_written() -> None:
    azimuth = np.array([0.0, np.nan, 10.0])
    elevation = np.array([0.0, 0.0, np.nan])
    for array in (azimuth, elevation):
        array.setflags(write=False)
    for tilt in (0.0, 5.0):
        loss = sector_pattern_loss_db(azimuth, elevation, mechanical_tilt_deg=tilt)
        assert np.isnan(loss).tolist() == [False, True, True]


def test_omni() -> None:
    assert float(omni_pattern_loss_db(-80.0)) == 0.0
    loss = omni_pattern_loss_db(
        [-3.0, 2.0, -8.0, 70.0, np.nan], vertical_beamwidth_deg=10.0, electrical_tilt_deg=3.0
    )
    np.testing.assert_allclose(loss, [0.0, 3.0, 3.0, 20.0, np.nan], atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"elevation_deg": 91.0}, r"elevation_deg=91.0 is impossible.*milliradians"),
        ({"azimuth_offset_deg": math.inf}, "azimuth_offset_deg holds an infinite value"),
        ({"horizontal_beamwidth_deg": 0.0}, "horizontal_beamwidth_deg=0.0"),
        ({"horizontal_beamwidth_deg": 361.0}, "horizontal_beamwidth_deg=361.0.*360 deg"),
        ({"vertical_beamwidth_deg": math.nan}, "vertical_beamwidth_deg=nan"),
        ({"electrical_tilt_deg": 95.0}, "electrical_tilt_deg=95.0.*positive down"),
        ({"mechanical_tilt_deg": -100.0}, "mechanical_tilt_deg=-100.0"),
        ({"max_vertical_loss_db": 0.0}, "max_vertical_loss_db=0.0"),
        ({"max_horizontal_loss_db": math.inf}, "max_horizontal_loss_db=inf"),
    ],
)
def test_impossible_values(arguments: dict[str, float], message: str) -> None:
    values = {"azimuth_offset_deg": 10.0, "elevation_deg": 1.0} | arguments
    with pytest.raises(DomainError, match=message):
        sector_pattern_loss_db(**values)


def made_pattern(step_deg: float = 1.0) -> AntennaPattern:
    """Sector-like cuts with an asymmetry, so that a swapped sign shows."""
    angle = np.arange(0.0, 360.0, step_deg)
    side = (angle + 180.0) % 360.0 - 180.0
    horizontal = np.minimum(12.0 * (side / 65.0) ** 2, 30.0) + np.where(side > 0.0, 0.25, 0.0)
    vertical = np.minimum(12.0 * ((side - 4.0) / 8.0) ** 2, 26.0)
    return AntennaPattern("made", 900.0, 15.5, horizontal, vertical, 4.0)


def test_measured_is_exact_on_the_vertical_cut() -> None:
    pattern = made_pattern()
    elevation = np.array([-4.0, -12.0, 4.0, -60.0])
    ahead = measured_pattern_loss_db(0.0, elevation, pattern=pattern)
    np.testing.assert_allclose(ahead, pattern.vertical_loss_db[[4, 12, 356, 60]], atol=1e-12)
    behind = measured_pattern_loss_db(180.0, elevation, pattern=pattern)
    np.testing.assert_allclose(behind, pattern.vertical_loss_db[[176, 168, 184, 120]], atol=1e-12)


def test_measured_between_cuts_by_hand() -> None:
    pattern = made_pattern()
    # At +90 deg (right) and 4 deg down: H(90) = 23.2574 (12*(90/65)^2 + 0.25), front
    # V(4) - H(0) = 0 - 0, back V(176) - H(180) = 26 - 30; each weighs one half.
    expected = 12.0 * (90.0 / 65.0) ** 2 + 0.25 + 0.5 * 0.0 + 0.5 * (26.0 - 30.0)
    assert float(measured_pattern_loss_db(90.0, -4.0, pattern=pattern)) == pytest.approx(expected)
    left = float(measured_pattern_loss_db(-90.0, -4.0, pattern=pattern))
    assert left == pytest.approx(expected - 0.25)


def test_measured_interpolates_and_wraps() -> None:
    pattern = made_pattern(step_deg=2.0)
    v = pattern.vertical_loss_db
    got = measured_pattern_loss_db(0.0, [-5.0, 1.0], pattern=pattern)
    np.testing.assert_allclose(got, [(v[2] + v[3]) / 2.0, (v[179] + v[0]) / 2.0], atol=1e-12)


def test_measured_tilts_move_the_beam_down() -> None:
    pattern = made_pattern()
    more = measured_pattern_loss_db(0.0, -6.0, pattern=pattern, electrical_tilt_deg=2.0)
    lean = measured_pattern_loss_db(0.0, -6.0, pattern=pattern, mechanical_tilt_deg=2.0)
    assert float(more) == pytest.approx(0.0, abs=1e-9)
    assert float(lean) == pytest.approx(0.0, abs=1e-9)


def test_measured_keeps_nan_and_stays_above_zero() -> None:
    pattern = made_pattern()
    azimuth = np.linspace(-180.0, 180.0, 73)[:, None]
    loss = measured_pattern_loss_db(azimuth, np.linspace(-90, 90, 37), pattern=pattern)
    assert (loss >= 0.0).all()
    assert math.isnan(float(measured_pattern_loss_db(np.nan, 0.0, pattern=pattern)))
    assert math.isnan(float(measured_pattern_loss_db(0.0, np.nan, pattern=pattern)))


def test_pattern_owns_read_only_copies() -> None:
    cut = np.zeros(8)
    pattern = AntennaPattern("flat", 900.0, 2.15, cut, cut, 0.0)
    cut[3] = 7.0
    assert pattern.horizontal_loss_db[3] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        pattern.vertical_loss_db[0] = 1.0


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (np.zeros(3), r"shape \(3,\), at least 4 values"),
        (np.zeros((4, 2)), "over the full circle"),
        (np.array([0.0, 1.0, -0.5, 1.0]), "at 180 deg is -0.5"),
        (np.array([0.0, np.nan, 2.0, 1.0]), "at 90 deg is nan"),
    ],
)
def test_pattern_refuses_bad_cuts(cut: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        AntennaPattern("bad", 900.0, 10.0, np.zeros(4), cut, 0.0)
