"""Households and villages by what they can use now, counted by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from phusong.analysis.outreach import information_ways, support_table
from phusong.geo.places import Communes

VILLAGES = pd.DataFrame(
    {
        "village_id": ["V1", "V2", "V3", "V4", "V5"],
        "commune_code": ["01", "01", "01", "02", "02"],
        "households": [40.0, 30.0, np.nan, 20.0, 10.0],
        "poor_households": [12.0, np.nan, 9.0, 5.0, 1.0],
        "any_lte_class": ["covered", "no_signal", "no_signal", "marginal", "unknown"],
    }
)
COMMUNES = Communes(
    gpd.GeoDataFrame(
        {"code": ["01", "02", "03"], "name": ["Một", "Hai", "Ba"]},
        geometry=[box(n, 0, n + 1, 1) for n in range(3)],
        crs="EPSG:32648",
    ),
    vintage="2025-06-30",
)


def test_households_by_signal() -> None:
    table = support_table(VILLAGES, COMMUNES, "LTE").set_index("commune_code")
    first = table.loc["01"]
    assert (first["villages"], first["villages_covered"], first["villages_no_signal"]) == (3, 1, 2)
    assert (first["households_covered"], first["households_no_signal"]) == (40.0, 30.0)
    assert (first["poor_households_covered"], first["poor_households_no_signal"]) == (12.0, 9.0)
    assert first["villages_without_households"] == 1
    assert first["villages_without_poor_households"] == 1
    second = table.loc["02"]
    assert (second["households_marginal"], second["households_signal_unknown"]) == (20.0, 10.0)
    assert table.loc["03", "villages"] == 0
    assert "near_poor_households_covered" not in table.columns


def test_every_household_is_in_one_column() -> None:
    table = support_table(VILLAGES, COMMUNES, "LTE")
    ends = ("covered", "marginal", "no_signal", "signal_unknown")
    for name in ("households", "poor_households"):
        assert table[[f"{name}_{end}" for end in ends]].to_numpy().sum() == VILLAGES[name].sum()


def test_ways_of_information() -> None:
    facilities = pd.DataFrame(
        {
            "kind": ["loudspeaker", "school", "loudspeaker", "loudspeaker"],
            "village_id": ["V1", "V2", "V3", "V5"],
        }
    )
    assert information_ways(VILLAGES, facilities, "LTE").tolist() == [
        "mobile and loudspeaker", "neither", "loudspeaker", "neither", "loudspeaker",
    ]  # fmt: skip
    without = facilities[facilities["kind"] == "school"]
    assert information_ways(VILLAGES, without, "LTE").tolist() == [
        "mobile", "neither", "neither", "neither", "unknown",
    ]  # fmt: skip
