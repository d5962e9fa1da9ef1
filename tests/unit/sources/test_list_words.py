"""Lists of places and people with Vietnamese headings."""

from pathlib import Path

import pytest

from phusong.errors import DataError
from phusong.sources.list_words import kind_of_facility, named
from phusong.sources.lists import read_list, read_text_table
from phusong.sources.places import FORM_COLUMNS
from phusong.sources.recognise import recognise
from phusong.sources.study_file import read_study
from phusong.sources.tables import checked
from synthetic import write_region

VILLAGES = (
    "Mã thôn;Tên thôn;Xã;Vĩ độ;Kinh độ;Số hộ;Dân số\n"
    "T1;Na Đẩy;Mường Khương;22,765;104,118;120;560\n"
    "T2;Sả Hồ;Mường Khương;;;80;390\n"
)


def test_villages_are_read_by_vietnamese_headings_and_decimal_commas(tmp_path: Path) -> None:
    file = tmp_path / "thôn.csv"
    file.write_text(VILLAGES, encoding="utf-8")
    table = read_text_table(file, encoding="utf-8", key="inputs.villages")
    frame = checked(table, FORM_COLUMNS["villages"], file=file)
    assert list(frame["village_id"]) == ["T1", "T2"]
    assert frame["latitude"].iloc[0] == 22.765
    assert frame["longitude"].isna().iloc[1]
    assert list(frame["population"]) == [560.0, 390.0]


def test_a_comma_in_a_count_is_still_refused(tmp_path: Path) -> None:
    """1,234 people may be a thousand, or one and a bit."""
    file = tmp_path / "thôn.csv"
    file.write_text(VILLAGES.replace("560", "1,234"), encoding="utf-8")
    table = read_text_table(file, encoding="utf-8", key="inputs.villages")
    with pytest.raises(DataError, match=r"row 2, column population = 1,234: .*or 1234\?"):
        checked(table, FORM_COLUMNS["villages"], file=file)
    file.write_text(VILLAGES.replace("560", "1.234"), encoding="utf-8")
    table = read_text_table(file, encoding="utf-8", key="inputs.villages")
    with pytest.raises(DataError, match=r"row 2, column population = 1\.234: .*or 1234\?"):
        checked(table, FORM_COLUMNS["villages"], file=file)


def test_a_list_is_recognised_by_vietnamese_headings(tmp_path: Path) -> None:
    study = read_study(write_region(tmp_path / "vùng").study)
    for name, text, key in (
        ("thon.csv", VILLAGES, "villages"),
        ("cs.csv", "Mã cơ sở,Loại,Tên,Vĩ độ,Kinh độ\nC1,Trường học,A,22.7,104.1\n", "facilities"),
        ("sl.csv", "Mã xã,Năm,Dân số,Nguồn\n02752,2024,3000,NGTK\n", "statistics"),
        ("pa.csv", "Tên thôn,Xã,Tình trạng\nNa Đẩy,Mường Khương,trắng sóng\n", "reported"),
    ):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        assert recognise(file, study).key == key, name


def test_a_columns_own_name_and_its_first_word_count() -> None:
    assert named(["village_id", "Mã thôn"], "villages") == ["village_id", "Mã thôn"]
    assert named(["Thôn", "TÊN THÔN"], "villages") == ["Thôn", "name"]
    assert named(["Mã thôn"], "towers") == ["Mã thôn"]
    assert named(["school"], "kinds") == ["school"]


def test_kinds_of_facilities_have_vietnamese_words() -> None:
    assert kind_of_facility("TRẠM Y TẾ") == "clinic"
    assert kind_of_facility("loudspeaker") == "loudspeaker"
    assert kind_of_facility("quán cà phê") == "quán cà phê"


def test_a_workbook_without_a_key_keeps_its_headings(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.xlsx"):
        read_list(tmp_path / "none.xlsx")
