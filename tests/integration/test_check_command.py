"""``phusong check``: what it says, in which form, and with which status it ends."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from phusong.reporting.policy import loaded_from_outside
from runs import invoke
from synthetic import (
    Region,
    csv_text,
    replace,
    study_facts,
    toml,
    tower_rows,
    write_region,
    write_text,
)

MESSY = {"site_id": "Mã trạm", "latitude": "Vĩ độ", "longitude": "Kinh độ", "technology": "CN"}


def rewritten(folder: Path, rows: list[dict[str, str]], **towers: Any) -> Region:
    """The region with another tower list."""
    region = write_region(folder)
    write_text(region.input("towers.csv"), csv_text(rows, separator=";"))
    facts = study_facts()
    for key, value in towers.items():
        replace(facts, f"inputs.towers.{key}", value)
    write_text(region.study, toml(facts))
    return region


def reports(region: Region) -> tuple[Any, dict[str, Any], str]:
    """Outcome, the report for machines and the page."""
    page, facts = region.folder / "kiểm tra.html", region.folder / "kiểm tra.json"
    result = invoke("check", region.study, "--html", page, "--json", facts)
    return result, json.loads(facts.read_text("utf-8")), page.read_text("utf-8")


class Words(HTMLParser):
    """The visible words of a page, spaces that do not break like others."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ")


def test_clean_inputs_end_with_status_0(tmp_path: Path) -> None:
    result, facts, page = reports(write_region(tmp_path / "r"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert (facts["status"], facts["practice_data"]) == ("clean", True)
    assert {f["severity"] for f in facts["findings"]} == {"note"}
    assert "errors: 0\nwarnings: 0\n" in result.stdout
    assert "  mast_height_m: 1 (mast_height = 36 m)\n" in result.stdout
    assert {"column": "mast_height_m", "sectors": 1, "by": "mast_height = 36 m"} in facts["filled"]
    whole, *_ = facts["rests_on_filled_values"]
    # Every sector lacks tilt or beamwidth, so every site and every person of the communes.
    assert (whole["column"], whole["sectors"], whole["sites"]) == ("any", 5, 4)
    assert whole["area_km2"] == pytest.approx(19, abs=1.5)
    assert not loaded_from_outside(page)
    assert "Dữ liệu mô phỏng" in Words(page).text


def test_a_check_writes_nothing_else(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    before = set(region.folder.rglob("*"))
    assert invoke("check", region.study).exit_code == 0
    assert set(region.folder.rglob("*")) == before


def test_doubts_end_with_status_1(tmp_path: Path) -> None:
    rows = tower_rows()
    rows[0]["mast_height_m"] = "12"  # the antenna hangs at 28 m
    rows[4]["latitude"] = "10.5"
    result, facts, page = reports(rewritten(tmp_path / "r", rows))
    assert (result.exit_code, result.stderr) == (1, "")
    assert facts["status"] == "warnings"
    warned = {f["kind"]: f for f in facts["findings"] if f["severity"] == "warning"}
    assert set(warned) == {"antenna-above-mast", "noticed"}
    assert warned["antenna-above-mast"]["cases"] == ["S1 (Nhà mạng A), 28 m > 12 m"]
    assert "1 site(s) lie outside the study area" in warned["noticed"]["text"]
    assert facts["left_out"] == ["site S4 lies outside the study area"]
    assert "warnings: 2\n" in result.stdout
    assert "S1 (Nhà mạng A), 28 m > 12 m" in Words(page).text


def test_errors_end_with_status_2_and_every_one_is_for_a_machine(tmp_path: Path) -> None:
    rows = tower_rows()
    rows[1]["azimuth_deg"] = "400"
    rows[2]["mast_height_m"] = "900"
    region = rewritten(tmp_path / "r", rows)
    region.input("population.tif").write_bytes(b"no raster")
    result, facts, page = reports(region)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: towers.csv row 3, column azimuth_deg = 400.0: 0 to 360")
    assert "population.tif" in result.stderr
    found = [f for f in facts["findings"] if f["severity"] == "error"]
    assert facts["status"] == "errors"
    assert [(f["subject"], f["line"], f["column"], f["value"]) for f in found] == [
        ("towers", 3, "azimuth_deg", "400.0"), ("towers", 4, "mast_height_m", "900.0"),
        ("population", None, "", ""),
    ]  # fmt: skip
    assert "column mast_height_m = 900.0: 1 to 400 m is allowed" in Words(page).text


def test_how_a_messy_list_was_read(tmp_path: Path) -> None:
    rows = [{MESSY.get(k, k): v for k, v in row.items()} for row in tower_rows()]
    for row in rows:
        row |= {"CN": "4G", "Vĩ độ": row["Vĩ độ"].replace(".", ","), "Thửa đất": "12"}
    rows[3]["azimuth_deg"] = "về phía bắc"
    region = rewritten(tmp_path / "r", rows, bad_rows="leave-out", columns={"CN": "technology"})
    result, facts, page = reports(region)
    assert result.exit_code == 1
    changes = {(c["kind"], c["column"]): c for c in facts["changes"]}
    assert changes["decimal comma", "latitude"]["count"] == 6
    assert changes["word", "technology"]["example"] == "row 2: '4G' read as 'LTE'"
    assert changes["heading", "site_id"]["example"] == "column 'Mã trạm' is read as site_id"
    assert "column 'Thửa đất' is not used" in changes["not used", "Thửa đất"]["example"]
    assert facts["left_out"] == [
        "towers.csv row 5, column azimuth_deg = về phía bắc: 0 to 360 deg is allowed; degrees "
        "from true north, empty for omni"
    ]
    assert "1 of 6 row(s) cannot be used and are left out (inputs.towers.bad_rows): 5" in (
        result.stdout
    )
    assert "decimal comma, latitude (6): row 2: '22,5688610' read as 22.5688610" in result.stdout
    assert "column 'Mã trạm' is read as site_id" in Words(page).text


def test_nothing_from_a_list_runs_in_the_page(tmp_path: Path) -> None:
    rows = tower_rows()
    evil = "<script>alert(1)</script>{{7*7}}"
    for row in rows[:2]:
        row |= {"site_id": evil, "mast_height_m": "12"}
    result, facts, page = reports(rewritten(tmp_path / "r", rows))
    assert result.exit_code == 1
    assert f"{evil} (Nhà mạng A), 28 m > 12 m" in facts["findings"][0]["cases"]
    assert "<script>alert" not in page
    assert "{{" not in page
    assert evil in Words(page).text
