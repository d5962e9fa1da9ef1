"""Criterion 8: each test by hand, unknown where evidence is missing."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from phusong.analysis.criterion8 import criterion8_table
from phusong.analysis.loudspeakers import loudspeaker_table, nearest_village
from phusong.errors import DataError
from phusong.geo.criteria import CriterionSet, Indicator, Threshold
from phusong.geo.places import Communes

CRS = "EPSG:32648"
TWO_THIRDS = Threshold(2 / 3, "fraction", "proposed")
ALL = Threshold(1.0, "fraction", "proposed")
INDICATORS = (
    Indicator("8.1", "bưu chính", "post", "Đạt", "facilities", Threshold(1.0, "1", "plain"),
              "postal_point"),
    Indicator("8.2", "internet", "internet", "Đạt", "villages_served", ALL),
    Indicator("8.3", "loa", "loudspeakers", "Đạt", "villages_with", TWO_THIRDS, "loudspeaker"),
    Indicator("8.4", "công nghệ", "software", "Đạt", "reported", needs="software in use"),
)  # fmt: skip
SET = CriterionSet("2021-2025", "2022-03-08", "2025-12-31", "QĐ 318", INDICATORS)
COMMUNES = Communes(
    gpd.GeoDataFrame(
        {"code": ["01", "02"], "name": ["Một", "Hai"]},
        geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)],
        crs=CRS,
    ),
    vintage="2025-06-30",
)


def villages(*classes: str, fixed: tuple[str, ...] = ()) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "village_id": [f"V{i}" for i in range(len(classes))],
            "commune_code": "01",
            "any_lte_class": classes,
        }
    )
    return table.assign(fixed_broadband=fixed) if fixed else table


def facilities(*rows: tuple[str, str]) -> pd.DataFrame:
    """Kind and nearest village."""
    table = pd.DataFrame(rows, columns=["kind", "village_id"])
    return table.assign(commune_code="01")


def status(
    key: str, where: pd.DataFrame, what: pd.DataFrame, complete: tuple[str, ...] = ()
) -> tuple[str, str, str]:
    criteria = replace(SET, complete=complete)
    table = criterion8_table(criteria, COMMUNES, where, what, "LTE")
    row = table[(table["commune_code"] == "01") & (table["indicator"] == key)].iloc[0]
    return str(row["status"]), str(row["evidence"]), str(row["missing"])


def test_every_commune_and_indicator_has_a_row() -> None:
    table = criterion8_table(SET, COMMUNES, villages("covered"), facilities(), "LTE")
    assert table[["commune_code", "indicator"]].apply(tuple, axis=1).tolist() == [
        (code, key) for code in ("01", "02") for key in ("8.1", "8.2", "8.3", "8.4")
    ]
    assert set(table["vintage"]) == {"2025-06-30"}
    assert table["threshold_source"].tolist()[:2] == ["plain", "proposed"]
    assert set(table["threshold_verified"]) == {"no"}
    second = table[table["commune_code"] == "02"]
    assert set(second["status"]) == {"unknown"}, "nothing is known of the second commune"


def test_postal_point() -> None:
    one = facilities(("postal_point", ""))
    assert status("8.1", villages(), one)[0] == "met"
    found = status("8.1", villages(), facilities(("school", "")))
    assert found == (
        "unknown", "0 of kind postal_point listed, 1 needed", "a complete list of kind postal_point"
    )  # fmt: skip
    assert status("8.1", villages(), facilities(), complete=("postal_point",))[0] == "not_met"


@pytest.mark.parametrize(
    ("classes", "fixed", "expected"),
    [
        (("covered", "covered"), (), "met"),
        (("covered", "no_signal"), (), "unknown"),
        (("covered", "no_signal"), ("", "yes"), "met"),
        (("covered", "no_signal"), ("", "no"), "not_met"),
        (("covered", "marginal"), ("", "no"), "unknown"),
        (("covered", "unknown"), ("", ""), "unknown"),
        (("covered", "unknown"), ("no", "yes"), "met"),
        ((), (), "unknown"),
    ],
)
def test_villages_served(classes: tuple[str, ...], fixed: tuple[str, ...], expected: str) -> None:
    assert status("8.2", villages(*classes, fixed=fixed), facilities())[0] == expected


def test_what_is_missing_is_said() -> None:
    _, evidence, missing = status("8.2", villages("covered", "no_signal", "unknown"), facilities())
    assert evidence.startswith("1 of 3 villages modelled as covered in LTE")
    assert "whether 2 villages have fixed broadband or a signal" in missing
    assert "terrain or sites for 1 villages" in missing


def test_loudspeakers_in_two_thirds_of_the_villages() -> None:
    where = villages("covered", "covered", "covered")
    two = facilities(("loudspeaker", "V0"), ("loudspeaker", "V2"), ("loudspeaker", "V2"))
    assert status("8.3", where, two)[0] == "met"
    one = facilities(("loudspeaker", "V0"), ("loudspeaker", "V0"))
    assert status("8.3", where, one)[0] == "unknown"
    complete = status("8.3", where, one, complete=("loudspeaker",))
    assert complete[0] == "not_met"
    assert complete[1] == "loudspeaker nearest to 1 of 3 villages; 66.6667 % needed"


def test_people_alone_judge_administration_and_stand_beside() -> None:
    found = pd.DataFrame(
        {
            "commune_code": ["01", "01", "02"],
            "indicator": ["8.4", "8.4", "8.1"],
            "status": ["not_met", "met", "not_met"],
            "evidence": ["old", "report 12", "visit"],
            "appraiser": ["A", "B", "C"],
            "date": ["2023-01-01", "2024-05-01", "2024-01-01"],
        }
    )
    table = criterion8_table(SET, COMMUNES, villages(), facilities(), "LTE", found)
    row = table[(table["commune_code"] == "01") & (table["indicator"] == "8.4")].iloc[0]
    assert (row["status"], row["missing"]) == ("unknown", "software in use")
    assert row["appraised_status"] == "met"
    assert (row["appraised_evidence"], row["appraiser"]) == ("report 12", "B")
    assert row["appraised_on"] == "2024-05-01"
    other = table[(table["commune_code"] == "02") & (table["indicator"] == "8.2")].iloc[0]
    assert other["appraised_status"] == ""


def test_unknown_test_and_missing_threshold_are_errors() -> None:
    odd = replace(SET, indicators=(replace(INDICATORS[0], test="guess"),))
    with pytest.raises(DataError, match="judged by 'guess'; allowed are facilities"):
        criterion8_table(odd, COMMUNES, villages(), facilities(), "LTE")
    bare = replace(SET, indicators=(replace(INDICATORS[0], threshold=None),))
    with pytest.raises(DataError, match=r"indicator 8\.1 is judged by facilities and has no thres"):
        criterion8_table(bare, COMMUNES, villages(), facilities(), "LTE")


# Loudspeakers


def points(*rows: tuple[str, str, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"village_id": [r[0] for r in rows], "commune_code": [r[1] for r in rows]},
        geometry=[Point(r[2], r[3]) for r in rows],
        crs=CRS,
    )


def test_nearest_village_is_of_the_same_commune() -> None:
    where = points(("V0", "01", 0, 0), ("V1", "01", 100, 0), ("V2", "02", 41, 0))
    speakers = points(("", "01", 40, 0), ("", "02", 0, 0), ("", "03", 0, 0), ("", "01", 50, 0))
    found = nearest_village(speakers, where)
    assert found["village_id"].tolist() == ["V0", "V2", "", "V0"], "of equal ones the first"
    assert found["village_distance_m"].tolist()[:2] == pytest.approx([40.0, 41.0])
    assert found["village_distance_m"].isna().tolist() == [False, False, True, False]


def test_which_clusters_run_on_mobile() -> None:
    table = pd.DataFrame(
        {
            "facility_id": ["L1", "L2", "L3", "S1", "L4"],
            "kind": ["loudspeaker"] * 3 + ["school", "loudspeaker"],
            "name": ["a", "b", "c", "d", "e"],
            "commune_code": "01",
            "village_id": "V0",
            "latitude": 22.0,
            "longitude": 104.0,
            "any_lte_class": ["covered", "marginal", "no_signal", "covered", "unknown"],
            "any_lte_probability_percent": [99.0, 60.0, 0.0, 99.0, None],
            "any_lte_level_dbm": [-90.0, -112.0, -140.0, -90.0, None],
            "a_lte_class": ["covered", "no_signal", "no_signal", "covered", "unknown"],
            "b_lte_class": ["covered", "marginal", "no_signal", "covered", "unknown"],
        }
    )
    found = loudspeaker_table(table, {"a": "Mạng A", "b": "Mạng B"}, "LTE")
    assert found["facility_id"].tolist() == ["L1", "L2", "L3", "L4"]
    assert found["runs_on_mobile"].tolist() == ["yes", "perhaps", "no", "unknown"]
    assert found["operators"].tolist() == ["Mạng A; Mạng B", "", "", ""]
    assert found["needs"].tolist()[2] == "the gap closed, or fibre"
    assert found["runs"].tolist() == ["yes", "perhaps", "unknown", "unknown"], "fibre is not known"
    assert loudspeaker_table(table[table["kind"] == "school"], {}, "LTE").empty


@pytest.mark.parametrize(
    ("mobile", "fibre", "runs", "needs"),
    [
        ("no_signal", "yes", "yes", "a line to the fibre of the village"),
        ("no_signal", "no", "no", "the gap closed, or fibre"),
        ("no_signal", "unknown", "unknown", "the gap closed, or fibre"),
        ("marginal", "yes", "yes", "a line to the fibre of the village"),
        ("marginal", "no", "perhaps", "a measurement at the mast, or a better antenna"),
        ("unknown", "no", "unknown", "terrain or sites near it"),
        ("covered", "no", "yes", "a SIM of an operator named"),
    ],
)
def test_loudspeakers_run_on_fibre_too(mobile: str, fibre: str, runs: str, needs: str) -> None:
    cluster = {"facility_id": "L1", "kind": "loudspeaker", "name": "a", "commune_code": "01",
               "village_id": "V0", "latitude": 22.0, "longitude": 104.0, "any_lte_class": mobile,
               "any_lte_probability_percent": 50.0, "any_lte_level_dbm": -100.0}  # fmt: skip
    found = loudspeaker_table(pd.DataFrame([cluster]), {}, "LTE", {"V0": fibre}).iloc[0]
    assert (found["fibre_in_village"], found["runs"], found["needs"]) == (fibre, runs, needs)
