"""Results by the seven successors: sums by hand, and no code joined without its vintage."""

import pandas as pd
import pytest

from phusong.analysis.crosswalk import by_successor, with_successors
from phusong.errors import DataError
from phusong.geo.gazetteer import Change, Crosswalk, Gazetteer, Unit, Vintage
from phusong.sources.gazetteer import shipped_gazetteer

BEFORE, AFTER = "2025-06-30", "2025-07-01"
LAO_CAI = shipped_gazetteer("lao-cai")
WALK = LAO_CAI.crosswalk(BEFORE, AFTER)
TEN = (
    "02863", "02842", "02722", "02737", "03076", "02791", "02794", "02755", "02764", "02776",
)  # fmt: skip


def table(codes: tuple[str, ...] = TEN, vintage: str = BEFORE) -> pd.DataFrame:
    rows = [
        {
            "commune_code": code,
            "commune": f"xã {code}",
            "vintage": vintage,
            "operator": operator,
            "technology": "LTE",
            "area_km2": 10.0 + n,
            "area_no_signal_km2": 1.0 + n,
            "people": 100.0 * (n + 1),
            "people_no_signal": 10.0 * (n + 1) * (2 if operator == "any" else 3),
            "people_marginal": 5.0 * n,
            "people_no_signal_percent": 99.0,
            "population_official_year": 2019,
            "population_official": float("nan") if code == "02794" else 90.0 * (n + 1),
        }
        for operator in ("any", "mang-a")
        for n, code in enumerate(codes)
    ]
    return pd.DataFrame(rows)


def test_ten_communes_become_seven_successors() -> None:
    found = by_successor(table(), LAO_CAI, WALK)
    assert len(found) == 14
    any_operator = found[found["operator"] == "any"].set_index("successor_code")
    assert set(any_operator.index) == {
        "02839", "02842", "02707", "02725", "03076", "02782", "02752",
    }  # fmt: skip
    assert any_operator["successor"].to_dict()["02842"] == "Tả Củ Tỷ"
    assert set(found["successor_vintage"]) == {AFTER}
    assert set(found["part"]) == {"part"}, "each successor was made of more than the ten"
    assert any_operator["communes_merged"].to_dict()["02839"] == 6
    assert any_operator["communes_merged"].to_dict()["02842"] == 2


def test_sums_by_hand() -> None:
    found = by_successor(table(), LAO_CAI, WALK)
    cao_son = found[(found["successor_code"] == "02782") & (found["operator"] == "any")].iloc[0]
    # La Pan Tẩn, Tả Thàng, Lùng Khấu Nhin are numbers 5, 6 and 9 of the ten.
    assert cao_son["communes_counted"] == 3
    assert cao_son["communes"] == "02791 xã 02791; 02794 xã 02794; 02776 xã 02776"
    assert cao_son["area_km2"] == 15 + 16 + 19
    assert cao_son["area_no_signal_km2"] == 6 + 7 + 10
    assert cao_son["people"] == 600 + 700 + 1000
    assert cao_son["people_no_signal"] == 120 + 140 + 200
    assert cao_son["people_no_signal_percent"] == pytest.approx(100 * 460 / 2300)
    assert cao_son["people_not_covered_percent"] == pytest.approx(100 * (460 + 100) / 2300)
    assert pd.isna(cao_son["population_official"]), "one term is unknown, so the sum is"
    assert "population_official_year" not in found.columns
    pha_long = found[(found["successor_code"] == "02752") & (found["operator"] == "any")].iloc[0]
    assert pha_long["population_official"] == 90 * (8 + 9)
    assert pha_long["clause"] == "76"


def test_nothing_is_lost_or_counted_twice() -> None:
    before = table()
    after = by_successor(before, LAO_CAI, WALK)
    for column in ("area_km2", "people", "people_no_signal"):
        assert after[column].sum() == pytest.approx(before[column].sum(), abs=1e-9)


def test_successor_is_whole_when_all_its_communes_are_there() -> None:
    found = by_successor(table(("02842", "02854")), LAO_CAI, WALK)
    assert set(found["part"]) == {"whole"}
    assert set(found["successor"]) == {"Tả Củ Tỷ"}


def test_split_commune_goes_by_its_shares() -> None:
    places = Gazetteer(
        "split",
        (Vintage("1", "", ("commune",), ""), Vintage("2", "", ("commune",), "")),
        {},
        (Unit("1", "A", "commune", "A"), Unit("2", "A", "commune", "New A"),
         Unit("2", "B", "commune", "New B")),
        (Crosswalk("1", "2", (Change("A", "A", 0.25, "9"), Change("A", "B", 0.75, "9")), ""),),
    )  # fmt: skip
    walk = places.crosswalk("1", "2")
    split = table(("A",), vintage="1")
    found = by_successor(split, places, walk)
    people = found[found["operator"] == "any"].set_index("successor_code")["people"]
    assert people.to_dict() == {"A": 25.0, "B": 75.0}
    assert set(with_successors(split, places, walk)["successor"]) == {"New B"}


def test_successor_as_an_attribute() -> None:
    found = with_successors(table(), LAO_CAI, WALK)
    lung_cai = found[found["commune_code"] == "02842"].iloc[0]
    assert (lung_cai["successor_code"], lung_cai["successor"]) == ("02842", "Tả Củ Tỷ")
    assert lung_cai["successor_vintage"] == AFTER


@pytest.mark.parametrize("function", [by_successor, with_successors])
def test_reused_codes_are_never_joined_bare(function) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="vintage 2025-07-01, the crosswalk starts from 2025-06-30"):
        function(table(("02842",), vintage=AFTER), LAO_CAI, WALK)
    with pytest.raises(DataError, match="no column vintage"):
        function(table().drop(columns="vintage"), LAO_CAI, WALK)
    with pytest.raises(DataError, match="commune 09999 of 2025-06-30 is not in the crosswalk"):
        function(table(("09999",)), LAO_CAI, WALK)
