"""What may be given about people and places, from files to the tables of a run."""

import re
from pathlib import Path

import pandas as pd
import pytest
import rasterio

import phusong
from runs import run_here, table
from synthetic import (
    ASKED,
    COMMUNES,
    FOLDER,
    VINTAGE,
    Region,
    assumed,
    degrees,
    geojson,
    village_rows,
    write_csv,
    write_region,
    write_text,
)

OPTIONAL = ("successors", "reported", "reported-confusion", "field-checks", "criterion8")
GAZETTEER = f"""
name = "thử"
[[vintages]]
key = "{VINTAGE}"
title = "before"
levels = ["district", "commune"]
source = "invented"
[[vintages]]
key = "2025-07-01"
title = "after"
levels = ["commune"]
source = "invented"
[names]
letters = {{ "đ" = "d" }}
[names.levels.commune]
prefixes = ["xã"]
[names.levels.village]
prefixes = ["bản", "thôn"]
[[units]]
vintage = "{VINTAGE}"
level = "district"
rows = [["D", "", "Huyện Thử"]]
[[units]]
vintage = "{VINTAGE}"
level = "commune"
rows = [["00101", "D", "Thử Một"], ["00203", "D", "Đèo Gió"], ["00102", "D", "Nậm Thử"]]
[[units]]
vintage = "2025-07-01"
level = "commune"
rows = [["00101", "", "Thử Lớn"], ["00203", "", "Đèo Gió Mới"]]
[[crosswalks]]
from_vintage = "{VINTAGE}"
to_vintage = "2025-07-01"
source = "invented"
rows = [["00101", "00101", 1.0, "1"], ["00102", "00101", 1.0, "1"], ["00203", "00203", 1.0, "2"]]
"""


def named(file: str, **others: str) -> dict[str, str]:
    return {"file": f"{FOLDER}/{file}", "source": "invented for tests", **others}


def compute(region: Region) -> Region:
    study = phusong.open_study(region.study)
    phusong.gaps(study, phusong.reach(study, workers=1))
    return region


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The region with nothing that is optional."""
    return compute(write_region(tmp_path_factory.mktemp("plain") / "vùng"))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The region with everything that is optional."""
    region = write_region(
        tmp_path_factory.mktemp("full") / "vùng",
        study={
            "inputs.gazetteer": named("gazetteer.toml"),
            "inputs.statistics": named("statistics.csv", poverty_standard="new"),
            "inputs.reported": named("reported.csv"),
            "inputs.settlements": named("settlements.geojson"),
            "inputs.indicators": named("indicators.csv"),
            "inputs.households": named("households.csv"),
            "criterion8": {"complete": ["loudspeaker"]},
            "verdicts": {"smallest_part": assumed(0.2, "fraction")},
        },
    )
    write_text(region.input("gazetteer.toml"), GAZETTEER)
    write_csv(
        region.input("statistics.csv"),
        [
            {"commune_code": "00101", "year": "2021", "population": "1200", "source": "a",
             "poverty_standard": "new", "poor_rate_percent": "61.5"},
            {"commune_code": "00101", "year": "2021", "population": "", "source": "b",
             "poverty_standard": "old", "poor_rate_percent": "28.5"},
        ],
    )  # fmt: skip
    write_csv(
        region.input("reported.csv"),
        [
            {"village": "Bản Trên", "commune_code": "00101", "vintage": "2025-07-01",
             "operator": "", "state": "trắng sóng"},
            {"village": "Khe Sâu", "commune_code": "00203", "vintage": "", "operator": "mang-b",
             "state": "lõm sóng"},
            {"village": "Bản Lạ", "commune_code": "00203", "vintage": "", "operator": "",
             "state": ""},
        ],
    )  # fmt: skip
    ring = [(700, 2000), (1200, 2000), (1200, 2400), (700, 2400)]
    write_text(
        region.input("settlements.geojson"),
        geojson({"V01": ("", ring)}).replace('"code"', '"village_id"'),
    )
    write_csv(
        region.input("indicators.csv"),
        [{"commune_code": "00203", "indicator": "8.4", "status": "met", "evidence": "visit",
          "appraiser": "A", "date": "2025-01-02"}],
    )  # fmt: skip
    longitude, latitude = degrees(900.0, 2200.0)
    place = {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}
    write_csv(
        region.input("households.csv"),
        [{"household_id": f"H{n}", "village_id": "V01", **place, "postcode": "31000"}
         for n in (1, 2)],
    )  # fmt: skip
    return compute(region)


