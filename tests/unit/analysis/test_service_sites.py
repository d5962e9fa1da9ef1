"""Sites that cover a place, and what is lost without the best of them."""

import itertools

import numpy as np
import pytest

from phusong.analysis.service_sites import NO_SITE, SiteMargins, SiteName, resilience_table
from phusong.geo.grid import Grid
from phusong.geo.people import People

GRID = Grid.from_bounds(499_500, 2_500_200, 500_000, 2_500_500, crs="EPSG:32648", resolution_m=100)
SITES = (
    SiteName("S1", 499_550.0, 2_500_250.0),
    SiteName("S2", 499_750.0, 2_500_450.0),
    SiteName("S3", 499_950.0, 2_500_350.0),
)


def margins_of(*levels: object, order: tuple[int, ...] | None = None) -> SiteMargins:
    margins = SiteMargins(GRID, covered_percent=95)
    for index in order or range(len(levels)):
        level = np.array(np.broadcast_to(np.asarray(levels[index], np.float32), GRID.shape))
        margins.add(level, index, row0=0, col0=0)
    return margins


def test_best_and_second_best_are_of_different_sites() -> None:
    margins = margins_of(1.0, 3.0, 2.0)
    assert (margins.best == 3).all()
    assert (margins.second == 2).all()
    assert (margins.site == 1).all()


def test_order_of_sites_changes_nothing() -> None:
    rng = np.random.default_rng(11)
    levels = [np.rint(rng.uniform(-3, 4, GRID.shape)) for _ in range(4)]  # many ties
    straight = margins_of(*levels)
    stack = np.sort(np.stack(levels), axis=0)
    np.testing.assert_array_equal(straight.best, stack[-1])
    np.testing.assert_array_equal(straight.second, stack[-2])
    np.testing.assert_array_equal(straight.site, np.argmax(np.stack(levels), axis=0))
    for order in itertools.permutations(range(4)):
        other = margins_of(*levels, order=order)
        for name in ("best", "second", "site", "count"):
            np.testing.assert_array_equal(getattr(other, name), getattr(straight, name))


def test_only_sites_that_cover_are_counted() -> None:
    # Φ(1.645) = 0.95002 covers, Φ(1.644) = 0.9499 does not.
    assert (margins_of(1.645, 1.644, 5.0).count == 2).all()
    assert (margins_of(-np.inf).count == 0).all()


def test_nobody_is_no_site() -> None:
    margins = margins_of(-np.inf)
    assert (margins.site == NO_SITE).all()
    assert (margins.spare_percent() == 0).all()


@pytest.mark.parametrize(("second", "percent"), [(0.0, 50), (1.0, 84), (-9.0, 0)])
def test_probability_without_the_best_site(second: float, percent: int) -> None:
    assert (margins_of(4.0, second).spare_percent() == percent).all()


def test_a_window_counts_only_where_it_lies() -> None:
    margins = SiteMargins(GRID, covered_percent=95)
    margins.add(np.full((1, 2), 3.0, dtype=np.float32), 0, row0=1, col0=3)
    expected = np.zeros(GRID.shape)
    expected[1, 3:5] = 1
    np.testing.assert_array_equal(margins.count, expected)


def test_what_a_site_takes_with_it_by_hand() -> None:
    # 3 × 5 cells of 0.01 km². S1 covers columns 0 to 2, S2 columns 2 to 4, S3 nothing well enough.
    # Column 2 has both, S2 stronger there: it is S2's, and not lost with it.
    first = np.where(np.arange(5) <= 2, 2.0, -5.0)
    second = np.where(np.arange(5) >= 2, 3.0, -5.0)
    count = np.arange(15, dtype=np.float64).reshape(3, 5)
    count[0, 0] = np.nan
    people = People(GRID, count, 105.0)
    table = resilience_table(margins_of(first, second, 1.0), SITES, people).set_index("site_id")
    assert table.loc["S1", "people_served"] == 0 + 1 + 5 + 6 + 10 + 11
    assert table.loc["S2", "people_served"] == 2 + 3 + 4 + 7 + 8 + 9 + 12 + 13 + 14
    assert table.loc["S1", "people_lost"] == table.loc["S1", "people_served"]
    assert table.loc["S2", "people_lost"] == 3 + 4 + 8 + 9 + 13 + 14
    assert table.loc["S2", "people_lost_percent"] == pytest.approx(100 * 51 / 72)
    assert table.loc["S1", "area_lost_km2"] == pytest.approx(0.06)
    assert table.loc["S2", "area_served_km2"] == pytest.approx(0.09)
    assert table.loc["S3", "people_served"] == 0
    assert np.isnan(table.loc["S3", "people_lost_percent"])
    assert table.loc["S1", "latitude"] == pytest.approx(22.61, abs=0.01)
    assert table.loc["S1", "longitude"] == pytest.approx(104.996, abs=0.001)
