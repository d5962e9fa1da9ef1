"""Ten communes from ten spellings each; no twin taken for another; no code without a vintage."""

import unicodedata

import pytest

from phusong.errors import DataError
from phusong.geo.names import NameRules, bare_forms, bare_key, has_marks, marked_forms, marked_key
from phusong.sources.gazetteer import shipped_gazetteer

BEFORE, AFTER = "2025-06-30", "2025-07-01"
LAO_CAI = shipped_gazetteer("lao-cai")
RULES = LAO_CAI.rules["commune"]

TEN = {
    "02863": ("Hoàng Thu Phố", "Bắc Hà", "085"),
    "02842": ("Lùng Cải", "Bắc Hà", "085"),
    "02722": ("Dền Thàng", "Bát Xát", "082"),
    "02737": ("Pa Cheo", "Bát Xát", "082"),
    "03076": ("Nậm Chày", "Văn Bàn", "089"),
    "02791": ("La Pan Tẩn", "Mường Khương", "083"),
    "02794": ("Tả Thàng", "Mường Khương", "083"),
    "02755": ("Tả Ngài Chồ", "Mường Khương", "083"),
    "02764": ("Dìn Chin", "Mường Khương", "083"),
    "02776": ("Lùng Khấu Nhin", "Mường Khương", "083"),
}
"""Names of Nghị quyết 1673/NQ-UBTVQH15 and codes of the list of 4 January 2025."""
MISSPELT = {
    "02842": ["Lùng Cái"],
    "02791": ["La Pan Tần"],
    "02755": ["Tả Ngải Chồ"],
    "02776": ["Lùng Khẩu Nhin"],
    "03076": ["Nậm Chầy"],
    "02737": ["Pa Kheo"],
}


def without_marks(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def spellings(code: str) -> list[str]:
    name = TEN[code][0]
    return [
        name,
        unicodedata.normalize("NFD", name),
        name.upper(),
        f"Xã {name}",
        f"  xã   {name.lower()} ",
        name.replace(" ", "-"),
        without_marks(name),
        f"X. {name}",
        f"{without_marks(name)} Commune",
        f"Xa {without_marks(name).replace(' ', '  ')}",
        *MISSPELT.get(code, []),
    ]


@pytest.mark.parametrize("code", TEN)
def test_commune_is_found_from_ten_spellings_and_more(code: str) -> None:
    _, district, district_code = TEN[code]
    assert len(spellings(code)) >= 10
    for spelling in spellings(code):
        for within in (district, f"Huyện {district}", f"{without_marks(district)} District",
                       district_code):  # fmt: skip
            found = LAO_CAI.find(spelling, within=within, vintage=BEFORE)
            assert (found.code, found.name) == (code, TEN[code][0]), (spelling, within)


@pytest.mark.parametrize("code", TEN)
def test_only_the_official_form_is_printed(code: str) -> None:
    unit = LAO_CAI.unit(code, vintage=BEFORE)
    assert unit.name == TEN[code][0]
    assert unicodedata.is_normalized("NFC", unit.name)
    assert unit.parent == TEN[code][2]


# The twins


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("Nậm Chảy", "Mường Khương", "02770"),
        ("nam chay", "Mường Khương", "02770"),
        ("nam chay", "Văn Bàn", "03076"),
        ("Nậm Chay", "Văn Bàn", "03076"),
        ("La Pán Tẩn", "Mù Cang Chải", "04483"),
        ("la pan tan", "Mù Cang Chải", "04483"),
        ("la pan tan", "Mường Khương", "02791"),
        ("Dần Thàng", "Văn Bàn", "03088"),
        ("Bản Phố", "Bắc Hà", "02866"),
        ("Thị trấn Bắc Hà", "Bắc Hà", "02839"),
    ],
)
def test_twins_are_told_apart_by_their_district(name: str, within: str, code: str) -> None:
    assert LAO_CAI.find(name, within=within, vintage=BEFORE).code == code