def read(region: Region, name: str) -> pd.DataFrame:
    return table(region.output / f"gaps/{name}.csv")


def test_optional_tables_are_written_only_where_asked(plain: Region, full: Region) -> None:
    for name in OPTIONAL:
        assert not (plain.output / f"gaps/{name}.csv").exists()
        assert (full.output / f"gaps/{name}.csv").exists()


def test_without_figures_the_commune_table_is_what_it_was(plain: Region) -> None:
    columns = list(read(plain, "communes").columns)
    assert columns[0:5] == ["commune_code", "commune", "vintage", "operator", "technology"]
    counted = [c for c in columns if "_p10" not in c and "_p90" not in c]
    assert counted[-3:] == [
        "people_no_signal_percent", "people_not_covered_percent", "data_status",
    ]  # fmt: skip


def test_every_count_has_an_interval(plain: Region, full: Region) -> None:
    for region in (plain, full):
        for name in ("communes", "totals", "environments"):
            rows = read(region, name)
            for count in ("people_no_signal", "people_marginal", "people_covered", "people"):
                low, high = (rows[f"{count}_{end}"].astype(float) for end in ("p10", "p90"))
                assert (low <= high).all()
            assert (rows["people_no_signal_p90"].astype(float) > 0).any()
            assert {"area_covered_p10_km2", "people_no_signal_p90_percent"} <= set(rows.columns)
        counts = read(region, "village-counts").set_index(["commune_code", "operator"])
        said = read(region, "villages")["any_lte_verdict"]
        whole = counts.loc[("all", "any")]
        for verdict in ("trang_song", "lom_song", "covered"):
            assert int(whole[f"villages_{verdict}"]) == (said == verdict).sum()
            assert int(whole[f"villages_{verdict}_p10"]) <= int(whole[f"villages_{verdict}_p90"])


def test_intervals_hold_what_another_model_says(plain: Region, tmp_path: Path) -> None:
    """A study of two models has draws of both: its intervals are those of neither alone."""
    both = compute(
        write_region(tmp_path / "vùng", study={"propagation.models": ["p1812", "itm"]})
    )  # fmt: skip
    alone, mixed = (
        read(region, "totals").set_index("operator").astype({"people_no_signal": float})
        for region in (plain, both)
    )
    assert alone["people_no_signal"].equals(mixed["people_no_signal"])
    ends = ["people_no_signal_p10", "people_no_signal_p90"]
    assert not alone[ends].equals(mixed[ends])
    assert (mixed[ends[0]].astype(float) <= mixed[ends[1]].astype(float)).all()


def test_official_people_are_no_matter_of_chance(full: Region) -> None:
    rows = read(full, "communes").set_index(["commune_code", "operator"])
    official = rows.loc[("00101", "any")]
    assert float(official["people_p10"]) == float(official["people_p90"]) == 1200.0
    other = rows.loc[("00203", "any")]
    assert float(other["people_p10"]) < float(other["people_p90"])


def test_intervals_of_a_sum_are_narrower_than_the_sum_of_intervals(full: Region) -> None:
    communes, totals = read(full, "communes"), read(full, "totals")
    mine = communes[communes["operator"] == "any"]
    whole = totals[totals["operator"] == "any"].iloc[0]
    for end, sign in (("p10", 1), ("p90", -1)):
        parts = mine[f"people_no_signal_{end}"].astype(float).sum()
        assert sign * (float(whole[f"people_no_signal_{end}"]) - parts) >= -0.5
    merged = read(full, "successors")
    assert (merged["people_p10"].astype(float) <= merged["people"].astype(float) + 0.1).all()


