"""Households and villages by what they can use now, counted by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from phusong.analysis.outreach import information_table, information_ways, support_table
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


def test_languages_of_villages_by_the_ways_to_them() -> None:
    told = VILLAGES.assign(
        information_by=["mobile", "neither", "mobile", "loudspeaker", "unknown"],
        languages=["Mông; Việt", "Dao", "Mông;Việt", "", None],
        population=[100.0, 50.0, np.nan, 30.0, 20.0],
    )
    table = information_table(told, COMMUNES)
    first = table[table["commune_code"] == "01"].set_index("language")
    assert first.index.tolist() == ["all", "Mông", "Việt", "Dao"]
    assert first["villages"].tolist() == [3, 2, 2, 1]
    assert first.loc["Mông", "villages_by_mobile"] == 2
    assert first.loc["Dao", "villages_by_neither"] == 1
    assert first.loc["all", "people"] == 150.0
    assert first.loc["Mông", "villages_without_population"] == 1
    second = table[table["commune_code"] == "02"]
    assert second["language"].tolist() == ["all"], "nobody said any language there"
    assert (second["villages_by_loudspeaker"].item(), second["villages_by_unknown"].item()) == (
        1,
        1,
    )
    assert table[table["commune_code"] == "03"]["villages"].tolist() == [0]


def test_ways_by_language_where_some_said_nothing() -> None:
    told = VILLAGES.assign(information_by="mobile", population=1.0, languages="Mông")
    told.loc[0, "languages"] = ""
    own = information_table(told, COMMUNES).query("commune_code == '01'")
    assert dict(zip(own["language"], own["villages"], strict=True)) == {
        "all": 3, "Mông": 2, "not said": 1,
    }  # fmt: skip
    without = information_table(told.drop(columns="languages"), COMMUNES)
    assert without["language"].tolist() == ["all"] * 3
