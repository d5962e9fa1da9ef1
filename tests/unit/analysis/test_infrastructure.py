"""What villages and offices have, counted by hand; what nobody said stays unknown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from phusong.analysis.infrastructure import (
    STATUSES,
    infrastructure_summary,
    infrastructure_table,
)
from phusong.analysis.offices import office_goal, office_table
from phusong.geo.places import Communes

COMMUNES = Communes(
    gpd.GeoDataFrame(
        {"code": ["01", "02"], "name": ["Một", "Hai"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:32648",
    ),
    vintage="2025-06-30",
)  # fmt: skip
VILLAGES = pd.DataFrame(
    {
        "village_id": ["V1", "V2", "V3"], "name": ["Một", "Hai", "Ba"],
        "commune_code": ["01", "01", "02"], "fixed_broadband": ["yes", "no", ""],
        "a_lte_class": ["covered", "no_signal", "no_signal"],
        "a_gsm_class": ["no_signal", "no_signal", "no_signal"],
        "b_lte_class": ["no_signal", "unknown", "no_signal"],
        "b_gsm_class": ["marginal", "no_signal", "no_signal"],
        "any_lte_class": ["covered", "unknown", "no_signal"],
        "any_gsm_class": ["marginal", "no_signal", "no_signal"],
    }
)  # fmt: skip
POINTS = gpd.GeoSeries([Point(0, 0), Point(6000, 0), Point(60_000, 0)], crs="EPSG:32648")
SITES = pd.DataFrame(
    [
        ("A1", "a", "LTE", 3000.0, 4000.0), ("A1", "a", "GSM", 3000.0, 4000.0),
        ("B1", "b", "LTE", 0.0, 8000.0),
    ],
    columns=["site_id", "operator", "technology", "easting", "northing"],
)  # fmt: skip
GIVEN = pd.DataFrame(
    {
        "village_id": ["V1", "V2"], "fibre": ["no", "unknown"],
        "fixed_broadband": ["unknown", "yes"], "grid": ["yes", "no"], "road": ["unknown"] * 2,
    }
)  # fmt: skip


def table(unknown_sites: frozenset[str] = frozenset()) -> pd.DataFrame:
    found = infrastructure_table(
        VILLAGES, POINTS, SITES, GIVEN,
        operators={"a": "A", "b": "B"}, site_distance_m=9000.0, unknown_sites=unknown_sites,
    )  # fmt: skip
    return found.set_index(["village_id", "operator"])


def test_no_infrastructure_is_not_no_signal() -> None:
    found = table()
    assert found["status"].to_dict() == {
        ("V1", "a"): "signal", ("V1", "b"): "signal", ("V1", "any"): "signal",
        ("V2", "a"): "site_no_signal", ("V2", "b"): "unknown", ("V2", "any"): "unknown",
        ("V3", "a"): "no_infrastructure", ("V3", "b"): "no_infrastructure",
        ("V3", "any"): "no_infrastructure",
    }  # fmt: skip
    first = found.loc[("V1", "a")]
    assert (first["sites_near"], first["technologies"]) == (1, "GSM; LTE")
    assert first["nearest_site_km"] == pytest.approx(5.0)
    assert found.loc[("V1", "any"), "sites_near"] == 2
    assert found.loc[("V2", "b"), "sites_near"] == 0, "10 km away"
    assert set(found["status"]) <= set(STATUSES)


def test_an_operator_without_a_whole_list_proves_no_absence() -> None:
    found = table(frozenset({"b"}))
    assert found.loc[("V3", "b"), "status"] == "unknown"
    assert found.loc[("V3", "any"), "status"] == "unknown"
    assert found.loc[("V3", "a"), "status"] == "no_infrastructure"


def test_the_table_counts_before_the_list_and_unknowns_are_counted() -> None:
    found = table().xs("any", level="operator")
    assert found["fixed_broadband"].tolist() == ["yes", "yes", "unknown"]
    assert found["fibre"].tolist() == ["no", "unknown", "unknown"]
    assert found["unknowns"].tolist() == [1, 2, 4]


def test_every_village_is_counted_once_in_each_group() -> None:
    whole = table().reset_index()
    summary = infrastructure_summary(whole, COMMUNES)
    assert len(summary) == 2 * 3
    statuses = summary[[f"villages_{s}" for s in STATUSES]].sum(axis="columns")
    assert (statuses == summary["villages"]).all()
    for what in ("fibre", "fixed_broadband", "grid", "road"):
        answers = summary[[f"{what}_{a}" for a in ("yes", "no", "unknown")]].sum(axis="columns")
        assert (answers == summary["villages"]).all()


def test_an_operator_without_any_site() -> None:
    none = infrastructure_table(
        VILLAGES, POINTS, SITES.iloc[:0], None, operators={"a": "A"}, site_distance_m=9000.0
    )
    assert (none["sites_near"] == 0).all()
    assert none["nearest_site_km"].isna().all()


def offices(*lan: str) -> pd.DataFrame:
    return pd.DataFrame({"lan": list(lan)})


@pytest.mark.parametrize(
    ("lan", "status"),
    [
        (("yes", "yes", "no"), "met"), (("yes", "no", "no"), "not_met"),
        (("yes", "unknown", "no"), "unknown"), (("unknown",), "not_met"),
    ],
)  # fmt: skip
def test_the_target_of_two(lan: tuple[str, ...], status: str) -> None:
    goal = office_goal(offices(*lan), target=2.0, target_source="invented").iloc[0]
    assert goal["status"] == status
    assert goal["lan_yes"] + goal["lan_no"] + goal["lan_unknown"] == goal["communes"] == len(lan)


def test_a_commune_that_nobody_told_of_stays_in_the_table() -> None:
    given = pd.DataFrame(
        [("02", "yes", "fibre", "2025-01-02", "visit")],
        columns=["commune_code", "lan", "connection", "date", "evidence"],
    )
    facilities = pd.DataFrame(
        {
            "facility_id": ["F1"], "kind": ["commune_office"], "commune_code": ["01"],
            "any_lte_class": ["marginal"],
        }
    )  # fmt: skip
    found = office_table(given, COMMUNES, facilities, "LTE").set_index("commune_code")
    assert found.loc["01", ["lan", "connection", "mobile_signal"]].tolist() == [
        "unknown", "unknown", "marginal",
    ]  # fmt: skip
    assert found.loc["02", ["lan", "connection", "facility_id", "mobile_signal"]].tolist() == [
        "yes", "fibre", "", "unknown",
    ]  # fmt: skip
    assert np.all(office_table(None, COMMUNES, facilities, "LTE")["lan"] == "unknown")