def test_official_population_is_met_and_the_raster_kept(plain: Region, full: Region) -> None:
    before = read(plain, "communes").set_index(["commune_code", "operator"])
    after = read(full, "communes").set_index(["commune_code", "operator"])
    row = after.loc[("00101", "any")]
    assert float(row["people"]) == 1200.0
    assert float(row["population_official"]) == 1200.0
    raster = float(before.loc[("00101", "any"), "people"])
    assert float(row["population_raster"]) == pytest.approx(raster, abs=0.06)
    assert (row["poor_rate_percent"], row["poverty_standard"]) == ("61.5", "new")
    assert row["population_official_source"] == "a"
    neighbour = after.loc[("00203", "any")]
    assert neighbour["population_official"] == ""
    assert float(neighbour["people"]) == pytest.approx(
        float(before.loc[("00203", "any"), "people"]), rel=0.05
    ), "only people of cells on the common border move"


def test_successors_add_up(full: Region) -> None:
    communes, successors = read(full, "communes"), read(full, "successors")
    for operator in ("any", "mang-a", "mang-b"):
        old = communes[communes["operator"] == operator]
        new = successors[successors["operator"] == operator]
        assert new["successor_code"].tolist() == ["00101", "00203"]
        assert new["communes_counted"].tolist() == ["2", "1"]
        assert set(new["part"]) == {"whole"}
        people = old["people"].astype(float).sum()
        assert new["people"].astype(float).sum() == pytest.approx(people, abs=0.2)
    assert set(communes["successor"]) == {"Thử Lớn", "Đèo Gió Mới"}


def test_verdicts_rest_on_the_outline_where_there_is_one(plain: Region, full: Region) -> None:
    before, after = (read(r, "villages").set_index("village_id") for r in (plain, full))
    assert set(before["settlement_basis"]) == {"radius_people"}
    assert after.loc["V01", "settlement_basis"] == "outline_people"
    words = {"trang_song", "lom_song", "covered", "unknown"}
    for operator in ("any", "mang-a", "mang-b"):
        assert set(after[f"{operator}_lte_verdict"]) <= words
    margin = after["any_lte_margin_db"].astype(float)
    level = after["any_lte_level_dbm"].astype(float)
    assert (margin - (level + 100.0)).abs().max() < 0.11, "the threshold of the region is -100 dBm"


def test_reported_rows_keep_what_they_said(full: Region) -> None:
    reported = read(full, "reported")
    assert reported["match"].tolist() == ["matched", "matched", "unmatched"]
    assert reported["village_id"].tolist() == ["V01", "V04", ""]
    assert reported["reported"].tolist() == ["trang_song", "lom_song", "trang_song"]
    verdicts = read(full, "villages").set_index("village_id")
    assert reported["modelled"].tolist()[:2] == [
        verdicts.loc["V01", "any_lte_verdict"], verdicts.loc["V04", "mang-b_lte_verdict"],
    ]  # fmt: skip
    confusion = read(full, "reported-confusion")
    counts = confusion[[c for c in confusion if c.startswith("modelled_")]].astype(int)
    assert counts.to_numpy().sum() == 2 * len(village_rows())
    assert "village not found" in set(read(full, "field-checks")["reason"])


def test_criterion8_has_a_row_for_each_commune_and_indicator(full: Region) -> None:
    found = read(full, "criterion8").set_index(["commune_code", "indicator"])
    assert len(found) == 4 * len(ASKED)
    assert found.loc[("00203", "8.4"), "appraised_status"] == "met"
    assert found.loc[("00203", "8.4"), "status"] == "unknown"
    assert found.loc[("00101", "8.3"), "status"] == "not_met", "the list is complete, and has none"
    assert found.loc[("00101", "8.1"), "missing"] != ""


def test_addresses_are_unique(plain: Region, full: Region) -> None:
    assert len(read(plain, "address-codes")) == len(village_rows())
    codes = read(full, "address-codes")
    assert codes["address_code"].is_unique
    households = codes[codes["point_kind"] == "household"]
    assert households["in_cell"].tolist() == ["3", "3"], "the village centre lies there too"
    assert households["short_code_experimental"].str.startswith("31000").all()


