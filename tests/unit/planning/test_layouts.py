"""What would radiate for each kind of option: by hand, on invented sites."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.terrain import Terrain
from phusong.planning.layouts import Ground, Layout, layouts
from phusong.study import ALL_KINDS, Study
from synthetic import assumed, price, study_facts
from synthetic import replace as put

GRID = Grid.from_bounds(400_000, 2_500_000, 409_000, 2_509_000, crs="EPSG:32648", resolution_m=90)
PEOPLE = np.zeros(GRID.shape)
PEOPLE[40, 80] = 50.0  # east of the site, 3.6 km
PEOPLE[50, 50] = 3.0
SITE = Sector(
    site_id="X1", sector_id="1", operator="Nhà mạng A", technology="LTE", latitude=22.6,
    longitude=104.0, easting=403_600.0, northing=2_505_400.0, mast_height_m=40.0,
    antenna_height_m=36.0, frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=60.0,
    azimuth_deg=300.0, electrical_tilt_deg=4.0, mechanical_tilt_deg=1.0,
    horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=10.0,
)  # fmt: skip


def study(**changes: Any) -> Study:
    facts = study_facts()
    facts["costs"]["mast_step"] = price(10_000, "USD/10m")
    for key, value in changes.items():
        put(facts, key.replace("__", "."), value)
    return Study.model_validate(facts)


def made(
    *sectors: Sector, kinds: Any = ALL_KINDS, spots: int = 0, villages: Any = (), **changes: Any
) -> tuple[Layout, ...]:
    height = (500 + 2.0 * np.arange(GRID.shape[1]) + np.zeros(GRID.shape)).astype(np.float32)
    ground = Ground(Terrain(GRID, height), PEOPLE)
    found = [ground.spot(402_000.0 + 900 * k, 2_503_000.0) for k in range(spots)]
    return layouts(
        study(**changes), Network(sectors or (SITE,)), ground,
        spots=[spot for spot in found if spot is not None], villages=villages, kinds=kinds,
    )  # fmt: skip


def only(kind: str, *sectors: Sector, **more: Any) -> Layout:
    (layout,) = made(*sectors, kinds=[kind], **more)
    assert layout.kind == kind
    return layout


def test_ground_of_a_place() -> None:
    ground = Ground(Terrain(GRID, np.full(GRID.shape, 7.0, dtype=np.float32)), PEOPLE)
    spot = ground.spot(403_600.0, 2_505_400.0)
    assert spot is not None
    assert (spot.ground_amsl_m, spot.slope_deg) == (7.0, 0.0)
    assert ground.spot(399_900.0, 2_505_400.0) is None
    rising = (9.0 * np.arange(GRID.shape[1]) + np.zeros(GRID.shape)).astype(np.float32)
    for easting in (400_001.0, 404_500.0, 408_999.0):
        here = Ground(Terrain(GRID, rising), PEOPLE).spot(easting, 2_500_001.0)
        assert here is not None
        assert here.slope_deg == pytest.approx(np.degrees(np.arctan(0.1)), abs=1e-5)
    holes = rising.copy()
    holes[40, 40] = np.nan
    assert Ground(Terrain(GRID, holes), PEOPLE).spot(403_645.0, 2_505_355.0) is None


def test_new_masts_have_every_height() -> None:
    heights = [assumed(20.0, "m"), assumed(60.0, "m")]
    found = made(kinds=["new-mast"], spots=2, planning__new_site__heights=heights)
    assert [layout.height_m for layout in found] == [20.0, 30.0, 60.0] * 2
    for layout in found:
        assert layout.builders == ("mang-a", "mang-b")
        assert {s.antenna_height_m for s in layout.sectors} == {layout.height_m}
        assert [s.azimuth_deg for s in layout.sectors] == [0.0, 120.0, 240.0]
        assert layout.standing_m == 30.0
    unpriced = made(
        kinds=["new-mast"], spots=2, planning__new_site__heights=heights, costs__mast_step=None
    )
    assert [layout.height_m for layout in unpriced] == [30.0] * 2


def test_a_taller_mast_raises_what_is_there() -> None:
    layout = only("taller-mast", SITE, replace(SITE, sector_id="2", azimuth_deg=60.0))
    assert (layout.height_m, layout.standing_m, layout.bought) == (60.0, 40.0, 0)
    assert {s.antenna_height_m for s in layout.sectors} == {56.0}
    assert [s.azimuth_deg for s in layout.sectors] == [300.0, 60.0]
    assert layout.builders == ("mang-a",)
    assert layout.radius_m == 4000.0  # nothing of this height is in the cache


def test_a_low_band_is_added_where_it_is_missing() -> None:
    layout = only("added-band")
    assert {s.frequency_mhz for s in layout.sectors} == {900.0}
    assert {s.antenna_height_m for s in layout.sectors} == {36.0}
    assert layout.bought == 3
    assert made(replace(SITE, frequency_mhz=900.0), kinds=["added-band"]) == ()
    assert made(replace(SITE, frequency_mhz=700.0), kinds=["added-band"]) == ()


def test_a_sector_points_at_people_between_the_beams() -> None:
    layout = only("added-sector")
    (added,) = layout.sectors
    # 50 people lie east by south of the site; the beam at 300° is far from there.
    assert added.azimuth_deg is not None
    assert 60 <= added.azimuth_deg <= 120
    assert (added.frequency_mhz, added.eirp_dbm, added.antenna_height_m) == (1800.0, 60.0, 36.0)
    assert layout.radius_m == 5000.0  # the losses of the reach step are taken again
    assert made(replace(SITE, azimuth_deg=None), kinds=["added-sector"]) == ()
    there = replace(SITE, sector_id="2", azimuth_deg=90.0)
    (left,) = made(SITE, there, kinds=["added-sector"])
    turned = left.sectors[0].azimuth_deg
    assert turned is not None
    assert min(abs(turned - 90.0), abs(turned - 300.0)) >= 65.0


def test_others_share_and_roam_on_a_site() -> None:
    shared, roaming = only("shared-site"), only("roaming")
    for layout in (shared, roaming):
        assert (layout.host, layout.builders, layout.site_id) == ("mang-a", ("mang-b",), "X1")
    assert {s.frequency_mhz for s in shared.sectors} == {900.0}
    assert roaming.sectors == (SITE,)


def test_broken_sites_are_repaired_and_fed() -> None:
    broken = replace(SITE, status="broken", power_source="solar")
    assert only("repair", broken).sectors == (broken,)
    assert only("new-power", broken).sectors == (broken,)
    assert made(replace(broken, power_source="grid+battery"), kinds=["new-power"]) == ()
    assert made(broken, kinds=["taller-mast", "added-band", "shared-site", "roaming"]) == ()
    assert made(SITE, kinds=["repair", "new-power"]) == ()


def test_a_small_site_stands_in_its_village() -> None:
    layout = only("satellite", villages=[("Bản A", 404_000.0, 2_504_000.0), ("far", 0.0, 0.0)])
    (sector,) = layout.sectors
    assert (layout.village, layout.radius_m) == ("Bản A", 5000.0)
    assert sector.azimuth_deg is None
    assert (sector.antenna_height_m, sector.eirp_dbm) == (12.0, 43.0)


def test_sites_with_most_people_near_come_first_and_only_so_many() -> None:
    far = replace(SITE, site_id="X2", easting=400_100.0, northing=2_500_100.0)
    near = replace(SITE, site_id="X3", easting=406_500.0, northing=2_505_300.0)
    found = made(far, near, SITE, kinds=["taller-mast"])
    people = [layout.spot.people_near for layout in found]
    assert people == sorted(people, reverse=True)
    assert "X2" not in {layout.site_id for layout in found}  # nobody in need near
    assert len(made(far, near, SITE, kinds=["taller-mast"], planning__upgrades_kept=1)) == 1


def test_what_tells_options_apart_is_in_their_detail() -> None:
    found = [*made(), *made(spots=1)]
    assert next(x for x in found if x.kind == "new-mast").detail == ""
    upgrades = [x.detail for x in found if x.kind in {"taller-mast", "added-band"}]
    assert len(set(upgrades)) == 2
