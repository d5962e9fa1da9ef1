"""A list that lacks a station: its gaps are named so on every product, and nothing is ranked."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import phusong
from phusong.pipeline import show
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.reporting.basis_words import KNOWN_SITES, plain
from runs import invoke, run_here, table
from synthetic import Region, assumed, csv_text, degrees, tower_rows, write_region, write_text
from unit.sources.test_cell_dump import HEADER

SAID = plain(KNOWN_SITES)
PAGES = ("index.html", "maps/coverage.html", "brief-province.html", "brief-mang-b.html")
SOURCE = "thư của B 0815-kin"


def operators(**of_b: Any) -> list[dict[str, Any]]:
    names = (("Nhà mạng A", "mang-a", "#1b6ca8"), ("Nhà mạng B", "mang-b", "#b8860b"))
    found = [{"name": n, "key": k, "colour": c} for n, k, c in names]
    found[1] |= of_b
    return found


def two_stations() -> list[dict[str, Any]]:
    count = {**assumed(2, "sites"), "source": SOURCE}
    return operators(stations=count, stations_date="2026-05-04")


def without_a_station(region: Region) -> Region:
    """B's list lacks S3, which covers much of Nậm Thử."""
    rows = [row for row in tower_rows() if row["site_id"] != "S3"]
    write_text(region.input("towers.csv"), csv_text(rows))
    return region


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("thiếu") / "vùng"
    region = without_a_station(write_region(folder, study={"operators": two_stations()}))
    run_here(region)
    return region


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("đủ") / "vùng"
    region = write_region(folder, study={"operators": two_stations()})
    run_here(region)
    return region


def test_every_product_is_titled_so(lacking: Region, whole: Region) -> None:
    for page in PAGES:
        said = (lacking.output / page).read_text(encoding="utf-8")
        assert f"({KNOWN_SITES.vi})" in said, page
        assert f"({KNOWN_SITES.en})" in said, page
        assert SOURCE in said, page
        assert "1 of 2 stations" in said, page
        other = (whole.output / page).read_text(encoding="utf-8")
        assert KNOWN_SITES.en not in other, page
        assert KNOWN_SITES.vi not in other, page
    for name in ("gaps/communes.csv", "gaps/environments.csv"):
        rows = table(lacking.output / name).set_index("operator")["coverage_basis"]
        assert set(rows["mang-b"]) == set(rows["any"]) == {SAID}, name
        assert set(rows["mang-a"]) == {""}, name
        assert "coverage_basis" not in table(whole.output / name)
    for name in ("gaps/villages.csv", "gaps/facilities.csv"):
        found = table(lacking.output / name)
        assert set(found["any_lte_basis"]) == set(found["mang-b_lte_basis"]) == {SAID}, name
    for name in ("priorities", "build-order", "stability"):
        assert set(table(lacking.output / "plan" / f"{name}.csv")["coverage_basis"]) == {SAID}, name
    manifest = json.loads((lacking.output / "manifest.json").read_text(encoding="utf-8"))
    (fact,) = manifest["steps"]["reach"]["facts"]["incomplete_lists"]
    assert (fact["operator"], fact["sites_listed"], fact["stations"]) == ("mang-b", 1, 2.0)
    assert fact["source"] == f"{SOURCE} · 2026-05-04"


def test_notebooks_say_it(lacking: Region) -> None:
    study = phusong.open_study(lacking.study)
    reached = phusong.reach(study)
    found = phusong.gaps(study, reached)
    ranked = phusong.plan(study, found)
    for shown in (
        show.communes(study, found), show.operators(study, found), show.areas(study, found),
        show.villages(study, found), show.white_zones(study, found), show.findings(study),
        show.answer_reach(study, found), show.answer_gaps(study, found),
        show.priorities(study, ranked),
    ):  # fmt: skip
        assert KNOWN_SITES.en in shown._repr_html_()


def test_the_false_gap_that_it_is_about(lacking: Region, whole: Region) -> None:
    """Without the station there are more people without signal: a gap of the known sites."""
    silent = {}
    for region in (lacking, whole):
        rows = pd.read_csv(region.output / "gaps" / "communes.csv", encoding="utf-8-sig")
        silent[region] = rows.loc[rows["operator"] == "any", "people_no_signal"].sum()
    assert silent[lacking] > silent[whole] + 10