def test_loudspeakers_and_the_names_of_communes(full: Region) -> None:
    speakers = read(full, "loudspeakers")
    assert speakers["facility_id"].tolist() == ["F4"]
    assert speakers["village_id"].tolist() == ["V04"]
    assert set(read(full, "communes")["commune"]) == {COMMUNES[code][0] for code in ASKED}
    for file in Path(full.output / "gaps").glob("*.csv"):
        assert "Practice data" in file.read_text(encoding="utf-8-sig")


def test_villages_to_place_come_with_a_place_to_start_from(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    rows = village_rows()
    rows[4]["latitude"] = rows[4]["longitude"] = ""
    write_csv(region.input("villages.csv"), rows)
    languages = ["Mông; Việt", "", "Mông", "", "Dao"]
    for row, spoken in zip(rows, languages, strict=False):
        row["languages"] = spoken
    write_csv(region.input("villages.csv"), [{"languages": "", **row} for row in rows])
    found = read(compute(region), "villages-to-place")
    support = read(region, "support").set_index("commune_code").loc["00102"]
    placed = (read(region, "villages")["commune_code"] == "00102").sum()
    assert (support["villages"], support["villages_signal_unknown"]) == (str(placed + 1), "1")
    assert float(support["households_signal_unknown"]) == float(rows[4]["households"])
    there = read(region, "infrastructure").set_index(["village_id", "operator"])
    assert there.loc[("V05", "any"), ["status", "sites_near"]].tolist() == ["unknown", ""]
    told = read(region, "information").set_index(["commune_code", "language"])
    assert told.loc[("00102", "Dao"), "villages_by_unknown"] == "1"
    assert "V05" not in set(read(region, "villages")["village_id"])
    assert found["village_id"].tolist() == ["V05"]
    assert found["commune"].tolist() == ["Nậm Thử"]
    assert found["latitude"].tolist() == [""]
    assert float(found["near_latitude"].iloc[0]) == pytest.approx(22.59, abs=0.03)
    assert "V05" not in set(read(region, "villages")["village_id"])


def test_a_commune_without_people_is_counted_by_area_alone(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    file = region.input("population.tif")
    longitude = degrees(3010.0, 490.0)[0]
    with rasterio.open(file, "r+") as raster:
        people = raster.read(1)
        people[:, : int((longitude - raster.bounds.left) / raster.res[0]) + 1] = 0.0
        raster.write(people, 1)
    run_here(region)
    communes = read(region, "communes").set_index(["commune_code", "operator"])
    empty, lived_in = (communes.loc[(code, "any")] for code in ("00101", "00203"))
    assert (empty["people"], empty["people_no_signal_percent"]) == ("0.0", "")
    assert float(empty["area_no_signal_km2"]) > 0
    assert float(lived_in["people_no_signal_percent"]) >= 0
    page = next((region.output / "communes").glob("00101-*.html")).read_text(encoding="utf-8")
    assert "nan" not in re.sub("<[^>]+>", " ", page.partition("<body")[2]).lower().split()
    verdicts = read(region, "villages").set_index("village_id")
    assert verdicts.loc["V01", "settlement_basis"] == "radius_area", "nobody is known to live there"


def test_the_raster_is_scaled_to_the_sum_over_villages(tmp_path: Path) -> None:
    region = compute(write_region(tmp_path / "vùng", study={"inputs.villages.official_year": 2023}))
    communes = read(region, "communes")
    villages = read(region, "villages").astype({"population": float})
    for code in ASKED:
        own = communes[(communes["commune_code"] == code) & (communes["operator"] == "any")].iloc[0]
        listed = villages.loc[villages["commune_code"] == code, "population"].sum()
        assert float(own["people"]) == pytest.approx(listed, abs=0.1)
        assert float(own["population_official"]) == pytest.approx(listed)
        assert own["population_official_year_status"] == "sum"
