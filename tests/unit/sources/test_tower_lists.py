"""Several tower lists of one study, each written in its own way."""

from pathlib import Path
from typing import Any

import pytest

from phusong.errors import DataError, DataWarning, StudyError
from phusong.geo.grid import Grid
from phusong.geo.network import Network
from phusong.sources.study_file import read_study
from phusong.sources.towers import read_network
from synthetic import (
    CRS,
    EAST,
    FOLDER,
    NORTH,
    SOUTH,
    WEST,
    csv_text,
    replace,
    study_facts,
    toml,
    tower_rows,
)

GRID = Grid.from_bounds(WEST, SOUTH, EAST, NORTH, crs=CRS, resolution_m=90)
ORIGIN = {"source": "invented for tests"}
Rows = list[dict[str, str]]


def read(folder: Path, lists: dict[str, tuple[str, dict[str, Any]]]) -> Network:
    """Read lists: content and what the study says of each, by name; the first is the main one."""
    (folder / FOLDER).mkdir(exist_ok=True)
    sections = []
    for name, (content, facts) in lists.items():
        (folder / FOLDER / name).write_text(content, encoding="utf-8")
        sections.append({"file": f"{FOLDER}/{name}", **ORIGIN, **facts})
    whole = study_facts()
    replace(whole, "inputs.towers", sections[0])
    text = toml(whole)
    for section in sections[1:]:
        text += "\n[[inputs.towers.also]]\n" + toml(section)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_network(read_study(folder / "study.toml"), GRID)


def of(operator: str) -> Rows:
    return [row for row in tower_rows() if row["operator"] == operator]


def without_operator(rows: Rows) -> Rows:
    return [{k: v for k, v in row.items() if k != "operator"} for row in rows]


A, B = of("Nhà mạng A"), of("Nhà mạng B")


def test_one_list_of_each_operator(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    together = read(tmp_path / "one", {"all.csv": (csv_text(tower_rows()), {})})
    vietnamese = [{("Vĩ độ" if k == "latitude" else k): v for k, v in r.items()} for r in B]
    apart = read(
        tmp_path,
        {
            "a.csv": (csv_text(without_operator(A)), {"values": {"operator": "Nhà mạng A"}}),
            "b.csv": (csv_text(vietnamese, separator=";"), {}),
        },
    )
    assert apart == together
    examples = [change.example for change in apart.changes]
    assert "a.csv: every row has operator = 'Nhà mạng A'" in examples
    assert "b.csv: column 'Vĩ độ' is read as latitude" in examples


def test_each_list_has_its_own_rules(tmp_path: Path) -> None:
    bad = [{**row, "mast_height_m": "cao"} for row in B[:1]] + B[1:]
    lists = {"a.csv": (csv_text(A), {}), "b.csv": (csv_text(bad), {"bad_rows": "leave-out"})}
    with pytest.warns(DataWarning, match=r"b\.csv: 1 of 3 row\(s\) cannot be used"):
        network = read(tmp_path, lists)
    assert len(network.sectors) == 5
    assert network.left_out[0].startswith("b.csv row 2, column mast_height_m = cao")
    swapped = {"a.csv": (csv_text(A), {"bad_rows": "leave-out"}), "b.csv": (csv_text(bad), {})}
    with pytest.raises(DataError, match=r"b\.csv row 2, column mast_height_m = cao"):
        read(tmp_path, swapped)


def test_an_operator_may_have_no_site_in_the_area(tmp_path: Path) -> None:
    far = [{**row, "latitude": "10.5"} for row in B]
    with pytest.warns(DataWarning, match=r"b\.csv: no site lies in the study area"):
        network = read(tmp_path, {"a.csv": (csv_text(A), {}), "b.csv": (csv_text(far), {})})
    assert network.operators == ("Nhà mạng A",)
    near = [{**row, "latitude": "10.5"} for row in A]
    with (
        pytest.raises(DataError, match="no site of any tower list lies in the study area"),
        pytest.warns(DataWarning, match="no site lies in the study area"),
    ):
        read(tmp_path, {"a.csv": (csv_text(near), {}), "b.csv": (csv_text(far), {})})


def test_a_sector_stands_in_one_list_only(tmp_path: Path) -> None:
    lists = {"a.csv": (csv_text(A), {}), "all.csv": (csv_text(tower_rows()), {})}
    with pytest.raises(DataError, match=r"a\.csv and all\.csv both hold S1 of Nhà mạng A.* 2 more"):
        read(tmp_path, lists)


def test_lists_stand_side_by_side(tmp_path: Path) -> None:
    nested = (
        '[[inputs.towers.also]]\nfile = "b.csv"\nsource = "x"\n'
        '[[inputs.towers.also.also]]\nfile = "c.csv"\nsource = "y"\n'
    )
    text = f"{toml(study_facts())}\n{nested}"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="put all lists side by side"):
        read_study(tmp_path / "study.toml")
