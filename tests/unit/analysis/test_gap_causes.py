"""Which cause counts, from margins written by hand; and what its words say."""

import numpy as np
import pandas as pd
import pytest

from phusong.analysis.cause_words import NAMES, cause_words
from phusong.analysis.gap_causes import (
    ANTENNA,
    BOTH,
    CAUSES,
    DOWNLINK,
    FLAT,
    NEAREST,
    NOW,
    POWER,
    AskedPlace,
    CauseRules,
    WhatIf,
    cause_numbers,
    cause_table,
    unknown_causes,
)
from phusong.geo.grid import Grid
from phusong.geo.network import Sector
from phusong.geo.tiles import whole as whole_grid

GRID = Grid.from_bounds(0, 0, 400, 200, crs="EPSG:32648", resolution_m=100)
RULES = CauseRules(more_power_db=6.0, site_distance_m=10_000.0)
SILENT = -np.inf


def sector(site: str) -> Sector:
    return Sector(
        site_id=site, sector_id="1", operator="Nhà mạng A", technology="LTE", latitude=22.6,
        longitude=105.0, easting=0.0, northing=0.0, mast_height_m=30.0, antenna_height_m=28.0,
        frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=61.5, azimuth_deg=90.0,
        electrical_tilt_deg=4.0, mechanical_tilt_deg=0.0, horizontal_beamwidth_deg=65.0,
        vertical_beamwidth_deg=10.0,
    )  # fmt: skip


def answered(*cells: tuple[float, float, float, float, float, float, float]) -> WhatIf:
    """Margins as now, downlink alone, for more power, main lobe, flat, both; metres to a site."""
    answers = WhatIf(whole_grid(GRID.shape))
    for index, cell in enumerate(cells):
        for question, margin in zip(
            (NOW, DOWNLINK, POWER, ANTENNA, FLAT, BOTH), cell[:6], strict=True
        ):
            answers.margin_db[question].flat[index] = margin
            answers.server[question].flat[index] = 0 if question == FLAT else 1
        answers.nearest_m.flat[index] = cell[6]
        answers.server[NEAREST].flat[index] = 1
    return answers


@pytest.mark.parametrize(
    ("margins", "cause"),
    [
        ((-4, 1, SILENT, 9, 9, 9, 500), "uplink"),
        ((-6, -6, -6, 9, 9, 9, 500), "power"),
        ((-6.1, -6.1, -6.1, 0, 9, 9, 500), "antenna"),
        ((-4, -4, SILENT, -1, 9, 9, 500), "terrain"),  # power cannot help: the uplink fails
        ((-30, -30, -30, -9, 0, 9, 10_000), "terrain"),
        ((-30, -30, -30, -9, 0, 9, 10_001), "no_site"),
        ((-30, -30, -30, 0, 0, 9, 10_001), "antenna"),
        ((-30, -30, -30, -9, -8, 0, 500), "terrain"),
        ((-30, -30, -30, -8, -9, 0, 500), "antenna"),
        ((-30, -30, -30, -9, -8, -1, 500), "distance"),
        ((SILENT, SILENT, SILENT, SILENT, SILENT, SILENT, np.inf), "no_site"),
    ],
)
def test_the_smallest_change_that_helps_is_the_cause(
    margins: tuple[float, ...], cause: str
) -> None:
    number = cause_numbers(answered(margins), RULES).flat[0]
    assert CAUSES[number] == cause


