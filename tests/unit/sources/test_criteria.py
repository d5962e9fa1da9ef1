"""Sets of criterion 8 are data: chosen, checked, and with the study's own thresholds."""

from pathlib import Path
from typing import Any

import pytest

from phusong.errors import DataError
from phusong.geo.criteria import CriterionSet
from phusong.sources.boundaries import read_communes
from phusong.sources.criteria import read_appraisals, read_criteria
from phusong.sources.study_file import read_study
from synthetic import FOLDER, assumed, write_csv, write_region, write_text

NEXT = """
[[sets]]
key = "2026-2030"
valid_from = "2026-01-01"
valid_to = "2030-12-31"
source = "invented for tests"
[[sets.indicators]]
key = "8.1"
text_vi = "Xã có mạng"
text_en = "The commune has a network"
required = "Đạt"
test = "villages_served"
threshold = { value = 0.9, unit = "fraction", source = "invented" }
"""


def read(folder: Path, *, file: str | None = None, **section: Any) -> CriterionSet:
    changes: dict[str, Any] = {"criterion8": section}
    if file is not None:
        inputs = {"file": f"{FOLDER}/criteria.toml", "source": "invented for tests"}
        changes["inputs.criteria"] = inputs
    region = write_region(folder / "vùng", study=changes)
    if file is not None:
        write_text(region.input("criteria.toml"), file)
    study = read_study(region.study)
    assert study.criterion8 is not None
    return read_criteria(study, study.criterion8)


def test_set_that_comes_with_phusong(tmp_path: Path) -> None:
    found = read(tmp_path, complete=["loudspeaker"])
    assert (found.key, found.valid_from) == ("2021-2025", "2022-03-08")
    assert [i.key for i in found.indicators] == ["8.1", "8.2", "8.3", "8.4"]
    assert [i.text_vi for i in found.indicators] == [
        "Xã có điểm phục vụ bưu chính",
        "Xã có dịch vụ viễn thông, internet",
        "Xã có đài truyền thanh và hệ thống loa đến các thôn",
        "Xã có ứng dụng công nghệ thông tin trong công tác quản lý, điều hành",
    ]
    thresholds = [i.threshold for i in found.indicators]
    assert [t.value for t in thresholds if t] == pytest.approx([1.0, 1.0, 2 / 3])
    assert not any(t.verified for t in thresholds if t), "no text that has them is at hand"
    assert found.complete == ("loudspeaker",)


def test_thresholds_of_the_study(tmp_path: Path) -> None:
    found = read(tmp_path, thresholds={"8.3": assumed(0.5, "fraction")})
    threshold = found.indicators[2].threshold
    assert threshold is not None
    assert (threshold.value, threshold.source) == (0.5, "invented for tests")


def test_next_set_is_a_file(tmp_path: Path) -> None:
    found = read(tmp_path, file=NEXT, set="2026-2030")
    assert [i.text_en for i in found.indicators] == ["The commune has a network"]


@pytest.mark.parametrize(
    ("file", "section", "says"),
    [
        (
            None,
            {"set": "2011-2015"},
            "'2011-2015' is not in criterion8.toml; allowed are 2021-2025",
        ),
        (None, {"thresholds": {"8.9": assumed(0.5, "fraction")}}, "thresholds names 8.9"),
        (NEXT + NEXT[NEXT.index("[[sets.ind") :], {"set": "2026-2030"}, "stands twice"),
        (NEXT.replace("2026-01-01", "1/1/2026"), {"set": "2026-2030"}, "valid_from"),
        (NEXT.replace('required = "Đạt"', ""), {"set": "2026-2030"}, "required: Field required"),
        ("sets = ", {"set": "2026-2030"}, "not valid TOML"),
    ],
)
def test_faults_are_named(
    tmp_path: Path, file: str | None, section: dict[str, Any], says: str
) -> None:
    with pytest.raises(DataError, match=says):
        read(tmp_path, file=file, **section)


# What people found


def appraisals(folder: Path, **cells: str) -> Any:
    row = {
        "commune_code": "00101", "vintage": "", "indicator": "8.4", "status": "met",
        "evidence": "visit", "appraiser": "Phòng Văn hoá", "date": "2025-07-30", **cells,
    }  # fmt: skip
    inputs = {"file": f"{FOLDER}/indicators.csv", "source": "invented for tests"}
    region = write_region(folder / "vùng", study={"inputs.indicators": inputs})
    write_csv(region.input("indicators.csv"), [row, {**row, "commune_code": "09999"}])
    study = read_study(region.study)
    communes = read_communes(region.input("communes.geojson"), study)
    assert study.inputs.indicators is not None
    return read_appraisals(study.inputs.indicators, study, communes)


def test_appraisals_of_the_communes_asked_about(tmp_path: Path) -> None:
    found = appraisals(tmp_path)
    assert found["commune_code"].tolist() == ["00101"]
    assert found["appraiser"].tolist() == ["Phòng Văn hoá"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"status": "đạt"}, "'đạt' is not known: allowed are met, not_met, unknown"),
        ({"vintage": "2025-07-01"}, "row 2: vintage = '2025-07-01'"),
        ({"date": "30/07/2025"}, "row 2: date = '30/07/2025'; write it as 2025-07-30"),
        ({"appraiser": ""}, "column appraiser is empty"),
    ],
)
def test_faults_of_appraisals(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    with pytest.raises(DataError, match=says):
        appraisals(tmp_path, **cells)
