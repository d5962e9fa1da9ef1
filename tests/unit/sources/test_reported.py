"""A reported list: which village each row means, and which rows are not clear."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from phusong.errors import DataError, DataWarning
from phusong.geo.gazetteer import Change, Crosswalk, Gazetteer, Unit, Vintage
from phusong.geo.names import NameRules
from phusong.sources.boundaries import read_communes
from phusong.sources.places import read_places
from phusong.sources.reported import read_reported
from phusong.sources.study_file import read_study
from synthetic import FOLDER, VINTAGE, degrees, village_rows, write_csv, write_region

RULES = {
    "commune": NameRules(prefixes=("xã",), letters={"đ": "d"}),
    "village": NameRules(prefixes=("thôn", "bản"), letters={"đ": "d"}),
}
UNITS = (
    Unit(VINTAGE, "D", "district", "Huyện Thử"),
    Unit(VINTAGE, "00101", "commune", "Thử Một", "D", variants={"Thử Mốt": "invented"}),
    Unit(VINTAGE, "00203", "commune", "Đèo Gió", "D"),
    Unit(VINTAGE, "00102", "commune", "Nậm Thử", "D"),
    Unit("later", "00101", "commune", "Thử Lớn"),
    Unit("later", "00203", "commune", "Đèo Gió"),
)
GAZETTEER = Gazetteer(
    "thử",
    (Vintage(VINTAGE, "", ("district", "commune"), ""), Vintage("later", "", ("commune",), "")),
    RULES,
    UNITS,
    (
        Crosswalk(
            VINTAGE,
            "later",
            (
                Change("00101", "00101", 1.0, "1"),
                Change("00102", "00101", 1.0, "1"),
                Change("00203", "00203", 1.0, "2"),
            ),
            "invented",
        ),
    ),
)
EXTRA = [
    {"village_id": "V07", "name": "Bản Giàng", "commune_code": "00203", "at": (4000.0, 1200.0)},
    {"village_id": "V08", "name": "Bản Giang", "commune_code": "00203", "at": (4500.0, 2000.0)},
    {"village_id": "V09", "name": "Khe Sâu", "commune_code": "00203", "at": (5000.0, 1000.0)},
]


def read(folder: Path, *rows: dict[str, str], gazetteer: Gazetteer | None = GAZETTEER) -> Any:
    inputs = {"file": f"{FOLDER}/reported.csv", "source": "invented for tests"}
    region = write_region(folder / "vùng", study={"inputs.reported": inputs})
    villages = village_rows()
    for extra in EXTRA:
        longitude, latitude = degrees(*extra["at"])  # type: ignore[misc]
        place = {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}
        named = {key: str(extra[key]) for key in ("village_id", "name", "commune_code")}
        villages.append({**named, **place, "households": "9", "population": "40"})
    write_csv(region.input("villages.csv"), villages)
    columns = sorted({key for row in rows for key in row})
    write_csv(region.input("reported.csv"), [{c: row.get(c, "") for c in columns} for row in rows])
    study = read_study(region.study)
    communes = read_communes(region.input("communes.geojson"), study)
    assert study.inputs.reported is not None
    places = read_places(study, communes)
    return read_reported(study.inputs.reported, study, places, gazetteer)


def one(folder: Path, gazetteer: Gazetteer | None = GAZETTEER, **cells: str) -> pd.Series:
    return read(folder, cells, gazetteer=gazetteer).iloc[0]


@pytest.mark.parametrize(
    ("village", "village_id"),
    [("Bản Trên", "V01"), ("thôn Trên", "V01"), ("BAN TREN", "V01"), ("Trên", "V01"),
     ("Bản-Dưới", "V02")],
)  # fmt: skip
def test_village_is_found_by_its_name(tmp_path: Path, village: str, village_id: str) -> None:
    row = one(tmp_path, village=village, commune_code="00101")
    assert (row["match"], row["village_id"], row["commune"]) == ("matched", village_id, "Thử Một")


@pytest.mark.parametrize(
    "place",
    [{"commune": "xã Thử Một"}, {"commune": "Thử Mốt"}, {"commune": "Thu Mot", "district": "D"},
     {"commune": "thử một", "district": "huyen thu"}, {"commune_code": "00101"},
     {"commune_code": "00101", "vintage": "later"}],
)  # fmt: skip
def test_commune_by_code_or_name(tmp_path: Path, place: dict[str, str]) -> None:
    assert one(tmp_path, village="Bản Trên", **place)["village_id"] == "V01"


def test_code_of_the_next_vintage_stands_for_all_that_went_into_it(tmp_path: Path) -> None:
    row = one(tmp_path, village="Nậm Thử", commune_code="00101", vintage="later")
    assert (row["village_id"], row["commune_code"], row["vintage"]) == ("V05", "00102", VINTAGE)


def test_same_code_without_its_vintage_finds_nothing_there(tmp_path: Path) -> None:
    assert one(tmp_path, village="Nậm Thử", commune_code="00101")["match"] == "unmatched"


@pytest.mark.parametrize(
    ("cells", "match", "candidates"),
    [
        ({"village": "Bản Gian", "commune_code": "00203"}, "unmatched", ""),
        ({"village": "ban giang", "commune_code": "00203"}, "ambiguous",
         "V07 Bản Giàng; V08 Bản Giang"),
        ({"village": "Bản Giảng", "commune_code": "00203"}, "ambiguous",
         "V07 Bản Giàng; V08 Bản Giang"),
        ({"village": "Khe Sâu", "commune_code": "00203"}, "ambiguous",
         "V04 Khe Sâu; V09 Khe Sâu"),
        ({"village": "Khe Sâu", "commune_code": "09999"}, "commune_unknown", ""),
        ({"village": "Khe Sâu", "commune": "Deo Gio"}, "commune_unknown", ""),
        ({"village": "Khe Sâu"}, "commune_unknown", ""),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_listed(
    tmp_path: Path, cells: dict[str, str], match: str, candidates: str
) -> None:
    row = one(tmp_path, **cells)
    assert (row["match"], row["village_id"], row["candidates"]) == (match, "", candidates)
    assert row["village"] == cells["village"]


@pytest.mark.parametrize(("name", "village_id"), [("Bản Giàng", "V07"), ("Bản Giang", "V08")])
def test_marks_tell_twins_apart(tmp_path: Path, name: str, village_id: str) -> None:
    assert one(tmp_path, village=name, commune_code="00203")["village_id"] == village_id


def test_position_settles_what_the_name_does_not(tmp_path: Path) -> None:
    longitude, latitude = degrees(4950.0, 1050.0)
    row = one(
        tmp_path, village="Khe Sâu", commune_code="00203",
        latitude=str(latitude), longitude=str(longitude),
    )  # fmt: skip
    assert (row["match"], row["village_id"]) == ("by_position", "V09")


def test_a_village_without_coordinates_is_found_too(tmp_path: Path) -> None:
    region = write_region(
        tmp_path / "region",
        study={"inputs.reported": {"file": f"{FOLDER}/reported.csv", "source": "invented"}},
    )
    rows = village_rows()
    rows[0]["latitude"] = rows[0]["longitude"] = ""
    write_csv(region.input("villages.csv"), rows)
    write_csv(region.input("reported.csv"), [{"village": "Bản Trên", "commune_code": "00101"}])
    study = read_study(region.study)
    with pytest.warns(DataWarning, match="no coordinates"):
        places = read_places(study, read_communes(region.input("communes.geojson"), study))
    assert study.inputs.reported is not None
    row = read_reported(study.inputs.reported, study, places, GAZETTEER).iloc[0]
    assert (row["match"], row["village_id"], row["candidates"]) == ("not_placed", "V01", "")


def test_operator_state_and_date(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"village": "Bản Trên", "commune_code": "00101", "operator": "nhà mạng a",
         "state": "Lõm sóng", "date": "30/07/2025"},
        {"village": "Bản Trên", "commune_code": "00101", "operator": "mang-b",
         "state": "co song", "date": "2025-07-30"},
        {"village": "Bản Trên", "commune_code": "00101"},
    )  # fmt: skip
    assert found["operator"].tolist() == ["mang-a", "mang-b", "any"]
    assert found["reported"].tolist() == ["lom_song", "covered", "trang_song"]
    assert found["date"].tolist() == ["2025-07-30", "2025-07-30", ""]
    assert found["row"].tolist() == [2, 3, 4]


def test_every_fault_is_named_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read(
            tmp_path,
            {"village": "A", "commune_code": "00101", "operator": "Mạng C"},
            {"village": "B", "commune_code": "00101", "date": "hôm qua"},
            {"village": "C", "commune_code": "00101", "state": "yếu"},
            {"village": "D", "commune_code": "00101", "vintage": "1999"},
        )
    message = str(error.value)
    assert "row 2: operator = 'Mạng C' is not an operator of the study" in message
    assert "row 3: date = 'hôm qua' is not a date" in message
    assert "row 4: state = 'yếu' is not understood" in message
    assert "vintage '1999' is not known" in message


def test_another_vintage_needs_a_gazetteer(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name a gazetteer"):
        one(tmp_path, gazetteer=None, village="A", commune_code="00101", vintage="later")


def test_without_a_gazetteer_codes_and_marked_names_do(tmp_path: Path) -> None:
    row = one(tmp_path, gazetteer=None, village="đèo gió 1", commune="Đèo Gió")
    assert row["village_id"] == "V03"
