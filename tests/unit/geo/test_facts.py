"""Terrain, People, Network, Communes: frozen facts that refuse what cannot be."""

from dataclasses import FrozenInstanceError, replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.terrain import Terrain

GRID = Grid.from_bounds(0, 0, 300, 200, crs="EPSG:32648", resolution_m=100)  # 2 rows, 3 columns
SECTOR = Sector(
    site_id="S1", sector_id="1", operator="B", technology="LTE", latitude=22.5, longitude=104.0,
    easting=10.0, northing=20.0, mast_height_m=30.0, antenna_height_m=28.0, frequency_mhz=1800.0,
    bandwidth_mhz=20.0, eirp_dbm=60.0, azimuth_deg=0.0, electrical_tilt_deg=4.0,
    mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=10.0,
)  # fmt: skip


def test_terrain_counts_what_it_does_not_know() -> None:
    terrain = Terrain(GRID, np.array([[1, np.nan, 3], [4, 5, np.nan]], dtype=np.float32))
    assert terrain.unknown_cells == 2
    assert terrain.unknown_share == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="read-only"):
        terrain.height_amsl_m[0, 0] = 7.0
    with pytest.raises(FrozenInstanceError):
        terrain.grid = GRID  # type: ignore[misc]


def test_terrain_has_the_shape_of_its_grid() -> None:
    with pytest.raises(DataError, match=r"terrain has shape \(3, 2\), the grid has \(2, 3\)"):
        Terrain(GRID, np.zeros((3, 2), dtype=np.float32))


def test_people_add_up_without_the_unknown() -> None:
    people = People(GRID, np.array([[1.5, np.nan, 0], [4, 0.25, 0]]), source_total=5.75)
    assert people.total == 5.75
    assert people.unknown_cells == 1
    with pytest.raises(ValueError, match="read-only"):
        people.count[0, 0] = 7.0


def test_people_are_not_negative_and_fit_the_grid() -> None:
    with pytest.raises(DataError, match="negative"):
        People(GRID, np.array([[1.0, -1, 0], [0, 0, 0]]), source_total=0.0)
    with pytest.raises(DataError, match=r"people have shape \(3, 2\), the grid \(2, 3\)"):
        People(GRID, np.zeros((3, 2)), source_total=0.0)


def test_network_is_sorted_whatever_the_order_of_rows() -> None:
    sectors = (
        replace(SECTOR, site_id="S2"),
        replace(SECTOR, operator="A", site_id="S9"),
        replace(SECTOR, azimuth_deg=None),
        SECTOR,
        replace(SECTOR, technology="GSM"),
        replace(SECTOR, frequency_mhz=900.0),
    )
    network = Network(sectors)
    assert network == Network(sectors[::-1])
    assert [(s.operator, s.technology, s.site_id) for s in network.sectors[:3]] == [
        ("A", "LTE", "S9"),
        ("B", "GSM", "S1"),
        ("B", "LTE", "S1"),
    ]
    # Same site and sector: the lower frequency first, then no azimuth before azimuth 0.
    assert [s.frequency_mhz for s in network.sectors[2:5]] == [900, 1800, 1800]
    assert [s.azimuth_deg for s in network.sectors[3:5]] == [None, 0.0]
    assert network.operators == ("A", "B")
    assert network.site_ids == ("S1", "S2", "S9")


def test_empty_networks_say_why() -> None:
    with pytest.raises(DataError, match="tower list is empty"):
        Network(())
    silent = Network((replace(SECTOR, status="planned"), replace(SECTOR, status="broken")))
    with pytest.raises(DataError, match="no sector of the network is on air"):
        silent.on_air()


def test_only_existing_sectors_are_on_air() -> None:
    network = Network((SECTOR, replace(SECTOR, site_id="S2", status="planned")))
    assert network.on_air().site_ids == ("S1",)


def test_fills_are_counted_by_column() -> None:
    network = Network(
        (
            replace(SECTOR, filled=("mast_height_m", "eirp_dbm")),
            replace(SECTOR, site_id="S2", filled=("eirp_dbm",)),
        )
    )
    assert network.filled == {"eirp_dbm": 2, "mast_height_m": 1}


def test_masts_group_what_shares_a_path() -> None:
    network = Network(
        (
            SECTOR,
            replace(SECTOR, sector_id="2", azimuth_deg=120.0),
            replace(SECTOR, sector_id="3", antenna_height_m=20.0),
            replace(SECTOR, sector_id="4", easting=11.0),
        )
    )
    groups = dict(network.masts())
    assert list(groups) == sorted(groups)
    assert groups[10.0, 20.0, 28.0] == (0, 1)
    assert groups[10.0, 20.0, 20.0] == (2,)
    assert groups[11.0, 20.0, 28.0] == (3,)


def communes() -> Communes:
    frame = gpd.GeoDataFrame(
        {"code": ["002", "001"], "name": ["Hai", "Một"]},
        geometry=[box(0, 0, 100, 200), box(80, 0, 300, 200)],
        crs="EPSG:32648",
    )
    return Communes(frame, vintage="2025")


def test_code_at_gives_overlaps_to_the_first_commune() -> None:
    points = gpd.GeoSeries([Point(50, 50), Point(90, 50), Point(200, 50), Point(400, 50)])
    assert communes().code_at(points).tolist() == ["002", "002", "001", ""]
    assert communes().codes == ("002", "001")
    assert communes().names == {"002": "Hai", "001": "Một"}


def test_communes_need_code_and_name() -> None:
    frame = communes().frame.drop(columns="name")
    with pytest.raises(DataError, match="communes lack the columns name"):
        Communes(frame, vintage="2025")