def test_a_gap_has_the_cause_of_most_of_its_people_and_their_means() -> None:
    answers = answered(
        (-20, -20, SILENT, -15, 2, 7, 1000),
        (-30, -30, SILENT, -15, 4, 9, 3000),
        (-5, -5, -5, 9, 9, 14, 1000),
    )
    place = AskedPlace(np.array([0, 1, 2]), np.array([3.0, 1.0, 2.0]))
    nobody = AskedPlace(np.array([3]), np.zeros(1))
    table = cause_table(answers, (place, nobody), RULES, (sector("S1"), sector("S2")))
    row = table.iloc[0]
    assert (row["cause"], row["cause_site"]) == ("terrain", "S1")
    assert row["cause_share_percent"] == pytest.approx(100 * 4 / 6)
    assert row["cause_missing_db"] == pytest.approx((3 * 20 + 30) / 4)
    assert row["cause_flat_gain_db"] == pytest.approx((3 * 22 + 34) / 4)
    assert row["cause_nearest_km"] == pytest.approx(1.5)
    assert np.isnan(row["cause_more_power_db"])
    assert table.iloc[1]["cause"] == ""
    words = cause_words(table, RULES)
    assert words["cause_detail_en"].tolist() == [
        "Terrain is in the way: 22.5 dB are missing, over flat ground 25 dB would be gained and "
        "S1 would give a signal; the nearest site is 1.5 km away.",
        "",
    ]
    assert "còn thiếu 22,5 dB" in words["cause_detail_vi"].iloc[0]


def test_every_cause_has_words_in_both_languages() -> None:
    numbers = {
        f"cause_{name}": 12.25
        for name in ("missing_db", "more_power_db", "antenna_gain_db", "flat_gain_db",
                     "both_gain_db", "nearest_km")
    }  # fmt: skip
    for missing in (5.0, 50.0):  # alone, and together
        rows = [
            {"cause": c, "cause_site": "S{1}", **numbers, "cause_missing_db": missing}
            for c in CAUSES
        ]
        words = cause_words(pd.DataFrame(rows), RULES)
        assert (words != "").all(axis=None)
        assert words["cause_en"].tolist() == [NAMES[c][0] for c in CAUSES]
        assert words["cause_detail_en"].str.contains("S{1}", regex=False).all()
        assert (words["cause_detail_en"] != words["cause_detail_vi"]).all()
    nobody = cause_words(unknown_causes(2), RULES)
    assert nobody["cause_en"].tolist() == ["not known"] * 2
    assert nobody["cause_detail_en"].str.contains("no sites").all()


def test_order_of_sectors_changes_nothing() -> None:
    one, other = answered((-9, -9, -9, -9, -9, -9, 700)), answered((-9, -9, -9, -8, -9, -9, 700))
    for answers, index in ((one, 4), (other, 2)):
        for question in answers.server:
            answers.server[question].flat[0] = index
    forth, back = WhatIf(whole_grid(GRID.shape)), WhatIf(whole_grid(GRID.shape))
    for whole, parts in ((forth, (one, other)), (back, (other, one))):
        for part in parts:
            whole.merge(part)
    for question, server in forth.server.items():
        np.testing.assert_array_equal(server, back.server[question])
    assert forth.server[NOW].flat[0] == 2
    assert forth.server[NEAREST].flat[0] == 2
    assert forth.server[NOW].flat[1] == -1


def test_answers_about_few_cells_are_those_about_all() -> None:
    whole = answered((-9, -3, -9, -8, -7, -2, 700), (-5, 1, -9, -4, -9, -9, 800))
    asked = np.zeros(GRID.shape, dtype=bool)
    asked.flat[[1, 3]] = True
    few = WhatIf(whole_grid(GRID.shape), asked)
    few.merge(whole)
    assert few.cells.tolist() == [1, 3]
    assert few.nearest_m.tolist() == whole.nearest_m[[1, 3]].tolist()
    assert cause_numbers(few, RULES).tolist() == cause_numbers(whole, RULES)[[1, 3]].tolist()
    places = [AskedPlace(np.array([1]), np.ones(1)), AskedPlace(np.array([3, 1]), np.array([1, 4]))]
    same = (
        cause_table(answers, places, RULES, (sector("S1"), sector("S2")))
        for answers in (few, whole)
    )
    pd.testing.assert_frame_equal(*same)
