"""What was put together in English is told in Vietnamese, its values as they are."""

import pytest

from phusong.language import retold

TOLD = {
    "towers.csv row 3, column status = xx is not known: allowed are existing, planned; "
    "correct the value": "towers.csv dòng 3, cột status = xx không có trong danh sách: "
    "được phép existing, planned; hãy sửa giá trị",
    "list.csv row 3: strange words": "list.csv dòng 3: strange words",
    "2 fault(s)": "2 fault(s)",
    "3 site(s) stand in the water; correct the position": "3 trạm đứng dưới nước; hãy sửa vị trí",
    "  towers: 3 site(s) stand in the water; correct the position: HG-1 (Mạng A)": "  towers: "
    "3 trạm đứng dưới nước; hãy sửa vị trí: HG-1 (Mạng A)",
    "reach: computed": "vùng phủ: đã tính",
    "people: 123,456 on the grid": "dân số: 123.456 trên lưới",
    "assumption: a pole": "giả định: một cột nhỏ",
    "Xã Quản Bạ {0} %s": "Xã Quản Bạ {0} %s",
    "": "",
}


PUT_TOGETHER = [
    (
        "study file a.toml is not valid TOML: Expected ']' at the end of a table declaration (at "
        "line 1, column 7): [study; numbers have a decimal point, texts stand in quotes, paths "
        "have / in them",
        "tệp nghiên cứu a.toml không phải TOML hợp lệ: thiếu ']' ở cuối tên bảng (dòng 1, cột 7): "
        "[study; số thập phân viết bằng dấu chấm, chữ để trong dấu ngoặc kép, đường dẫn dùng dấu /",
    ),
    (
        "14 measurements are left out: position rounded to 0.01 degrees, about a kilometre: 2; "
        "the same sample twice: 12",
        "bỏ ra 14 số đo: vị trí làm tròn đến 0,01 độ, khoảng một ki-lô-mét: 2; "
        "cùng một mẫu hai lần: 12",
    ),
    (
        "too few measurements to calibrate: 3 measured cells with a level in 7 squares of the "
        "ground; at least 10 cells in 10 squares are needed for 0 correction(s)",
        "quá ít số đo để hiệu chỉnh: 3 ô đo có mức trong 7 ô vuông; cần ít nhất 10 ô trong 10 ô "
        "vuông cho 0 hiệu chỉnh",
    ),
]
"""Sentences with others in them, and other programs' words."""


@pytest.mark.parametrize(("english", "vietnamese"), [*TOLD.items(), *PUT_TOGETHER])
def test_told_in_vietnamese(english: str, vietnamese: str) -> None:
    assert retold(english, "vi") == vietnamese
    assert retold(english, "en") == english


def test_several_lines_are_told_line_by_line() -> None:
    lines = (
        "a.toml: 2 fault(s) in the study file\n  x.y is not a known key; did you mean 'z'?\n"
        "  grid.resolution.value = -3: input should be greater than 0"
    )
    assert retold(lines, "vi") == (
        "a.toml: 2 lỗi trong tệp nghiên cứu\n  x.y không phải khóa đã biết; có phải 'z'?\n"
        "  grid.resolution.value = -3: phải lớn hơn 0"
    )


def test_a_value_does_not_reach_over_lines() -> None:
    line = "/x/{}.csv does not exist; `phusong fetch` gets {}, `phusong add` takes a file of yours"
    line += ", or take [inputs.{}] out of the study file"
    lines = [line.format(name, f"osm-{name}", name) for name in ("villages", "roads", "power")]
    told = retold("\n".join(lines), "vi").splitlines()
    assert [one.count("khỏi tệp nghiên cứu") for one in told] == [1, 1, 1]
    assert not any("study file" in one for one in told)


def test_values_are_never_read_as_templates() -> None:
    told = retold("file {name} row 2, column a = {value} is not known: allowed are b; {x}", "vi")
    for part in ("{name}", "{value}", "{x}"):
        assert part in told


def test_a_long_unknown_sentence_is_quick_and_stays() -> None:
    known_nowhere = "zzz; " * 200 + "qqq: " * 200
    assert retold(known_nowhere, "vi") == known_nowhere
