"""What is implausible in a network, and what rests on guesses, in a region one can count."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from phusong.analysis.audit import Finding, guess_shares, network_findings
from phusong.analysis.basis import KnownSites, incomplete_lists
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.terrain import Terrain

WEST, SOUTH = 400_000.0, 2_500_000.0
GRID = Grid.from_bounds(
    WEST, SOUTH, WEST + 2000, SOUTH + 1000, crs="EPSG:32648", resolution_m=100
)  # 10 rows, 20 columns
SECTOR = Sector(
    site_id="S1", sector_id="1", operator="A", technology="LTE", latitude=22.6, longitude=104.0,
    easting=WEST + 250, northing=SOUTH + 350, mast_height_m=42, antenna_height_m=40,
    frequency_mhz=1800, bandwidth_mhz=20, eirp_dbm=60, azimuth_deg=0, electrical_tilt_deg=4,
    mechanical_tilt_deg=0, horizontal_beamwidth_deg=65, vertical_beamwidth_deg=10,
)  # fmt: skip


def communes(width_m: float = 1000) -> Communes:
    """The western part of the grid."""
    area = [box(WEST, SOUTH, WEST + width_m, SOUTH + 1000)]
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["Một"]}, geometry=area, crs="EPSG:32648")
    return Communes(frame, "2025-06-30")


def terrain() -> Terrain:
    """Ground everywhere but in the south-east corner."""
    height = np.full(GRID.shape, 700, dtype=np.float32)
    height[8:, 18:] = np.nan
    return Terrain(GRID, height)


def findings(*sectors: Sector, operators: tuple[str, ...] = ("A",)) -> dict[str, Finding]:
    found = network_findings(
        Network(sectors), terrain(), communes(), margin_m=500.0, operators=operators,
        technologies=("GSM", "LTE"),
    )  # fmt: skip
    assert found == network_findings(
        Network(sectors[::-1]), terrain(), communes(), margin_m=500.0, operators=operators,
        technologies=("GSM", "LTE"),
    )  # fmt: skip
    return {finding.kind: finding for finding in found}


def moved(east_m: float, north_m: float = 0.0, **changes: object) -> Sector:
    return replace(
        SECTOR, easting=SECTOR.easting + east_m, northing=SECTOR.northing + north_m, **changes
    )


def test_a_plausible_network_says_nothing() -> None:
    assert findings(SECTOR, moved(300, site_id="S2"), replace(SECTOR, azimuth_deg=120)) == {}


def test_sites_on_unknown_ground() -> None:
    found = findings(SECTOR, moved(1600, -200, site_id="Biển"))["unknown-ground"]
    assert (found.severity, found.count, found.cases) == ("warning", 1, ("Biển (A)",))
    assert "in the sea, or in a hole of the terrain" in found.text


def test_sites_beyond_the_margin() -> None:
    # Communes end at 1000 m, the margin at 1500 m; S1 stands at 250 m.
    found = findings(SECTOR, moved(1249, site_id="in"), moved(1251, site_id="out"))
    assert found["far-from-communes"].cases == ("out (A)",)
    assert found["far-from-communes"].severity == "note"


def test_two_sites_of_one_operator_at_one_place() -> None:
    found = findings(SECTOR, moved(12, 15, site_id="S2"), moved(0, 20.1, site_id="S3"))
    # 12 and 15 m are 19.2 m; S2 and S3 are 12 and 5.1 m apart.
    assert found["near-sites"].cases == ("S1 + S2 (A)", "S2 + S3 (A)")
    assert found["near-sites"].severity == "warning"
    other = findings(SECTOR, moved(5, operator="B", site_id="B1"), operators=("A", "B"))
    assert "near-sites" not in other
    assert (other["shared-sites"].severity, other["shared-sites"].cases) == (
        "note", ("S1 (A) + B1 (B)",),
    )  # fmt: skip


def test_one_site_at_several_places() -> None:
    found = findings(SECTOR, moved(60, 81, azimuth_deg=120))
    assert found["scattered-site"].cases == ("S1 (A), 101 m",)
    assert "scattered-site" not in findings(SECTOR, moved(60, 79, azimuth_deg=120))


def test_antennas_above_the_mast() -> None:
    found = findings(replace(SECTOR, antenna_height_m=42.5))["antenna-above-mast"]
    assert found.cases == ("S1 (A), 42.5 m > 42 m",)
    assert "antenna-above-mast" not in findings(replace(SECTOR, antenna_height_m=42))


def test_masts_and_powers_that_are_too_much() -> None:
    found = findings(replace(SECTOR, mast_height_m=180, eirp_dbm=75.5))
    assert found["tall-mast"].cases == ("S1 (A), 180 m",)
    assert found["strong-eirp"].cases == ("S1 (A), 75.5 dBm",)
    assert findings(replace(SECTOR, mast_height_m=100, eirp_dbm=75)) == {}


def test_operators_without_sites_or_without_4g() -> None:
    found = findings(SECTOR, moved(300, operator="B", site_id="B1", technology="GSM"),
                     operators=("A", "B", "C"))  # fmt: skip
    assert found["operator-without-sites"].cases == ("C",)
    assert found["operator-without-4g"].cases == ("B",)


def test_lists_that_are_not_complete() -> None:
    found = network_findings(
        Network((SECTOR, moved(300, operator="B", site_id="B1", samples=9))), terrain(),
        communes(), margin_m=500.0, operators=("A", "B"), technologies=("LTE",),
        stations={"A": 3, "B": 1},
    )  # fmt: skip
    cases = {finding.kind: finding.cases for finding in found}
    assert cases == {"incomplete-list": ("A, 1 of 3",), "crowd-sourced": ("B",)}
    assert {finding.severity for finding in found} == {"warning"}


def test_stations_are_counted_in_the_communes_and_on_the_air() -> None:
    """Sites of the margin, and planned ones, do not make a list complete."""
    sectors = (SECTOR, moved(3000, site_id="S2"), moved(60, site_id="S3", status="planned"))
    found = incomplete_lists(
        Network(sectors), communes(), keys={"A": "a"}, stations={"A": (2, "the operator")}
    )
    assert found == (KnownSites("a", 1, 2, False, "the operator"),)
    alone = incomplete_lists(
        Network(sectors), communes(), keys={"A": "a"}, stations={"A": (1, "the operator")}
    )
    assert alone == ()


def test_what_does_not_radiate_is_a_note() -> None:
    found = findings(SECTOR, replace(SECTOR, status="planned", azimuth_deg=9),
                     replace(SECTOR, status="broken", azimuth_deg=8))  # fmt: skip
    assert {k: (f.severity, f.count) for k, f in found.items()} == {
        "planned-sectors": ("note", 1), "broken-sectors": ("note", 1),
    }  # fmt: skip


def test_what_rests_on_guesses_by_nearest_site() -> None:
    # S1 at 250 m and S2 at 650 m east: the line between them is at 450 m, where no cell centre
    # lies on it: 4 columns are nearer to S1 and, up to 1000 m, 6 to S2; 10 rows of 0.01 km².
    people = People(GRID, np.full(GRID.shape, 3.0), 600.0)
    network = Network(
        (
            replace(SECTOR, filled=("eirp_dbm", "mast_height_m")),
            replace(SECTOR, azimuth_deg=120, filled=("eirp_dbm",)),
            moved(410, site_id="S2", filled=("mast_height_m",)),
            moved(10, site_id="S3", status="planned", filled=("bandwidth_mhz",)),
        )
    )
    shares = {share.column: share for share in guess_shares(network, people, communes())}
    assert list(shares) == ["any", "eirp_dbm", "mast_height_m"]
    got = {c: (s.sectors, s.sites, s.people, s.area_km2) for c, s in shares.items()}
    assert got["eirp_dbm"] == (2, 1, 3 * 50, pytest.approx(0.5))
    assert got["mast_height_m"] == (2, 2, 3 * 100, pytest.approx(1.0))
    assert got["any"] == (3, 2, 3 * 100, pytest.approx(1.0))


def test_people_whom_the_raster_does_not_know_are_not_counted() -> None:
    count = np.full(GRID.shape, 3.0)
    count[:, :2] = np.nan
    people = People(GRID, count, 0.0)
    network = Network((replace(SECTOR, filled=("eirp_dbm",)),))
    (whole, _) = guess_shares(network, people, communes())
    assert (whole.people, whole.area_km2) == (3 * 80, pytest.approx(1.0))


def test_a_network_that_is_silent_has_no_shares() -> None:
    people = People(GRID, np.ones(GRID.shape), 200.0)
    network = Network((replace(SECTOR, status="planned", filled=("eirp_dbm",)),))
    assert guess_shares(network, people, communes()) == ()
