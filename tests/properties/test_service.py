"""What must hold of service whatever the network: sites help, neighbours disturb, rates grow."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from phusong.analysis.link_budget import (
    UPLINK,
    UplinkEnds,
    deciding_direction,
    sensitivity_dbm,
    uplink_threshold_dbm,
)
from phusong.analysis.service_probability import AnyServer
from phusong.analysis.service_quality import (
    DOWNLINK_FIT,
    UPLINK_FIT,
    CarrierPower,
    sinr_needed_db,
    spectral_efficiency_bps_per_hz,
    throughput_mbps,
)
from phusong.analysis.service_sites import SiteMargins, SiteName, resilience_table
from phusong.geo.grid import Grid
from phusong.geo.people import People
from phusong.models.loss_map import LossMap

GRID = Grid.from_bounds(499_500, 2_500_200, 499_800, 2_500_400, crs="EPSG:32648", resolution_m=100)
SHAPE = GRID.shape
MARGINS = st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=6)
LEVELS = st.lists(st.floats(-130, -60, width=32), min_size=1, max_size=5)
CORRELATION = st.floats(0.0, 0.7)
SINR = st.floats(-30, 60)


def whole(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full(SHAPE, value, dtype=np.float32)


def chance(margins: list[float], correlation: float) -> float:
    server = AnyServer(GRID, correlation=correlation)
    for margin in margins:
        server.add(whole(margin), row0=0, col0=0)
    return float(server.probability()[0, 0])


@given(MARGINS, CORRELATION, st.floats(-5, 5, width=32))
def test_one_more_site_never_takes_service_away(
    margins: list[float], correlation: float, another: float
) -> None:
    # Products of float32: a last digit each.
    assert chance([*margins, another], correlation) >= chance(margins, correlation) - 1e-6


@given(MARGINS, CORRELATION)
def test_chance_lies_between_the_best_site_and_the_sum_of_all(
    margins: list[float], correlation: float
) -> None:
    each = [chance([margin], correlation) for margin in margins]
    found = chance(margins, correlation)
    assert max(each) - 1e-6 <= found <= min(sum(each), 1.0) + 1e-6


@given(SINR, SINR, st.integers(1, 4))
def test_throughput_grows_with_the_ratio_and_with_layers(
    first: float, second: float, layers: int
) -> None:
    low, high = sorted((first, second))
    rates = throughput_mbps([low, high], width_mhz=9.0, layers=layers)
    assert rates[0] <= rates[1]
    assert throughput_mbps(low, width_mhz=9.0, layers=layers + 1) >= rates[0]
    assert rates[1] <= 9.0 * DOWNLINK_FIT.most_bps_per_hz * layers


@given(st.floats(0.06, 2.0), st.sampled_from([DOWNLINK_FIT, UPLINK_FIT]))
def test_the_ratio_that_a_rate_needs_gives_the_rate(efficiency: float, fit) -> None:  # type: ignore[no-untyped-def]
    needed = sinr_needed_db(efficiency, fit=fit)
    found = float(spectral_efficiency_bps_per_hz(needed + 1e-9, fit=fit))
    if needed > fit.sinr_min_db:
        np.testing.assert_allclose(found, efficiency, rtol=1e-6)
    else:
        assert found >= efficiency


@given(LEVELS, st.floats(0, 1), st.floats(0, 1))
def test_neighbours_and_their_load_only_disturb(
    levels: list[float], first: float, second: float
) -> None:
    loss = LossMap(
        grid=GRID, row0=0, col0=0, frequencies_mhz=(900.0,),
        path_loss_db=np.zeros((1, *SHAPE), dtype=np.float32),
        tx_elevation_mrad=np.zeros(SHAPE, dtype=np.float32),
        inside=np.ones(SHAPE, dtype=np.bool_),
    )  # fmt: skip
    carrier = CarrierPower(GRID)
    for index, level in enumerate(levels):
        carrier.add(loss, whole(level), index)
    low, high = sorted((first, second))
    quiet, busy = (carrier.sinr_db(load_share=load, noise_dbm=-125.0)[0, 0] for load in (low, high))
    assert busy <= quiet + 1e-9
    assert quiet <= max(levels) + 125.0 + 1e-6
    if len(levels) > 1 and high > 0:
        # At full load nobody is above the strongest neighbour by more than their difference.
        strongest, next_one = sorted(levels)[:-3:-1]
        assert busy <= strongest - next_one - 10 * np.log10(high) + 1e-6


@given(
    st.lists(st.tuples(*[st.floats(-4, 4, width=32)] * 6), min_size=1, max_size=5),
    st.lists(st.integers(0, 500), min_size=6, max_size=6),
)
def test_what_sites_take_with_them_adds_up(
    sites: list[tuple[float, ...]], people: list[int]
) -> None:
    margins = SiteMargins(GRID, covered_percent=95)
    for index, values in enumerate(sites):
        margins.add(np.array(values, dtype=np.float32).reshape(SHAPE), index, row0=0, col0=0)
    names = [SiteName(f"S{k}", 499_600.0, 2_500_300.0) for k in range(len(sites))]
    count = np.array(people, dtype=np.float64).reshape(SHAPE)
    table = resilience_table(margins, names, People(GRID, count, float(count.sum())))
    assert (table["people_lost"] <= table["people_served"]).all()
    covered = margins.count > 0
    assert table["people_served"].sum() == count[covered].sum()
    assert table["people_lost"].sum() == count[margins.count == 1].sum()
    assert (margins.second <= margins.best).all()


@given(
    st.floats(10, 80), st.floats(10, 35), st.floats(-5, 20), st.integers(1, 100),
    st.floats(-10, 20), st.floats(60, 200),
)  # fmt: skip
def test_the_uplink_suffices_exactly_where_the_level_says_so(
    measured: float, power: float, gain: float, blocks: int, sinr: float, path: float
) -> None:
    needed = sensitivity_dbm(
        resource_blocks=blocks, spacing_khz=15.0, noise_figure_db=5.0, sinr_db=sinr
    )
    ends = UplinkEnds(power, gain, needed)
    threshold = uplink_threshold_dbm(measured, ends=ends)
    received = power + gain - path
    if abs(received - needed) > 1e-6:
        assert (received > needed) == (measured - path > threshold)
    assert (deciding_direction(downlink_dbm=-115.0, uplink_dbm=threshold) == UPLINK) == (
        threshold > -115.0
    )
