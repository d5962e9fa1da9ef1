"""ITU-R P.1812 for one link: what it takes, what it refuses, closed forms it must meet."""

import math
from typing import Any

import numpy as np
import pytest

from phusong.errors import DomainError, ModelRangeWarning
from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss
from phusong.models.p1812_ranges import POSSIBLE

N = 41
LINK: dict[str, Any] = {
    "frequency_mhz": 800.0,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
    "latitude_tx": 22.5,
    "longitude_tx": 103.9,
    "latitude_rx": 22.55,
    "longitude_rx": 103.95,
}


def profile(**changes: Any) -> P1812Profile:
    columns = {"distance_km": np.linspace(0.0, 8.0, N), "height_m": np.linspace(500.0, 620.0, N)}
    return P1812Profile(**(columns | changes))


def loss_db(profile_: P1812Profile | None = None, **changes: Any) -> float:
    link = P1812Link(**(LINK | changes))
    return p1812_loss(profile_ or profile(), link=link).basic_transmission_loss_db


def symbols(profile_: P1812Profile | None = None, **changes: Any) -> dict[str, float]:
    link = P1812Link(**(LINK | changes))
    return dict(p1812_loss(profile_ or profile(), link=link).intermediates)


# Hand arithmetic


def test_path_of_hand_computed_quantities():
    # All inland, 8 km at 22.525 N: d_tm = d_lm = 8
    q = symbols()
    tau = 1 - math.exp(-4.12e-4 * 8**2.41)
    mu_1 = (10 ** (-8 / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2
    assert q["lambda"] == 0.2998 / 0.8
    assert q["a_e"] == pytest.approx(6371 * 157 / 112)
    assert q["a_beta"] == 19113.0
    assert (q["omega"], q["d_tm"], q["d_lm"]) == (0.0, pytest.approx(8.0), pytest.approx(8.0))
    assert q["mu_1"] == pytest.approx(mu_1)
    exponent = -0.935 + 0.0176 * q["phi"]
    assert q["beta_0"] == pytest.approx(10 ** (1.67 - 0.015 * q["phi"]) * mu_1 * mu_1**exponent)
    assert q["L_bfs"] == pytest.approx(
        92.4 + 20 * math.log10(0.8) + 10 * math.log10(64 + ((530 - 621.5) / 1000) ** 2)
    )
    # A straight slope is its own smooth surface
    assert (q["h_st"], q["h_sr"]) == (pytest.approx(500.0), pytest.approx(620.0))
    assert (q["h_te"], q["h_re"]) == (pytest.approx(30.0), pytest.approx(1.5))
    assert q["E_p"] == pytest.approx(199.36 + 20 * math.log10(0.8) - q["L_b"])


def test_one_knife_edge():
    # A single 300 m edge half-way over flat ground: nu of eq. (15) by hand
    h = np.zeros(N)
    h[N // 2] = 300.0
    q = symbols(profile(height_m=h))
    clearance = 300 + 500 / q["a_e"] * 4 * 4 - (30 + 1.5) / 2
    nu = clearance * math.sqrt(0.002 * 8 / (0.2998 / 0.8 * 4 * 4))
    loss = 6.9 + 20 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1) + nu - 0.1)
    assert q["transhorizon"] == 1.0
    assert (q["d_lt"], q["d_lr"]) == (pytest.approx(4.0), pytest.approx(4.0))
    assert q["nu_a_50"] == pytest.approx(nu)
    assert q["L_bulla_50"] == pytest.approx(loss + (1 - math.exp(-loss / 6)) * 10.16)


def test_latitudes_above_seventy_degrees():
    q = symbols(latitude_tx=75.0, latitude_rx=75.0)
    assert q["mu_4"] == pytest.approx(q["mu_1"] ** 0.3)
    assert q["beta_0"] == pytest.approx(4.17 * q["mu_1"] ** 1.3)


def test_path_centre_of_two_ends_at_one_place():
    # Nothing says which way the path goes: due north of the transmitter, half of 8 km
    q = symbols(latitude_rx=22.5, longitude_rx=103.9)
    assert q["phi"] == pytest.approx(22.5 + math.degrees(4.0 / 6371.0))


def test_zones_split_a_path():
    zone = ["sea"] * 11 + ["coastal"] * 10 + ["inland"] * 20
    q = symbols(profile(zone=zone))
    assert q["omega"] == pytest.approx(10.5 / 40)
    assert q["d_tm"] == pytest.approx(29.5 * 0.2)
    assert q["d_lm"] == pytest.approx(19.5 * 0.2)


def test_vertical_polarisation_differs_over_sea():
    sea = P1812Profile(np.linspace(0.0, 60.0, N), np.zeros(N), zone=["sea"] * N)
    low = {"frequency_mhz": 50.0, "tx_height_m": 5.0}
    assert loss_db(sea, polarization="vertical", **low) < loss_db(
        sea, polarization="horizontal", **low
    )


# Coast


def test_ends_at_sea_are_at_the_coast():
    sea = P1812Profile(np.linspace(0.0, 60.0, N), np.zeros(N), zone=["sea"] * N)
    far = symbols(sea, coast_distance_tx_km=400.0, coast_distance_rx_km=400.0)
    near = symbols(sea, coast_distance_tx_km=0.0, coast_distance_rx_km=0.0)
    assert far["A_ct"] == near["A_ct"] == pytest.approx(-3 * (1 + math.tanh(0.07 * 20)))


def test_coupling_over_sea_fades_inland():
    zone = ["inland", *["sea"] * (N - 2), "inland"]
    shore = P1812Profile(np.linspace(0.0, 80.0, N), np.zeros(N), zone=zone)
    q = symbols(shore, coast_distance_tx_km=2.0, coast_distance_rx_km=5.1)
    assert q["A_ct"] == pytest.approx(-3 * math.exp(-1) * (1 + math.tanh(0.07 * 20)))
    assert q["A_cr"] == 0.0


# Clutter and locations


def test_ends_never_carry_their_own_clutter():
    ends_only = np.zeros(N)
    ends_only[[0, -1]] = 20.0
    assert loss_db(profile(clutter_height_m=ends_only)) == loss_db()
    beside = np.zeros(N)
    beside[-2] = 20.0
    assert loss_db(profile(clutter_height_m=beside)) > loss_db() + 5.0


def test_location_variability():
    sigma = (0.52 + 0.024 * 0.8) * 30**0.28
    high = symbols(location_percent=90.0, cell_width_m=30.0)
    assert high["sigma_L"] == pytest.approx(sigma)
    # the receiver is 1.5 m above clutter of height 0: u_h = 0.85; I(0.9) = -1.2817
    assert high["L_loc"] == pytest.approx(0.85 * sigma * 1.28155, rel=1e-3)
    assert high["L_b"] == pytest.approx(high["L_bc"] + high["L_loc"])
    low = symbols(location_percent=10.0, cell_width_m=30.0)
    assert low["L_loc"] == pytest.approx(-high["L_loc"])


@pytest.mark.parametrize(("rx_height_m", "share"), [(9.0, 1.0), (14.0, 0.6), (25.0, 0.0)])
def test_location_variability_falls_above_the_clutter(rx_height_m, share):
    town = profile(clutter_height_m=np.full(N, 10.0))
    q = symbols(town, rx_height_m=rx_height_m, location_percent=90.0, cell_width_m=30.0)
    assert q["L_loc"] == pytest.approx(share * q["sigma_L"] * 1.28155, rel=1e-3, abs=1e-12)


def test_no_location_variability_at_sea():
    sea = profile(zone=["inland"] * (N - 1) + ["sea"])
    assert symbols(sea, location_percent=90.0, cell_width_m=30.0)["L_loc"] == 0.0


def test_building_entry():
    outdoors = symbols(location_percent=90.0, cell_width_m=30.0)
    indoors = symbols(
        location_percent=90.0,
        cell_width_m=30.0,
        building_entry_loss_db=12.0,
        building_entry_sigma_db=4.0,
    )
    sigma = math.hypot(0.85 * outdoors["sigma_L"], 4.0)
    assert indoors["L_loc"] == pytest.approx(12.0 + 1.28155 * sigma, rel=1e-3)
    assert indoors["L_b"] == pytest.approx(indoors["L_bc"] + indoors["L_loc"])


# What it refuses


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency_mhz": 0.8}, r"frequency_mhz=0\.8 is impossible.*10 to 100000 MHz.*GHz\?"),
        ({"frequency_mhz": 8e5}, r"frequency_mhz=800000 .*did you pass kHz\?"),
        ({"frequency_mhz": 8e8}, r"frequency_mhz=8e\+08 .*did you pass Hz\?"),
        ({"frequency_mhz": -800.0}, "frequency_mhz=-800 .*carrier frequency in MHz"),
        ({"time_percent": 50.5}, r"time_percent=50\.5 .*1 to 50 %"),
        ({"time_percent": 0.5}, r"time_percent=0\.5 .*1 to 50 %"),
        ({"location_percent": 100.0, "cell_width_m": 30.0}, "location_percent=100 .*below 100"),
        ({"location_percent": 90.0}, "cell_width_m is missing"),
        ({"tx_height_m": -5.0}, "tx_height_m=-5 .*1 to 3000 m"),
        ({"rx_height_m": 0.5}, r"rx_height_m=0\.5 .*above ground"),
        ({"latitude_tx": 103.9}, r"latitude_tx=103\.9 .*-80 to 80 degrees.*in place"),
        ({"longitude_rx": -181.0}, "longitude_rx=-181 .*-180 to 360"),
        ({"delta_n": 157.0}, "delta_n=157 .*0 to 156"),
        ({"surface_refractivity_n0": 3.0}, "surface_refractivity_n0=3 .*150 to 500"),
        ({"surface_refractivity_n0": math.nan}, "surface_refractivity_n0=NaN"),
        ({"coast_distance_tx_km": -1.0}, "coast_distance_tx_km=-1 .*km"),
        ({"building_entry_loss_db": -1.0}, "building_entry_loss_db=-1 .*dB"),
        ({"polarization": "circular"}, "polarization='circular' is unknown.*'horizontal'"),
    ],
)
def test_impossible_links(changes, message):
    with pytest.raises(DomainError, match=message):
        P1812Link(**(LINK | changes))


