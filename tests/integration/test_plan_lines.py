"""What a plan asks besides signal, on pages of communes and for each audience."""

import html
import re
from pathlib import Path

import pytest

import phusong
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.report import write_report
from phusong.pipeline.results import study_facts
from phusong.reporting.audience import for_operator, for_public
from phusong.reporting.commune_lines import lines_table
from phusong.reporting.commune_page import COMPARISON, commune_file
from phusong.reporting.findings import official_findings
from phusong.reporting.study_facts import StudyFacts
from phusong.study import Study
from runs import table
from synthetic import COMMUNES, FOLDER, village_rows, write_csv, write_region, write_text

INPUTS = ("statistics", "infrastructure", "offices")
UNPLACED = "V05"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    region = write_region(
        tmp_path_factory.mktemp("kế hoạch") / "vùng thử",
        study={
            f"inputs.{name}": {"file": f"{FOLDER}/{name}.csv", "source": "invented for tests"}
            for name in INPUTS
        },
    )
    villages = []
    for row in village_rows():
        placed = row["village_id"] != UNPLACED
        where = {} if placed else {"latitude": "", "longitude": ""}
        spoken = "Mông; Việt" if row["village_id"] in {"V01", "V02"} else ""
        villages.append({**row, **where, "poor_households": "3", "languages": spoken})
    write_csv(region.input("villages.csv"), villages)
    figures = {"year": "2024", "source": "số liệu xã", "poverty_standard": "2022-2025"}
    write_csv(
        region.input("statistics.csv"),
        [{"commune_code": "00101", "population": "1234", "households": "250",
          "poor_rate_percent": "41.25", "poor_rate_relation": "gt", **figures}],
    )  # fmt: skip
    write_text(region.input("infrastructure.csv"), "village_id,fibre,grid\nV01,yes,yes\nV02,no,\n")
    write_text(region.input("offices.csv"), "commune_code,lan,connection\n00101,yes,copper\n")
    opened = phusong.open_study(region.study)
    write_report(start(opened), with_notebooks=False)
    for audience in ("public", "operator:mang-a"):
        write_for_audience(start(opened), audience)
    return opened


@pytest.fixture(scope="module")
def facts(study: Study) -> StudyFacts:
    return study_facts(start(study))


def lines(facts: StudyFacts, code: str) -> dict[str, tuple[str, str]]:
    found = lines_table(facts, code)
    assert found is not None
    return {name.en: (value.vi, value.en) for name, value in found.rows}  # type: ignore[attr-defined]


def words(folder: Path, file: str) -> str:
    markup = (folder / file).read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", " ", markup.partition("<body")[2]))
    return re.sub(r"[ \n]+", " ", text)


def test_official_figures_stand_first_with_both_totals(study: Study, facts: StudyFacts) -> None:
    row = table(study.output / "gaps/communes.csv").set_index(["commune_code", "operator"]).loc[
        ("00101", "any")
    ]  # fmt: skip
    said = lines(facts, "00101")
    assert next(iter(said)) == "Population"
    raster = f"{float(row['population_raster']):,.0f}"
    assert said["Population"][1].startswith(
        f"1,234 (official, 2024, số liệu xã); by the raster {raster}"
    )
    assert said["Population"][0].startswith("1.234 (chính thức, 2024, số liệu xã); theo lưới")
    assert (
        said["Poor households"][1] == "> 41.25\u00a0% by the standard 2022-2025, 2024 (số liệu xã)"
    )
    assert "no official figure" in lines(facts, "00203")["Population"][1]
    whole = official_findings(facts.commune_rows())[0]
    assert "1,234 people in 1 of 3 communes (2024)" in whole.en
    assert whole.en in words(study.output, "index.html")


def test_the_plans_lines_say_what_the_tables_say(study: Study, facts: StudyFacts) -> None:
    said = lines(facts, "00101")
    support = table(study.output / "gaps/support.csv").set_index("commune_code").loc["00101"]
    poor = [f"poor_households_{c}" for c in ("covered", "marginal", "no_signal", "signal_unknown")]
    numbers = [int(n) for n in re.findall(r"\d+", said["Poor households by signal"][1])]
    assert numbers == [round(float(support[c])) for c in poor]
    own = table(study.output / "gaps/infrastructure-communes.csv")
    own = own[(own["commune_code"] == "00101") & (own["operator"] == "any")].iloc[0]
    asked = int(own["fibre_unknown"])
    fibre = f"Optical fibre 1 / {own['villages']}" + (f" ({asked} ?)" if asked else "")
    assert said["Infrastructure of villages"][1].startswith(fibre)
    assert said["Commune office"][0].startswith("mạng LAN: có; đường truyền: cáp đồng")
    assert "Mông" in said["Languages, villages"][1]
    unplaced = next(v for v in village_rows() if v["village_id"] == UNPLACED)
    elsewhere = lines(facts, unplaced["commune_code"])
    assert unplaced["name"] in elsewhere["Villages without coordinates"][1]
    page = words(study.output, commune_file("00101", COMMUNES["00101"][0]))
    for vietnamese, english in said.values():
        assert vietnamese.replace("\u00a0", " ") in page.replace("\u00a0", " ")
        assert english.replace("\u00a0", " ") in page.replace("\u00a0", " ")


def test_all_communes_stand_side_by_side(study: Study) -> None:
    page = words(study.output, COMPARISON)
    for title in (
        "Official figures and the raster", "Infrastructure of villages", "Commune offices",
        "Devices and service for poor households", "Ways to inform villages",
        "Loudspeaker clusters",
    ):  # fmt: skip
        assert title in page
    assert "1 of 3 offices have a local network, 0 have none, of 2 it is not known" in page


def test_nobody_else_reads_of_sites_or_operators(study: Study, facts: StudyFacts) -> None:
    for seen in (for_public(facts), for_operator(facts, "mang-a")):
        assert set(seen.gaps.beside) == set(facts.gaps.beside)
        for name, shown in seen.gaps.beside.items():
            told = shown.to_csv()
            assert "mang-b" not in told
            assert "Nhà mạng B" not in told
            assert not {"operators", "level_dbm", "probability_percent", "sites_near"} & set(shown)
            assert set(shown.get("operator", [])) <= {"any"}, name
            assert not [column for column in shown if "site" in column]
    for folder in ("for-public", "for-operator-mang-a"):
        said = words(study.output / folder, COMPARISON)
        assert "Infrastructure of villages" in said
        assert "Nhà mạng B" not in said
        assert "Site near" not in said
