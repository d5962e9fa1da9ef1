"""Causes of gaps where each is known by construction: one mast, and ground made for the case."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from numpy.typing import NDArray

import phusong
from runs import table
from synthetic import (
    SOUTH,
    TO_METRES,
    TOWER_COLUMNS,
    WEST,
    Region,
    assumed,
    degrees,
    write_csv,
    write_region,
)

MAST = (700.0, 1500.0)
"""Metres from the south-west corner: near the western edge."""
NEEDED_DBM, MORE_DB = -100.0, 6.0

Height = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def flat(east: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.full(east.shape, 500.0)


def wall(east: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ridge of 400 m from north to south, between the mast and the east."""
    return 500.0 + 400.0 * np.exp(-(((east - 2500.0) / 250.0) ** 2))


def case(
    folder: Path, ground: Height, *, eirp_dbm: float, azimuth_deg: str = "", **study: Any
) -> Region:
    """One mast of one operator over one kind of ground; the other operator has none."""
    changes = {key.replace("__", "."): value for key, value in study.items()}
    region = write_region(folder, study={"service.smallest_gap": assumed(0.0, "km2"), **changes})
    with rasterio.open(region.input("dem.tif"), "r+") as dataset:
        row, col = np.mgrid[0 : dataset.height, 0 : dataset.width]
        longitude, latitude = dataset.xy(row.ravel(), col.ravel())
        easting, northing = TO_METRES.transform(np.asarray(longitude), np.asarray(latitude))
        height = ground(easting - WEST, northing - SOUTH).reshape(row.shape)
        dataset.write(height.astype(np.float32), 1)
    longitude, latitude = degrees(*MAST)
    cells = dict.fromkeys(TOWER_COLUMNS, "") | {
        "site_id": "M1", "operator": "Nhà mạng A", "latitude": f"{latitude:.7f}",
        "longitude": f"{longitude:.7f}", "mast_height_m": "32", "sector_id": "1",
        "antenna_height_m": "30", "technology": "LTE", "frequency_mhz": "1800",
        "bandwidth_mhz": "20", "eirp_dbm": f"{eirp_dbm}", "azimuth_deg": azimuth_deg,
        "electrical_tilt_deg": "0",
    }  # fmt: skip
    write_csv(region.input("towers.csv"), [cells])
    opened = phusong.open_study(region.study)
    phusong.gaps(opened, phusong.reach(opened, workers=1))
    return region


def causes(region: Region, operator: str = "mang-a") -> pd.DataFrame:
    found = table(region.output / "gaps/causes.csv")
    own = found[found["operator"] == operator].set_index("village_id")
    numbers = [c for c in own if c.endswith(("_db", "_km", "_percent"))]
    own[numbers] = own[numbers].apply(pd.to_numeric, errors="coerce")
    return own


def gaps(region: Region, operator: str = "mang-a") -> gpd.GeoDataFrame:
    found = gpd.read_parquet(region.output / "gaps/no-signal.parquet")
    return found[found["operator"] == operator]


def test_on_flat_ground_it_is_power_or_distance_never_terrain(tmp_path: Path) -> None:
    region = case(tmp_path / "r", flat, eirp_dbm=24.0)
    found = causes(region)
    assert set(found["cause"]) == {"power", "distance"}
    near = found["cause_missing_db"] <= MORE_DB
    assert (near == (found["cause"] == "power")).all(), "within the bound it is power"
    assert found["cause_flat_gain_db"].abs().max() <= 0.1, "flat ground changes nothing there"
    assert found["cause_uplink_gain_db"].abs().max() == 0.0
    villages = table(region.output / "gaps/villages.csv").set_index("village_id")
    level = villages.loc[found.index, "mang-a_lte_level_dbm"].astype(float)
    np.testing.assert_allclose(found["cause_missing_db"], NEEDED_DBM - level, atol=0.11)
    east = {"V01": (900, 2200), "V05": (1850, 4520)}
    for village, (e, n) in east.items():
        if village in found.index:
            km = np.hypot(e - MAST[0], n - MAST[1]) / 1000.0
            assert found.loc[village, "cause_nearest_km"] == pytest.approx(km, abs=0.09)
    drawn = gaps(region)
    assert set(drawn["cause"]) <= {"power", "distance"}