def test_every_number_of_a_link_has_a_range():
    numbers = set(P1812Link.__dataclass_fields__) - {"polarization"}
    assert numbers <= set(POSSIBLE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequency_mhz": 7000.0}, "frequency_mhz=7000 is outside the recommended 30 to 6000 MHz"),
        ({"location_percent": 99.5, "cell_width_m": 30.0}, r"location_percent=99\.5 is outside"),
    ],
)
def test_outside_the_recommendation_warns_and_computes(changes, message):
    with pytest.warns(ModelRangeWarning, match=message):
        link = P1812Link(**(LINK | changes))
    assert math.isfinite(p1812_loss(profile(), link=link).basic_transmission_loss_db)


def broken(index: int, value: float) -> list[float]:
    column = np.linspace(0.0, 8.0, N)
    column[index] = value
    return column.tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"distance_km": [0.0, 1.0], "height_m": [1.0, 2.0]}, "at least 5 points"),
        ({"distance_km": broken(0, 0.1)}, r"distance_km\[0\]=0\.1 is not 0"),
        ({"distance_km": broken(7, 0.3)}, r"distance_km\[7\]=0\.3 is not above distance_km\[6\]"),
        ({"distance_km": broken(7, math.nan)}, r"distance_km\[7\]=nan is not above"),
        ({"distance_km": np.linspace(0.0, 8000.0, N)}, "path length.*did you pass metres"),
        ({"distance_km": np.linspace(0.0, 0.2, N)}, r"0\.2 is the path length.*0\.25 to 3000 km"),
        ({"height_m": np.zeros(N - 1)}, "height_m has 40 values, distance_km has 41"),
        ({"height_m": np.zeros((2, N))}, "height_m has 2 dimensions"),
        ({"height_m": broken(3, math.nan)}, r"height_m\[3\]=nan is not possible.*1 of 41"),
        ({"height_m": broken(3, -9999.0)}, r"height_m\[3\]=-9999 is not possible"),
        ({"clutter_height_m": broken(3, -1.0)}, r"clutter_height_m\[3\]=-1 is not possible"),
        ({"zone": ["inland"] * 3}, "zone has 3 values, distance_km has 41"),
        ({"zone": ["inland"] * (N - 1) + ["lake"]}, r"zone\[40\]='lake' is unknown"),
    ],
)
def test_impossible_profiles(changes, message):
    with pytest.raises(DomainError, match=message):
        profile(**changes)


def test_inputs_are_copied_and_left_alone():
    height = np.linspace(500.0, 620.0, N)
    ground = profile(height_m=height)
    before = loss_db(ground)
    height[20] = 5000.0
    assert loss_db(ground) == before
    assert height.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        ground.height_m[0] = 0.0
