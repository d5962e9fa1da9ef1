"""The kernels against a slow literal twin, on random links that visit every branch."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from oracle.p1812_plain import p1812_plain
from phusong.geo.grid import Grid
from phusong.geo.terrain import Terrain
from phusong.kernels.exact_disc import OWN_CELL_DISTANCE
from phusong.models.loss_map import p1812_loss_map
from phusong.models.p1812 import P1812Link, P1812Profile, p1812_loss

ZONE_NUMBERS = {"sea": 1, "coastal": 3, "inland": 4}

# Relative, absolute below 1. Seen: 3e-13, from sums in another order and from eq. (18), (19),
# whose literal form in the twin cancels.
TOLERANCE = 1e-10


@dataclass(frozen=True)
class Case:
    """A random link and the profile under it."""

    profile: P1812Profile
    link: P1812Link


def random_case(seed: int) -> Case:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 120))
    length = float(10 ** rng.uniform(-0.6, 3.3))
    steps = rng.uniform(0.2, 1.0, n - 1) if seed % 2 else np.ones(n - 1)
    d = np.concatenate([[0.0], np.cumsum(steps)])
    d *= length / d[-1]
    relief = float(rng.choice([0.0, 3.0, 80.0, 900.0]))
    h = np.abs(np.cumsum(rng.normal(size=n)) / math.sqrt(n) + rng.normal(size=n) * 0.1) * relief
    clutter = rng.choice([0.0, 10.0, 15.0, 20.0], n) if seed % 3 == 0 else None
    zone = None
    if seed % 4 == 1:
        zone = list(rng.choice(["sea", "coastal", "inland"], n))
    elif seed % 4 == 2:  # long water between two short shores, as the coupling terms need it
        zone = ["sea"] * n
        if seed % 8 == 2:
            zone[0] = "coastal"
            zone[-1] = "inland"
    p = float(rng.choice([50.0, 49.9, 30.0, 10.0, 3.0, 1.0]))
    p_l = float(rng.choice([50.0, 95.0, 5.0]))
    latitude = float(rng.uniform(-79.0, 79.0))
    return Case(
        P1812Profile(d, h, clutter, zone),
        P1812Link(
            frequency_mhz=float(10 ** rng.uniform(1.5, 3.77)),
            tx_height_m=float(rng.choice([1.0, 5.0, 30.0, 200.0, 2500.0])),
            rx_height_m=float(rng.choice([1.0, 1.5, 10.0, 18.0, 40.0, 800.0])),
            latitude_tx=latitude,
            longitude_tx=float(rng.uniform(-179.0, 179.0)),
            latitude_rx=latitude + float(rng.uniform(-1.0, 1.0)),
            longitude_rx=float(rng.uniform(-179.0, 179.0)),
            polarization="vertical" if seed % 5 < 3 else "horizontal",
            time_percent=p,
            location_percent=p_l,
            delta_n=float(rng.uniform(20.0, 90.0)),
            surface_refractivity_n0=float(rng.uniform(280.0, 380.0)),
            cell_width_m=None if p_l == 50.0 else float(rng.uniform(10.0, 500.0)),
            coast_distance_tx_km=float(rng.choice([0.0, 1.0, 4.0, 30.0])),
            coast_distance_rx_km=float(rng.choice([0.0, 1.0, 4.0, 30.0])),
            building_entry_loss_db=12.5 if seed % 7 == 0 else None,
            building_entry_sigma_db=5.5 if seed % 7 == 0 else 0.0,
        ),
    )


def plain(case: Case) -> dict[str, float]:
    profile, link = case.profile, case.link
    n = profile.distance_km.size
    clutter = profile.clutter_height_m
    words = profile.zone or ["inland"] * n
    entry = None
    if link.building_entry_loss_db is not None:
        entry = (link.building_entry_loss_db, link.building_entry_sigma_db)
    return p1812_plain(
        profile.distance_km.tolist(),
        profile.height_m.tolist(),
        clutter=[0.0] * n if clutter is None else clutter.tolist(),
        zone=[ZONE_NUMBERS[word] for word in words],
        f=link.frequency_mhz / 1000.0,
        p=link.time_percent,
        p_l=link.location_percent,
        h_tg=link.tx_height_m,
        h_rg=link.rx_height_m,
        vertical=link.polarization == "vertical",
        ends=(link.latitude_tx, link.longitude_tx, link.latitude_rx, link.longitude_rx),
        delta_n=link.delta_n,
        n_0=link.surface_refractivity_n0,
        coasts=(link.coast_distance_tx_km, link.coast_distance_rx_km),
        cell_width=link.cell_width_m,
        entry=entry,
    )


def test_random_links_agree_with_the_literal_twin():
    worst: dict[str, float] = {}
    for seed in range(1500):
        case = random_case(seed)
        expected = plain(case)
        result = p1812_loss(case.profile, link=case.link)
        for symbol, value in expected.items():
            error = abs(result.intermediates[symbol] - value) / max(1.0, abs(value))
            worst[symbol] = max(worst.get(symbol, 0.0), error)
        assert result.basic_transmission_loss_db == result.intermediates["L_b"]
        assert result.field_strength_dbuvm_1kw == result.intermediates["E_p"]
    assert {symbol: error for symbol, error in worst.items() if error > TOLERANCE} == {}


def test_random_links_visit_every_branch():
    names = ("transhorizon", "nu_a_50", "coupling", "sphere", "F_i", "alpha", "high latitude")
    seen: dict[str, set[object]] = {name: set() for name in names}
    for seed in range(400):
        case = random_case(seed)
        q = p1812_loss(case.profile, link=case.link).intermediates
        seen["transhorizon"].add(q["transhorizon"])
        seen["nu_a_50"].add(q["nu_a_50"] > -0.78)
        seen["coupling"].add(q["A_ct"] < 0.0)
        seen["sphere"].add((math.isnan(q["d_1_50"]), math.isnan(q["a_em_50"])))
        seen["F_i"].add(q["F_i"] < 1.0)
        seen["alpha"].add(q["alpha"] == -3.4)
        seen["high latitude"].add(abs(q["phi"]) > 70.0)
    assert {name: len(values) for name, values in seen.items()} == {
        "transhorizon": 2,
        "nu_a_50": 2,
        "coupling": 2,
        "sphere": 3,
        "F_i": 2,
        "alpha": 2,
        "high latitude": 2,
    }


def bilinear(height, row, col):
    """Height between cell centres, as four weighted corners."""
    r, c = row - 0.5, col - 0.5
    i, j = math.floor(r), math.floor(c)
    total = 0.0
    for di in (0, 1):
        for dj in (0, 1):
            weight = (1 - abs(r - i - di)) * (1 - abs(c - j - dj))
            if weight > 1e-9:
                total += weight * float(height[i + di, j + dj])
    return total


@pytest.mark.parametrize("time_percent", [50.0, 10.0])
@pytest.mark.parametrize("with_clutter", [False, True])
def test_every_cell_of_a_disc_is_the_link_over_its_own_line(time_percent, with_clutter):
    rng = np.random.default_rng(7)
    rows, cols, side, cell = 31, 37, 90.0, 0.09
    height = (rng.normal(size=(rows, cols)) * 25.0 + 400.0).astype(np.float32)
    clutter = rng.choice([0.0, 10.0, 15.0], (rows, cols)).astype(np.float32)
    grid = Grid.from_bounds(0.0, 0.0, cols * side, rows * side, crs="EPSG:32648", resolution_m=side)
    row, col = 14.3, 17.8
    bands = (450.0, 2600.0)
    loss = p1812_loss_map(
        Terrain(grid, height),
        easting=col * side,
        northing=(rows - row) * side,
        tx_height_m=25.0,
        rx_height_m=1.5,
        frequencies_mhz=bands,
        radius_m=12.0 * side,
        latitude_deg=22.5,
        delta_n=47.0,
        surface_refractivity_n0=330.0,
        time_percent=time_percent,
        clutter_height_m=clutter if with_clutter else None,
        method="exact",
    )
    checked = 0
    for i in range(rows):
        for j in range(cols):
            down, right = i + 0.5 - row, j + 0.5 - col
            distance = math.hypot(down, right)
            if distance > 12.0:
                continue
            checked += 1
            here = (slice(None), i - loss.row0, j - loss.col0)
            assert loss.inside[here[1:]]
            n = max(8, math.ceil(distance))
            places = [(row + down * k / n, col + right * k / n) for k in range(n + 1)]
            own = {(i, j), (math.floor(row), math.floor(col))}
            cells = [(math.floor(r), math.floor(c)) for r, c in places]
            for b, mhz in enumerate(bands):
                if (i, j) == (14, 17):
                    span = OWN_CELL_DISTANCE * cell
                    slant = math.hypot(span, (25.0 - 1.5) / 1000.0)
                    expected = 92.4 + 20 * math.log10(mhz / 1000.0) + 20 * math.log10(slant)
                else:
                    answer = p1812_plain(
                        [distance * cell * k / n for k in range(n + 1)],
                        [bilinear(height, r, c) for r, c in places],
                        clutter=[
                            float(clutter[c]) if with_clutter and c not in own else 0.0
                            for c in cells
                        ],
                        zone=[4] * (n + 1),
                        f=mhz / 1000.0,
                        p=time_percent,
                        p_l=50.0,
                        h_tg=25.0,
                        h_rg=1.5,
                        vertical=True,
                        ends=(22.5, 104.0, 22.5, 104.0 + 1e-6),
                        delta_n=47.0,
                        n_0=330.0,
                    )
                    expected = answer["L_b"]
                    theta = answer["theta_t"]
                    assert loss.tx_elevation_mrad[here[1:]] == pytest.approx(theta, abs=1e-3)
                # stored in float32: half a step at 160 dB is 8e-6 dB
                assert loss.path_loss_db[here][b] == pytest.approx(expected, abs=2e-5)
    assert checked == loss.inside.sum()
