"""Tables of how sure a ranking is: what a reader knows an option by."""

import pandas as pd

from phusong.reporting.facts import Bilingual
from phusong.reporting.sureness_tables import sure_table


def test_options_are_told_by_kind_and_place_and_not_by_their_code() -> None:
    stability = pd.DataFrame(
        {
            "rank": [1, 2], "option_id": ["mang-a-r0041-c0102", "mang-b-r0007-c0003"],
            "operator": ["Mạng A", "Mạng B"], "commune": ["Dìn Chin", "Pa Cheo"],
            "latitude": [22.6, 22.5], "longitude": [104.1, 103.9], "rank_p10": [1, 2],
            "rank_p90": [3, 2], "probability_in_top_10": [1.0, 0.5], "draws": 8,
            "probability_in_best_set": [1.0, 0.0], "option_regret_worth_people": [0.0, 7.0],
            "measure_rank": [1.0, float("nan")],
        }
    )  # fmt: skip
    ranked = pd.DataFrame(
        {"option_id": ["mang-a-r0041-c0102"], "kind_vi": ["trạm mới"], "kind_en": ["new mast"]}
    )
    table = sure_table(stability, ranked, most=9)
    first, second = table.rows
    told = [getattr(cell, "en", cell) for cell in first]
    assert told[:5] == ["1", "new mast", "Dìn Chin", "Mạng A", "1–3"]
    assert second[1] is None, "an option that adds nothing is not ranked, and has no kind there"
    assert not any("-r00" in str(cell) for row in table.rows for cell in row)
    assert first[1] == Bilingual("trạm mới", "new mast")
