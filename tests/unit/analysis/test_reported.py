"""Reported beside modelled: counted by hand, nothing overwritten."""

import numpy as np
import pandas as pd

from phusong.analysis.reported import beside_modelled, confusion, field_checks, latest

VILLAGES = pd.DataFrame(
    {
        "village_id": ["V1", "V2", "V3", "V4", "V5", "V6"],
        "name": ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu"],
        "commune_code": ["01", "01", "01", "02", "02", "02"],
        "population": [100.0, 200.0, np.nan, 400.0, 500.0, 600.0],
        "any_lte_verdict": [
            "trang_song", "covered", "lom_song", "covered", "trang_song", "unknown",
        ],
        "any_lte_margin_db": [-20.0, 3.0, 1.0, 15.0, -2.0, np.nan],
        "any_lte_probability_percent": [0.0, 60.0, 55.0, 97.0, 40.0, np.nan],
        "a_lte_verdict": ["trang_song"] * 6,
        "a_lte_margin_db": [-30.0] * 6,
        "a_lte_probability_percent": [0.0] * 6,
    }
)  # fmt: skip


def reported(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Village, operator, state and date."""
    table = pd.DataFrame(rows, columns=["village_id", "operator", "reported", "date"])
    table["village"] = table["village_id"].where(table["village_id"] != "", "Bản Lạ")
    table["commune_code"] = "01"
    table["candidates"] = ""
    return table


LIST = reported(
    ("V1", "any", "trang_song", "2025-01-01"),
    ("V2", "any", "trang_song", "2025-01-01"),
    ("V3", "any", "trang_song", "2025-01-01"),
    ("V4", "any", "covered", "2025-01-01"),
    ("", "any", "trang_song", "2025-01-01"),
    ("V6", "any", "lom_song", "2025-01-01"),
)


def test_verdict_stands_beside_what_was_reported() -> None:
    before = LIST.copy()
    found = beside_modelled(LIST, VILLAGES, "LTE")
    assert found["reported"].tolist() == before["reported"].tolist()
    assert found["modelled"].tolist() == [
        "trang_song", "covered", "lom_song", "covered", "unknown", "unknown",
    ]  # fmt: skip
    assert found["agrees"].tolist() == ["yes", "no", "no", "yes", "", ""]
    assert found["margin_db"].tolist()[:2] == [-20.0, 3.0]
    assert LIST.equals(before)


def test_operator_is_compared_with_its_own_verdict() -> None:
    found = beside_modelled(reported(("V2", "a", "trang_song", "")), VILLAGES, "LTE")
    assert found["agrees"].tolist() == ["yes"]


def test_confusion_counts_every_village_once() -> None:
    table = confusion(LIST, VILLAGES, "LTE").set_index("reported")
    counts = table[[c for c in table.columns if c.startswith("modelled_")]]
    assert counts.to_numpy().sum() == len(VILLAGES)
    assert counts.loc["trang_song"].to_dict() == {
        "modelled_trang_song": 1, "modelled_lom_song": 1, "modelled_covered": 1,
        "modelled_unknown": 0,
    }  # fmt: skip
    assert counts.loc["not_reported", "modelled_trang_song"] == 1
    assert counts.loc["covered", "modelled_covered"] == 1
    assert counts.loc["lom_song", "modelled_unknown"] == 1


def test_latest_word_counts() -> None:
    twice = reported(
        ("V1", "any", "covered", "2025-08-01"),
        ("V1", "any", "trang_song", "2024-10-01"),
        ("V1", "a", "lom_song", "2024-10-01"),
    )
    assert latest(twice)["reported"].tolist() == ["covered", "lom_song"]
    table = confusion(twice, VILLAGES, "LTE")
    covered = table[(table["operator"] == "any") & (table["reported"] == "covered")].iloc[0]
    assert covered["modelled_trang_song"] == 1


def test_field_checks_say_why_and_come_in_order() -> None:
    found = field_checks(LIST, VILLAGES, "LTE")
    assert list(zip(found["reason"], found["village_id"], strict=True)) == [
        ("village not found", ""),
        ("reported without signal, modelled with", "V2"),
        ("only part, or all of it", "V3"),
        ("modelled without signal, not reported", "V5"),
        ("the model cannot tell", "V6"),
    ]
    again = field_checks(LIST.iloc[::-1], VILLAGES.iloc[::-1], "LTE")
    assert again.equals(found)


def test_ambiguous_rows_are_to_be_checked_with_their_candidates() -> None:
    unclear = LIST.assign(candidates=["", "", "", "", "V1 Một; V2 Hai", ""])
    found = field_checks(unclear, VILLAGES, "LTE")
    assert found.iloc[0]["reason"] == "village not clear"
    assert found.iloc[0]["candidates"] == "V1 Một; V2 Hai"
    assert found.iloc[0]["village"] == "Bản Lạ"


def test_a_village_without_coordinates_is_to_be_checked_by_its_id() -> None:
    placed = VILLAGES[VILLAGES["village_id"] != "V3"]
    found = field_checks(LIST, placed, "LTE")
    row = found[found["reason"] == "village without coordinates"]
    assert row["village_id"].tolist() == ["V3"]
    assert row["modelled"].tolist() == ["unknown"]


def test_an_empty_list_of_checks_has_its_columns() -> None:
    agreed = reported(("V1", "a", "trang_song", ""))
    rest = VILLAGES.iloc[:1]
    assert list(field_checks(agreed, rest, "LTE").columns)[:3] == [
        "reason", "village_id", "village",
    ]  # fmt: skip
