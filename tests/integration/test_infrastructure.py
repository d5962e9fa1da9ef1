"""What villages and offices have, from tables as a province writes them to the tables of a run."""

import json
from pathlib import Path

import pytest

import phusong
from phusong.errors import DataError
from phusong.pipeline.inputs import Inputs
from runs import table
from synthetic import ASKED, FOLDER, Region, degrees, write_region, write_text

VIETNAMESE = "Mã thôn;Cáp quang;Điện lưới;Đường ô tô\nV01;Có;có;Không\nV04;chưa rõ;;x\n"
OFFICES = "Mã xã,Mạng LAN,Kết nối,Ngày\n00101,có,cáp quang,2025-03-01\n00203,chưa có,,\n"


def written(folder: Path, villages: str = VIETNAMESE, offices: str = OFFICES) -> Region:
    region = write_region(
        folder,
        study={
            f"inputs.{name}": {"file": f"{FOLDER}/{name}.csv", "source": "invented for tests"}
            for name in ("infrastructure", "offices")
        },
    )
    write_text(region.input("infrastructure.csv"), villages)
    write_text(region.input("offices.csv"), offices)
    return region


def test_tables_with_vietnamese_headings(tmp_path: Path) -> None:
    region = written(tmp_path / "vùng")
    study = phusong.open_study(region.study)
    phusong.gaps(study, phusong.reach(study, workers=1))
    found = table(region.output / "gaps/infrastructure.csv").set_index(["village_id", "operator"])
    assert len(found) == 6 * 3
    row = found.loc[("V01", "any")]
    assert row[["fibre", "fixed_broadband", "grid", "road", "unknowns"]].tolist() == [
        "yes", "unknown", "yes", "no", "1",
    ]  # fmt: skip
    assert found.loc[("V04", "mang-a"), "road"] == "yes"
    assert found.loc[("V04", "mang-a"), "unknowns"] == "3"
    villages = table(region.output / "gaps/villages.csv").set_index("village_id")
    assert found["status_vi"].ne("").all()
    for (village, operator), status in found["status"].items():
        silent = villages.loc[village, f"{operator}_lte_class"] == "no_signal"
        assert (status in {"site_no_signal", "no_infrastructure"}) == silent
    assert set(found.xs("any", level="operator")["sites_near"]) == {"4"}, "all within 10 km"
    offices = table(region.output / "gaps/offices.csv").set_index("commune_code")
    assert offices["lan"].to_dict() == dict(zip(ASKED, ("yes", "no", "unknown"), strict=True))
    assert offices["connection"].tolist() == ["fibre", "unknown", "unknown"]
    assert offices.loc["00102", "facility_id"] == "F3"
    (goal,) = table(region.output / "gaps/offices-target.csv").to_dict("records")
    assert (goal["lan_yes"], goal["lan_unknown"], goal["status"]) == ("1", "1", "not_met")
    assert "31/KH-STTTT" in goal["target_source"]


@pytest.mark.parametrize(
    ("villages", "message"),
    [
        ("village_id,fibre\nV99,yes\n", r"row 2: village_id = 'V99' is not in the list"),
        ("village_id,fibre\nV01,yes\nV01,no\n", r"rows 2, 3: village_id = 'V01' stands more"),
        ("village_id,fibre\nV01,maybe\n", r"row 2.*fibre.*maybe.*yes, no"),
        ("village_id,colour\nV01,red\n", r"none of the columns fibre, fixed_broadband, grid, road"),
        ("village_id,fibre,Cáp quang\nV01,yes,no\n", r"two headings mean fibre"),
    ],
)
def test_bad_tables_are_named(tmp_path: Path, villages: str, message: str) -> None:
    study = phusong.open_study(written(tmp_path / "vùng", villages=villages).study)
    with pytest.raises(DataError, match=message):
        _ = Inputs(study).infrastructure


@pytest.mark.parametrize(
    ("offices", "message"),
    [
        ("commune_code,lan\n00101,perhaps\n", r"row 2.*lan.*perhaps"),
        ("commune_code,lan\n00101,yes\n00101,no\n", r"commune_code = '00101' stands more"),
        (
            "commune_code,lan,vintage\n00101,yes,2025-07-01\n",
            r"vintage = '2025-07-01', the study's is 2025-06-30",
        ),
    ],
)
def test_bad_offices_are_named(tmp_path: Path, offices: str, message: str) -> None:
    study = phusong.open_study(written(tmp_path / "vùng", offices=offices).study)
    with pytest.raises(DataError, match=message):
        _ = Inputs(study).offices


def test_people_live_in_buildings_where_a_study_has_them(tmp_path: Path) -> None:
    regions = {}
    for name in ("without", "with"):
        inputs = {"inputs.buildings": {"file": f"{FOLDER}/nhà.geojson", "source": "invented"}}
        region = write_region(tmp_path / name, study=inputs if name == "with" else {})
        places = [degrees(900.0 + 40 * n, 2200.0 + 25 * n) for n in range(12)]
        features = [
            {
                "type": "Feature", "properties": {},
                "geometry": {"type": "Point", "coordinates": place},
            }
            for place in places
        ]  # fmt: skip
        content = json.dumps({"type": "FeatureCollection", "features": features})
        write_text(region.input("nhà.geojson"), content)
        study = phusong.open_study(region.study)
        phusong.gaps(study, phusong.reach(study, workers=1))
        manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
        regions[name] = (Inputs(study).people, manifest)
    (even, plain), (built, with_buildings) = regions["without"], regions["with"]
    assert built.total == pytest.approx(even.total, rel=1e-9)
    assert "people_without_building" not in plain["steps"]["gaps"]["facts"]
    spread = with_buildings["steps"]["gaps"]["facts"]["people_without_building"]
    assert 0 < spread < built.total
    cells_of_nobody = (built.count == 0) & (even.count > 0)
    assert cells_of_nobody.any()
    entry = next(i for i in with_buildings["inputs"] if i["key"] == "buildings")
    assert list(entry["files"]) == [f"{FOLDER}/nhà.geojson"]
