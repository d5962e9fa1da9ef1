"""A response form goes out, comes back filled in, and the plan follows it."""

import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from forms import HEADING, cells_of, fill
from phusong.errors import DataError
from phusong.sources import towers_workbook
from phusong.sources.responses import FIELDS, is_response_form, read_response
from phusong.study import PRACTICE_LABEL
from runs import copied, invoke, run_here, table
from synthetic import Region, write_region

XL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def priorities(region: Region) -> pd.DataFrame:
    return table(region.output / "plan" / "priorities.csv")


@pytest.fixture(scope="module")
def run(plain_run: Region, tmp_path_factory: pytest.TempPathFactory) -> Region:
    return copied(plain_run, tmp_path_factory.mktemp("answers") / "r")


def form(run: Region, key: str = "mang-a") -> Path:
    return run.output / "plan" / f"response-{key}.xlsx"


def test_a_form_can_be_tried_first(run: Region, tmp_path: Path) -> None:
    answer = {"answer": "đồng ý / agree", "signer": "A. Lý"}
    back = fill(form(run), tmp_path / "back.xlsx", {0: answer})
    result = invoke("add", run.study, back, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert result.output.splitlines()[0].endswith(": đồng ý / agree")
    assert "nothing was written" in result.output
    assert not (run.folder / "data").exists()


def test_a_form_holds_an_operators_own_options(run: Region) -> None:
    found = priorities(run)
    names = {"mang-a": "Nhà mạng A", "mang-b": "Nhà mạng B"}
    for key, name in names.items():
        cells = cells_of(form(run, key))
        own = list(found.loc[found["operator"] == name, "option_id"])
        assert [line[0] for line in cells[HEADING:]] == own
        (other,) = set(names) - {key}
        assert not any(other in str(cell) or names[other] in str(cell) for c in cells for cell in c)
        assert PRACTICE_LABEL in cells[0][0]
        with zipfile.ZipFile(form(run, key)) as book:
            rules = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        assert '<dataValidation type="list"' in rules
        assert "đồng ý / agree" in rules
    assert is_response_form(form(run))
    assert not is_response_form(run.output / "plan" / "priorities.xlsx")
    assert read_response(form(run)) == ()


def test_a_form_can_be_filled_in_and_printed_and_nothing_else(run: Region) -> None:
    with zipfile.ZipFile(form(run)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
        names = book.read("xl/workbook.xml").decode("utf-8")
    assert sheet.find(f"{XL}sheetProtection") is not None
    kinds = styles.find(f"{XL}cellXfs")
    assert kinds is not None
    is_open = [
        (lock := kind.find(f"{XL}protection")) is not None and lock.get("locked") == "0"
        for kind in kinds
    ]
    columns = [str(title).rpartition("/")[2].strip() for title in cells_of(form(run))[HEADING - 1]]
    rows = list(sheet.iter(f"{XL}row"))[HEADING:]
    assert rows
    for row in rows:
        opened = {
            columns[number] for number, cell in enumerate(row) if is_open[int(cell.get("s", "0"))]
        }
        assert opened == set(FIELDS) - {"option_id"}
    page = sheet.find(f"{XL}pageSetup")
    assert page is not None
    assert (page.get("orientation"), page.get("paperSize")) == ("landscape", "9")
    assert "_xlnm.Print_Titles" in names
    widths = [float(col.get("width", "0")) for col in sheet.iter(f"{XL}col")]
    longest = max(len(str(line[0])) for line in cells_of(form(run))[HEADING:])
    assert widths[0] > longest, "an option_id is cut off"


@pytest.mark.parametrize(
    ("written", "quarter"),
    [("2026-Q3", "2026-Q3"), ("q3/2026", "2026-Q3"), ("Quý III/2026", "2026-Q3"),
     ("2026 Q1", "2026-Q1"), ("Quý 4 2027", "2027-Q4")],
)  # fmt: skip
def test_a_quarter_is_read_as_it_is_written(
    run: Region, tmp_path: Path, written: str, quarter: str
) -> None:
    answer = {"answer": "đồng ý / agree", "signer": "An", "planned_quarter": written}
    (found,) = read_response(fill(form(run), tmp_path / "back.xlsx", {0: answer}))
    assert found.quarter == quarter


def test_forms_are_the_same_bytes_again(run: Region, tmp_path: Path) -> None:
    other = write_region(tmp_path / "r")
    result = invoke("plan", other.study, "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "done:" in result.output
    for key in ("mang-a", "mang-b"):
        assert form(run, key).read_bytes() == form(other, key).read_bytes()


def test_answers_pin_forbid_and_move(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r", study={"planning.priorities": 12})
    run_here(region)
    before = priorities(region)
    own = before[before["operator"] == "Nhà mạng A"].reset_index(drop=True)
    assert len(own) >= 3
    longitude = float(own["longitude"][2]) + 0.001
    place = {
        "corrected_latitude": float(own["latitude"][2]) - 0.001,
        "corrected_longitude": str(longitude).replace(".", ","),
    }
    filled = fill(
        form(region), tmp_path / "trả lời.xlsx",
        {
            0: {"answer": "từ chối / decline", "reason": "=1+1 không có đất", "signer": "Ông A"},
            1: {"answer": "Agree", "planned_quarter": "2026-Q3", "signer": "Ông A"},
            2: {"answer": "modify", **place, "signer": "Ông A"},
        },
    )  # fmt: skip
    added = invoke("add", region.study, filled)
    assert added.exit_code == 0, added.output
    assert f"{own['option_id'][0]}: từ chối / decline" in added.output
    shutil.copytree(region.output, tmp_path / "before")
    kept = region.folder / "data" / "raw" / "synthetic" / "responses" / "trả lời.xlsx"
    assert kept.read_bytes() == filled.read_bytes()
    assert "phusong add" in (kept.parent / "provenance.json").read_text(encoding="utf-8")
    again = run_here(region)
    assert "reach: reused" in again.output  # answers change the plan alone
    after = priorities(region)
    assert own["option_id"][0] not in set(after["option_id"])
    assert (after["option_id"][0], after["decision"][0]) == (own["option_id"][1], "agreed")
    assert list(after["rank"]) == [str(n + 1) for n in range(len(after))]
    decisions = table(region.output / "plan" / "decisions.csv").set_index("option_id")
    assert list(decisions.loc[own["option_id"][:3], "effect"]) == ["forbidden", "pinned", "moved"]
    assert decisions.loc[own["option_id"][0], "reason"].startswith("'=1+1")
    moved = decisions.loc[own["option_id"][2], "moved_to"]
    stability = table(region.output / "plan" / "stability.csv").set_index("option_id")
    assert own["option_id"][2] not in stability.index
    assert float(stability.loc[moved, "latitude"]) == pytest.approx(
        place["corrected_latitude"], abs=1e-5
    )
    # What is agreed to has links of its own, and is linked from the first step.
    agreed = after.iloc[0]
    links = table(region.output / "plan" / "backhaul.csv")
    (link,) = links[links["option_id"] == agreed["option_id"]].to_dict("records")
    assert (link["from"], link["rank"], link["kind"]) == (agreed["option_id"], "1", "microwave")
    assert agreed["backhaul"] == "microwave"
    assert float(agreed["backhaul_m"]) == pytest.approx(float(link["length_m"]), abs=0.1)
    # At the place of what is agreed nobody else builds.
    spot = after.iloc[0]
    at = (after["latitude"] == spot["latitude"]) & (after["longitude"] == spot["longitude"])
    assert at.sum() == 1
    compared = invoke("compare", tmp_path / "before", region.output, "--output", tmp_path / "c")
    assert compared.exit_code == 0
    why = table(tmp_path / "c" / "compare-why.csv")
    told = why[why["what"] == "answer"].set_index("key")["after"]
    assert told[own["option_id"][1]] == "agree, pinned, 2026-Q3, Ông A"
    assert told[own["option_id"][2]] == f"modify, moved, {moved}, Ông A"
    assert set(told.index) == set(own["option_id"][:3])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"answer": "maybe", "signer": "A"}, ("column answer", "'maybe'", "decline")),
        ({"answer": "agree"}, ("column signer", "is empty")),
        ({"answer": "decline", "signer": "A"}, ("column reason", "say why")),
        ({"answer": "agree", "signer": "A", "planned_quarter": "Q3/26"}, ("'Q3/26'", "2026-Q3")),
        ({"answer": "modify", "signer": "A", "corrected_latitude": 95.0,
          "corrected_longitude": 104.0}, ("corrected_latitude", "'95.0'", "-90 to 90")),
        ({"answer": "modify", "signer": "A", "corrected_latitude": 22.0},
         ("corrected_longitude", "give both or none")),
        ({"answer": "agree", "signer": "A", "corrected_latitude": 22.0,
          "corrected_longitude": 104.0}, ("choose modify",)),
        ({"answer": "modify", "signer": "A"}, ("column reason", "what should be modified")),
        ({"reason": "later"}, ("column answer", "choose an answer")),
    ],
)  # fmt: skip
def test_faults_name_row_column_and_value(
    run: Region, tmp_path: Path, cells: dict[str, Any], words: tuple[str, ...]
) -> None:
    filled = fill(form(run), tmp_path / "form.xlsx", {1: cells})
    result = invoke("add", run.study, filled)
    assert result.exit_code == 2
    assert "row 4" in result.output
    for word in words:
        assert word in result.output, result.output
    assert not (run.folder / "data" / "raw" / "synthetic" / "responses" / "form.xlsx").exists()