def test_more_power_as_stated_gives_a_signal(tmp_path: Path) -> None:
    """What the cause says would help is done, and helps."""
    before = causes(case(tmp_path / "before", flat, eirp_dbm=24.0))
    weak = before[before["cause"] == "power"]
    assert len(weak)
    most = float(weak["cause_more_power_db"].max())
    after = causes(case(tmp_path / "after", flat, eirp_dbm=24.0 + most + 0.06))
    assert not set(weak.index) & set(after.index)
    still = before[before["cause_missing_db"] > most + 0.2]
    assert set(still.index) <= set(after.index)


def test_behind_a_ridge_it_is_terrain(tmp_path: Path) -> None:
    level = causes(case(tmp_path / "flat", flat, eirp_dbm=52.0))
    assert level.empty, "without the ridge everybody has a signal"
    region = case(tmp_path / "wall", wall, eirp_dbm=52.0)
    found = causes(region)
    assert {"V03", "V04"} <= set(found.index)
    assert set(found["cause"]) == {"terrain"}
    assert (found["cause_flat_gain_db"] > found["cause_missing_db"]).all()
    assert (~(found["cause_more_power_db"] <= MORE_DB)).all()
    assert found["cause_detail_vi"].str.startswith("Địa hình che khuất: còn thiếu ").all()
    drawn = gaps(region)
    assert drawn.loc[drawn["people"].idxmax(), "cause"] == "terrain"


def test_where_only_the_handset_is_not_heard_it_is_the_uplink(tmp_path: Path) -> None:
    region = case(
        tmp_path / "r", flat, eirp_dbm=56.0,
        service__uplink={"handset_power": assumed(-14.0, "dBm")},
    )  # fmt: skip
    found = causes(region)
    assert len(found)
    assert set(found["cause"]) == {"uplink"}
    assert (found["cause_uplink_gain_db"] > found["cause_missing_db"]).all()
    assert found["cause_more_power_db"].isna().all(), "no power of the site mends the uplink"
    one_way = case(
        tmp_path / "one", flat, eirp_dbm=56.0, service__both_directions=False,
        service__uplink={"handset_power": assumed(-14.0, "dBm")},
    )  # fmt: skip
    assert causes(one_way).empty


def test_behind_its_back_it_is_the_antenna(tmp_path: Path) -> None:
    found = causes(case(tmp_path / "r", flat, eirp_dbm=52.0, azimuth_deg="270"))
    assert len(found)
    assert set(found["cause"]) == {"antenna"}
    assert (found["cause_antenna_gain_db"] > found["cause_missing_db"]).all()
    turned = causes(case(tmp_path / "t", flat, eirp_dbm=52.0, azimuth_deg="45"))
    assert not set(found.index) & set(turned.index), "turned towards them it serves them"


def test_with_no_site_near_it_is_no_site(tmp_path: Path) -> None:
    region = case(
        tmp_path / "r", wall, eirp_dbm=24.0,
        causes={"more_power": assumed(0.0, "dB"), "site_distance": assumed(2.0, "km")},
    )  # fmt: skip
    found = causes(region)
    far = found["cause_nearest_km"] > 2.0
    assert far.any()
    assert (far == (found["cause"] == "no_site")).all()
    nobody = causes(region, "mang-b")
    assert len(nobody) == 6, "the operator without any mast"
    assert set(nobody["cause"]) == {"no_site"}
    assert nobody[["cause_missing_db", "cause_nearest_km"]].isna().all(axis=None)
    assert set(nobody["cause_detail_en"]) == {"No site within the radius that was computed."}


def test_all_operators_together_are_the_best_of_each(tmp_path: Path) -> None:
    region = case(tmp_path / "r", wall, eirp_dbm=52.0)
    columns = [c for c in causes(region) if c.startswith("cause")]
    pd.testing.assert_frame_equal(causes(region)[columns], causes(region, "any")[columns])
    villages = table(region.output / "gaps/villages.csv").set_index("village_id")
    silent = villages["any_lte_class"] == "no_signal"
    assert ((villages["any_lte_cause"] != "") == silent).all()
    assert villages["any_lte_cause"].equals(villages["mang-a_lte_cause"])
