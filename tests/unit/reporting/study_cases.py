"""Results of a study small enough to count by hand."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.analysis.gaps import Gaps
from phusong.geo.network import Sector
from unit.reporting.cases import grid

HEAD = ("commune_code", "commune", "operator", "technology")
PARTS = ("covered", "marginal", "no_signal", "unknown")


def gaps(name: str = "Dìn Chin", *, villages: int = 3) -> Gaps:
    """Two communes, two operators; everybody's numbers differ.

    Of 1,000 people 400 have no signal of any operator: 300 in ``name``, 100 in Pa Cheo.
    """
    rows = [
        (("00001", name, "any", "LTE"), (10.0, 4.0, 1.0, 5.0), (600.0, 200.0, 100.0, 300.0)),
        (("00002", "Pa Cheo", "any", "LTE"), (20.0, 12.0, 2.0, 6.0), (400.0, 250.0, 50.0, 100.0)),
        (("00001", name, "a", "LTE"), (10.0, 2.0, 1.0, 7.0), (600.0, 100.0, 100.0, 400.0)),
        (("00002", "Pa Cheo", "a", "LTE"), (20.0, 4.0, 2.0, 14.0), (400.0, 50.0, 50.0, 300.0)),
    ]
    communes = pd.DataFrame(
        [
            {
                **dict(zip(HEAD, head, strict=True)),
                "area_km2": areas[0],
                **dict(zip((f"area_{p}_km2" for p in PARTS), (*areas[1:], 0.0), strict=True)),
                "people": people[0],
                **dict(zip((f"people_{p}" for p in PARTS), (*people[1:], 0.0), strict=True)),
                "people_no_signal_percent": 100.0 * people[3] / people[0],
            }
            for head, areas, people in rows
        ]
    )
    points = pd.DataFrame(
        {
            "village_id": ["v1", "v2", "v3"],
            "name": [name, "Thôn 2", "Thôn 3"],
            "commune_code": ["00001", "00002", "00002"],
            "population": [50.0, 70.0, 90.0],
            "households": [10.0, 14.0, 18.0],
            "any_lte_class": ["no_signal", "no_signal", "covered"],
            "any_lte_level_dbm": [-130.4, np.nan, -90.0],
        }
    ).head(villages)
    squares = [shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 2), shapely.box(9, 9, 10, 10)]
    polygons = gpd.GeoDataFrame(
        {
            "gap_id": ["g1", "g2", "g3"],
            "operator": ["any", "any", "a"],
            "technology": "LTE",
            "commune": [name, "Pa Cheo", name],
            "area_km2": [1.0, 4.0, 1.0],
            "people": [40.0, 60.0, 99.0],
        },
        geometry=squares,
        crs=grid().crs,
    )
    classes = np.zeros((10, 10), dtype=np.uint8)
    classes[:2] = 2
    classes[2] = 1
    classes[9] = 255
    return Gaps(
        grid=grid(),
        classes={("any", "LTE"): classes, ("a", "LTE"): classes},
        polygons=polygons,
        communes=communes,
        villages=points,
        facilities=points.head(0),
    )


def priorities(name: str = "Dìn Chin") -> pd.DataFrame:
    """Two ranks."""
    return pd.DataFrame(
        {
            "rank": [1, 2],
            "rank_p10": [1.0, math.nan],
            "rank_p90": [4.0, math.nan],
            "operator": ["Nhà mạng A", "Nhà mạng B"],
            "commune": [name, "Pa Cheo"],
            "people_newly_covered": [500.4, 200.0],
            "people_white_zone": [300.0, 50.0],
            "capex": [2.5e9, 3.0e9],
            "present_value": [4.0e9, 5.0e9],
            "cost_per_person": [7.99e6, 25.0e6],
            "why_vi": [f"Vì {name}", "Vì thế"],
            "why_en": [f"Because {name}", "Therefore"],
        }
    )


def sector(operator: str) -> Sector:
    """A sector with every field of its own."""
    return Sector(
        site_id="s", sector_id="s1", operator=operator, technology="LTE", latitude=22.5,
        longitude=104.0, easting=397_000.0, northing=2_488_000.0, mast_height_m=42.0,
        antenna_height_m=40.0, frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=63.0,
        azimuth_deg=120.0, electrical_tilt_deg=4.0, mechanical_tilt_deg=1.0,
        horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=10.0,
    )  # fmt: skip