def test_a_form_that_would_fill_the_memory_is_refused(
    run: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(towers_workbook, "LARGEST_BYTES", 1000)
    for read in (is_response_form, read_response):
        with pytest.raises(DataError, match=r"unpacks to .* GB, at most"):
            read(form(run))


def test_a_form_of_another_study_is_refused(run: Region, tmp_path: Path) -> None:
    answer = {"answer": "agree", "signer": "A"}
    strange = {0: {"option_id": "new-mast-mang-a-00000000", **answer}}
    result = invoke("add", run.study, fill(form(run), tmp_path / "x.xlsx", strange))
    assert result.exit_code == 2
    assert "no option of study synthetic" in result.output
    twice = {row: {"option_id": "new-mast-mang-a-00000000", **answer} for row in (0, 1)}
    with pytest.raises(DataError, match="answered more than once"):
        read_response(fill(form(run), tmp_path / "y.xlsx", twice))
    assert invoke("add", run.study, form(run)).exit_code == 2  # nothing is answered


def test_a_position_outside_is_refused_by_the_plan(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    assert invoke("plan", region.study, "--workers", "1").exit_code == 0
    where = {"corrected_latitude": 10.0, "corrected_longitude": 106.0}
    filled = fill(
        form(region), tmp_path / "far.xlsx", {0: {"answer": "modify", "signer": "A", **where}}
    )
    assert invoke("add", region.study, filled).exit_code == 0
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 2
    assert "outside the communes" in result.output


def test_two_forms_about_one_option_are_refused(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    assert invoke("plan", region.study, "--workers", "1").exit_code == 0
    answer = {0: {"answer": "agree", "signer": "A"}}
    for name in ("a.xlsx", "b.xlsx"):
        filled = fill(form(region), tmp_path / name, answer)
        assert invoke("add", region.study, filled).exit_code == 0
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 2
    assert "answered in a.xlsx too" in result.output