def test_no_ranking_for_that_operator(lacking: Region, whole: Region, tmp_path: Path) -> None:
    ranked = table(lacking.output / "plan" / "priorities.csv")
    assert set(ranked["operator"]) == {"Nhà mạng A"}
    assert "Nhà mạng B" in set(table(whole.output / "plan" / "priorities.csv")["operator"])
    facts = json.loads((lacking.output / "manifest.json").read_text(encoding="utf-8"))
    assert facts["steps"]["plan"]["facts"]["operators_not_ranked"] == ["mang-b"]
    for page in ("index.html", "brief-mang-b.html"):
        said = (lacking.output / page).read_text(encoding="utf-8")
        assert "No ranking is made for this operator" in said, page
    # With hops of 2 km none of its masts would see S4, its only station that is known.
    study = {
        "operators": two_stations(), "planning.rank_incomplete": True,
        "planning.longest_hop": assumed(20.0, "km"), "planning.candidates_kept": 40,
    }  # fmt: skip
    override = without_a_station(write_region(tmp_path / "vùng", study=study))
    run_here(override)
    again = table(override.output / "plan" / "priorities.csv")
    assert {"Nhà mạng A", "Nhà mạng B"} <= set(again["operator"])
    index = (override.output / "index.html").read_text(encoding="utf-8")
    assert "This operator is ranked all the same" in index
    assert "Rank operators with incomplete lists" in index
    assumed_there = json.loads((override.output / "manifest.json").read_text(encoding="utf-8"))
    keys = [a["key"] for a in assumed_there["assumptions"]]
    assert "planning.rank_incomplete" in keys
    assert "planning.rank_incomplete" not in [a["key"] for a in facts["assumptions"]]


def test_everybody_incomplete_ranks_nothing(tmp_path: Path) -> None:
    count = assumed(9, "sites")
    both = [{**op, "stations": count} for op in operators()]
    region = write_region(tmp_path / "vùng", study={"operators": both})
    run_here(region)
    assert len(table(region.output / "plan" / "priorities.csv")) == 0
    said = (region.output / "index.html").read_text(encoding="utf-8")
    assert "No ranked option newly covers anybody." in said


def test_reports_of_phones_alone_are_never_complete(tmp_path: Path) -> None:
    dump = "đầu vào/452.csv"
    also = {"file": dump, "source": "phones", "operators": {"452-04": "Nhà mạng B"}}
    region = write_region(
        tmp_path / "vùng",
        study={"inputs.towers.also": [also], "towers.frequency": {"LTE": assumed(1800, "MHz")}},
    )
    own = [row for row in tower_rows() if row["operator"] == "Nhà mạng A"]
    write_text(region.input("towers.csv"), csv_text(own))
    spots = ((2000, 3400), (2346, 2800), (1653, 2800))
    places = [degrees(*spot) for spot in spots]
    cells = [
        f"LTE,452,4,11203,{410_223 * 256 + n},0,{lon:.7f},{lat:.7f},1000,20,1,1600000000,"
        "1700000000,0"
        for n, (lon, lat) in enumerate(places, 1)
    ]
    write_text(region.folder / dump, "\n".join([HEADER, *cells]) + "\n")
    run_here(region)
    said = (region.output / "index.html").read_text(encoding="utf-8")
    assert "sites of Nhà mạng B are known from reports of phones alone" in said
    assert f"({KNOWN_SITES.en})" in said
    assert set(table(region.output / "plan" / "priorities.csv")["operator"]) == {"Nhà mạng A"}


def test_a_competitor_learns_that_it_is_so_but_not_whose_list(lacking: Region) -> None:
    study = phusong.open_study(lacking.study)
    for audience in ("operator:mang-a", "public"):
        write_for_audience(start(study), audience)
    for folder in ("for-operator-mang-a", "for-public"):
        for file in sorted((lacking.output / folder).rglob("*")):
            if file.suffix not in {".html", ".csv", ".json"}:
                continue
            said = file.read_text(encoding="utf-8-sig")
            assert "0815-kin" not in said, file
            assert "1 of 2" not in said, file
            if file.suffix == ".html":
                assert KNOWN_SITES.en in said, file


def test_check_says_it(lacking: Region) -> None:
    result = invoke("check", lacking.study)
    assert result.exit_code == 1
    assert "Nhà mạng B, 1 of 2" in result.output
    assert "no ranking is made for them" in result.output
