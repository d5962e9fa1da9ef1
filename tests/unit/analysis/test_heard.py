"""Cells that were heard, matched by hand."""

import numpy as np
import pandas as pd
import pytest

from phusong.analysis.heard import LISTED, SEVERAL, UNLISTED, cells_heard
from phusong.analysis.reach import NO_SERVER, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector

GRID = Grid.from_bounds(0.0, 0.0, 1000.0, 1000.0, crs="EPSG:32648", resolution_m=100.0)
A, B = "Nhà mạng A", "Nhà mạng B"


def sector(site: str, name: str, operator: str = A, **changes: object) -> Sector:
    facts: dict[str, object] = {
        "site_id": site, "sector_id": name, "operator": operator, "technology": "LTE",
        "latitude": 22.0, "longitude": 104.0, "easting": 500.0, "northing": 500.0,
        "mast_height_m": 30.0, "antenna_height_m": 28.0, "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0, "eirp_dbm": 60.0, "azimuth_deg": 90.0,
        "electrical_tilt_deg": 2.0, "mechanical_tilt_deg": 0.0,
        "horizontal_beamwidth_deg": 65.0, "vertical_beamwidth_deg": 10.0,
    }  # fmt: skip
    return Sector(**{**facts, **changes})  # type: ignore[arg-type]


def network(*sectors: Sector) -> Network:
    return Network(sectors=tuple(sectors))


def samples(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["operator", "cell_id", "level_dbm"])
    return table.assign(technology="LTE")


def asked(frame: pd.DataFrame, net: Network, *, server: int = 0) -> pd.DataFrame:
    east = np.full(len(frame), 500.0)
    north = np.full(len(frame), 800.0)
    whole = np.full(GRID.shape, server, dtype=np.int32)
    layer = ReachLayer(
        np.full(GRID.shape, -90.0, dtype=np.float32), whole, np.full(GRID.shape, 99, dtype=np.uint8)
    )
    return cells_heard(
        frame, east, north, grid=GRID, network=net, layers={(A, "LTE"): layer, (B, "LTE"): layer}
    )


@pytest.mark.parametrize("cell_id", ["S1-2", "s1_2", " S1/2 ", "S12", "S1 2"])
def test_a_cell_is_found_however_its_site_and_sector_are_joined(cell_id: str) -> None:
    (row,) = asked(samples((A, cell_id, -80.0)), network(sector("S1", "2"))).to_dict("records")
    assert (row["match"], row["site_id"], row["sector_id"]) == (LISTED, "S1", "2")


def test_distance_and_angle_are_those_of_the_sector() -> None:
    frame = samples((A, "x", -80.0), (A, "x", -90.0), (A, "x", -85.0))
    (row,) = asked(frame, network(sector("S1", "x"))).to_dict("records")
    assert row["samples"] == 3
    assert row["median_level_dbm"] == -85.0
    assert row["median_distance_km"] == pytest.approx(0.3)
    assert row["median_off_beam_deg"] == pytest.approx(90.0)  # north of a sector that looks east
    assert row["same_site_share"] == 1.0


def test_another_operators_sector_is_no_match() -> None:
    (row,) = asked(samples((B, "x", -80.0)), network(sector("S1", "x"))).to_dict("records")
    assert row["match"] == UNLISTED
    assert np.isnan(row["median_distance_km"])


def test_an_identity_that_several_sectors_have_matches_none() -> None:
    net = network(sector("S1", "1"), sector("S2", "1"))
    one, two = asked(samples((A, "1", -80.0), (A, "S2-1", -80.0)), net).to_dict("records")
    assert one["match"] == SEVERAL
    assert (two["match"], two["site_id"]) == (LISTED, "S2")


def test_where_the_model_has_no_server_nothing_agrees() -> None:
    frame, net = samples((A, "x", -80.0)), network(sector("S1", "x", azimuth_deg=None))
    (row,) = asked(frame, net, server=NO_SERVER).to_dict("records")
    assert row["same_site_share"] == 0.0
    assert np.isnan(row["median_off_beam_deg"])


def test_samples_without_network_or_cell_are_not_counted() -> None:
    frame = samples((A, "", -80.0), (A, "x", np.nan))
    assert asked(frame, network(sector("S1", "x"))).empty