@pytest.mark.parametrize(
    ("name", "within", "says"),
    [
        ("Nậm Chày", "Mường Khương", "03076 Nậm Chày in Văn Bàn"),
        ("Nậm Chảy", "Văn Bàn", "02770 Nậm Chảy in Mường Khương"),
        ("La Pán Tẩn", "Mường Khương", "04483 La Pán Tẩn in Mù Cang Chải"),
        ("La Pan Tẩn", "Mù Cang Chải", "02791 La Pan Tẩn in Mường Khương"),
        ("La Pan Tần", "Mù Cang Chải", "02791 La Pan Tẩn in Mường Khương"),
        ("Dần Thàng", "Bát Xát", "03088 Dần Thàng in Văn Bàn"),
        ("Dền Thàng", "Văn Bàn", "02722 Dền Thàng in Bát Xát"),
        ("den thang", "Văn Bàn", "no commune 'den thang' in Văn Bàn"),
        ("Lùng Cải", "Si Ma Cai", "02842 Lùng Cải in Bắc Hà"),
        ("Hoàng Thu Phố", "Si Ma Cai", "02863 Hoàng Thu Phố in Bắc Hà"),
        ("Phố", "Bắc Hà", "no commune 'Phố' in Bắc Hà"),
    ],
)
def test_name_of_another_district_is_refused(name: str, within: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        LAO_CAI.find(name, within=within, vintage=BEFORE)


def test_twins_are_named_in_the_data() -> None:
    for code in ("03076", "02770", "02791", "04483", "02722", "02863", "02842", "02782"):
        assert LAO_CAI.unit(code, vintage=BEFORE).twins


# Codes and vintages


def test_one_code_two_communes() -> None:
    assert LAO_CAI.unit("02842", vintage=BEFORE).name == "Lùng Cải"
    assert LAO_CAI.unit("02842", vintage=AFTER).name == "Tả Củ Tỷ"
    assert LAO_CAI.unit("15", vintage=BEFORE, level="province").name == "Yên Bái"
    assert LAO_CAI.unit("15", vintage=AFTER, level="province").name == "Lào Cai"


def test_all_successor_codes_are_old_codes_too() -> None:
    new = {u.code for u in LAO_CAI.units if (u.vintage, u.level) == (AFTER, "commune")}
    old = {u.code for u in LAO_CAI.units if (u.vintage, u.level) == (BEFORE, "commune")}
    assert len(new) == 7
    assert new < old


@pytest.mark.parametrize("vintage", ["", "2024-12-31", "2025"])
def test_wrong_or_missing_vintage_is_an_error(vintage: str) -> None:
    with pytest.raises(DataError, match="Lùng Cải in 2025-06-30, Tả Củ Tỷ in 2025-07-01"):
        LAO_CAI.unit("02842", vintage=vintage)
    with pytest.raises(DataError, match="give one of 2025-06-30, 2025-07-01"):
        LAO_CAI.find("Lùng Cải", within="Bắc Hà", vintage=vintage)


def test_missing_argument_is_the_same_error() -> None:
    with pytest.raises(DataError, match="the vintage is missing"):
        LAO_CAI.unit("02842")


def test_code_that_lost_its_zero_or_is_of_the_other_list() -> None:
    with pytest.raises(DataError, match="codes are text, did you mean '02791'"):
        LAO_CAI.unit("2791", vintage=BEFORE)
    with pytest.raises(DataError, match="in other lists it is Lùng Khấu Nhin in 2025-06-30"):
        LAO_CAI.unit("02776", vintage=AFTER)


def test_districts_are_gone_in_the_new_list() -> None:
    assert LAO_CAI.find("Pha Long", within="Lào Cai", vintage=AFTER).code == "02752"
    with pytest.raises(DataError, match="province 'Mường Khương' is not known"):
        LAO_CAI.find("Pha Long", within="Mường Khương", vintage=AFTER)
    with pytest.raises(DataError, match="no level above"):
        LAO_CAI.find("Bắc Hà", within="Lào Cai", vintage=AFTER, level="district")


def test_ambiguous_name_without_marks_is_an_error() -> None:
    from phusong.geo.gazetteer import Gazetteer, Unit, Vintage

    twins = Gazetteer(
        "twins",
        (Vintage("v", "", ("district", "commune"), ""),),
        {"commune": RULES},
        (
            Unit("v", "1", "district", "Một"),
            Unit("v", "11", "commune", "Nậm Chày", "1"),
            Unit("v", "12", "commune", "Nậm Chảy", "1"),
        ),
    )
    assert twins.find("Nậm Chảy", within="1", vintage="v").code == "12"
    with pytest.raises(DataError, match="may be 11 Nậm Chày, 12 Nậm Chảy; write its marks"):
        twins.find("Nam Chay", within="1", vintage="v")


# Crosswalk


def test_ten_communes_went_into_seven_successors() -> None:
    walk = LAO_CAI.crosswalk(BEFORE, AFTER)
    went = {c.from_code: c for c in walk.changes}
    assert {code: (went[code].to_code, went[code].clause) for code in TEN} == {
        "02863": ("02839", "73"),
        "02842": ("02842", "74"),
        "02722": ("02707", "47"),
        "02737": ("02725", "51"),
        "03076": ("03076", "59"),
        "02791": ("02782", "79"),
        "02794": ("02782", "79"),
        "02755": ("02752", "76"),
        "02764": ("02752", "76"),
        "02776": ("02782", "79"),
    }
    assert {went[code].share for code in TEN} == {1.0}
    assert len({went[code].to_code for code in TEN}) == 7
    assert LAO_CAI.crosswalk_from(AFTER) is None
    with pytest.raises(DataError, match="no crosswalk from 2025-07-01"):
        LAO_CAI.crosswalk(AFTER, BEFORE)


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("Hóa", "hoá"), ("Khoẻ", "khỏe"), ("Thủy", "thuỷ"), ("Tụy", "tuỵ"),
     ("HOÀNG", "hoàng"), ("Lùng–Cải", "lùng cải"), ("Đèo  Gió", "đèo gió")],
)  # fmt: skip
def test_same_word_written_two_ways(one: str, other: str) -> None:
    assert marked_key(one, RULES) == marked_key(other, RULES)
    assert marked_key(unicodedata.normalize("NFD", one), RULES) == marked_key(other, RULES)


def test_marks_stay_until_the_last_step() -> None:
    assert marked_key("Nậm Chày", RULES) != marked_key("Nậm Chảy", RULES)
    assert bare_key("Nậm Chày", RULES) == bare_key("Nậm Chảy", RULES) == "nam chay"
    assert bare_key("Đồng Đăng", RULES) == "dong dang"
    assert has_marks("Đa", RULES)
    assert not has_marks("Pa Cheo", RULES)


def test_kind_of_place_is_taken_off_but_a_name_keeps_itself() -> None:
    assert marked_forms("Xã Bản Phố", RULES) == ("xã bản phố", "bản phố")
    assert marked_forms("TT. Bắc Hà", RULES) == ("tt. bắc hà", "bắc hà")
    villages = LAO_CAI.rules["village"]
    assert marked_forms("Bản Giàng", villages) == ("bản giàng", "giàng")
    assert "giang" in bare_forms("ban Giang", villages)
    assert marked_forms("Xã", RULES) == ("xã",)


def test_rules_are_data() -> None:
    plain = NameRules()
    assert marked_forms("Xã Bản Phố", plain) == ("xã bản phố",)
    assert bare_key("Đa", plain) == "đa"
