"""Results as tables and sentences: numbers counted by hand, words in two languages."""

import dataclasses
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from phusong.geo.network import Network
from phusong.language import legible
from phusong.reporting.escape import NO_FORMULAS
from phusong.reporting.facts import PRACTICE, Bilingual, Column, Source, same
from phusong.reporting.findings import (
    environment_findings,
    gap_findings,
    nobody_is_without,
    plan_findings,
    reach_findings,
    village_findings,
)
from phusong.reporting.input_findings import assumption_findings, data_findings
from phusong.reporting.input_tables import (
    assumption_table,
    filled_table,
    network_table,
    source_table,
)
from phusong.reporting.page_tables import (
    PageTable,
    rank_reasons_html,
    reasons_html,
    table_body_html,
)
from phusong.reporting.pages import KeyNumber, card_html
from phusong.reporting.priority_tables import priority_table
from phusong.reporting.products import products_of
from phusong.reporting.rank_words import rank_headings, rank_reasons, reasons
from phusong.reporting.shown import (
    Shown,
    shown_headline,
    shown_list,
    shown_sentences,
    shown_table,
)
from phusong.reporting.study_facts import environment_words, silent_villages
from phusong.reporting.study_tables import (
    area_table,
    commune_table,
    gap_table,
    operator_table,
    village_table,
)
from phusong.reporting.validation_tables import left_out_table
from phusong.reporting.wording import amount, cell_words, said
from phusong.reporting.words import field_names
from phusong.sources.study_file import read_study
from phusong.study import Study
from synthetic import write_region
from unit.reporting.cases import HOSTILE
from unit.reporting.study_cases import gaps, priorities, sector


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("study")
    return read_study(write_region(folder / "vùng").study)


def test_communes_come_in_order_of_need_and_add_up(study: Study) -> None:
    table = commune_table(study, gaps())
    assert [row[0] for row in table.rows] == ["Dìn Chin", "Pa Cheo"]
    assert table.rows[0] == ("Dìn Chin", 10.0, 5.0, 600.0, 200.0, 100.0, 300.0, 50.0)
    assert table.total == (
        Bilingual("Tổng", "Total"),
        30.0,
        11.0,
        1000.0,
        450.0,
        150.0,
        400.0,
        40.0,
    )


def test_a_commune_without_people_has_no_share(study: Study) -> None:
    found = gaps()
    nobody = found.communes.assign(
        people=0.0, people_no_signal=0.0, people_no_signal_percent=np.nan
    )
    table = commune_table(study, dataclasses.replace(found, communes=nobody))
    assert [cell_words(row[-1]).en for row in (*table.rows, table.total)] == ["–", "–", "–"]


def test_operators_that_were_not_computed_are_not_shown(study: Study) -> None:
    found = gaps()
    here = operator_table(study, found)
    assert [row[0] for row in here.rows] == [Bilingual("Tất cả nhà mạng", "All operators")]
    key = study.operators[0].key
    named = found.communes.replace({"operator": {"a": key}})
    classes = {("any", "LTE"): found.classes["any", "LTE"], (key, "LTE"): np.zeros((2, 2), "uint8")}
    table = operator_table(study, dataclasses.replace(found, communes=named, classes=classes))
    assert table.rows[1] == (same(study.operators[0].name), 150.0, 150.0, 700.0, 70.0)


def test_shares_of_area_leave_unknown_out(study: Study) -> None:
    """Of 90 known cells 20 are covered and 10 marginal; of 30 km² in communes 16 and 3."""
    row = area_table(study, gaps()).rows[0]
    assert row[1:] == pytest.approx((1600 / 30, 10.0, 1100 / 30, 2000 / 90, 1000 / 90, 6000 / 90))


def test_silent_villages_the_largest_first(study: Study) -> None:
    assert list(silent_villages(study, gaps())["village_id"]) == ["v2", "v1"]
    table = village_table(study, gaps(), most=1)
    assert table.rows[0][:4] == ("Thôn 2", "Pa Cheo", 70.0, 14.0)
    assert table.note == Bilingual(
        "1 trong 2 thôn; tất cả trong gaps/villages.csv.",
        "1 of 2 villages; all of them in gaps/villages.csv.",
    )
    bare = dataclasses.replace(gaps(), villages=gaps().villages[["village_id"]])
    assert silent_villages(study, bare).empty


def test_white_zones_are_of_all_operators(study: Study) -> None:
    """Called by their place, with the code behind; a table without places has the code alone."""
    assert [row[-1] for row in gap_table(study, gaps(), most=5).rows] == ["g2", "g1"]
    assert gap_table(study, gaps(), most=1).rows[0][0] == same("g2")
    placed = gaps().polygons.assign(place_vi="Sát Bản", place_en="Beside Bản")
    told = gap_table(study, dataclasses.replace(gaps(), polygons=placed), most=1)
    assert told.rows[0][0] == Bilingual("Sát Bản", "Beside Bản")


def test_priorities_in_millions(study: Study) -> None:
    table = priority_table(study, priorities(), most=2)
    first = ("1", "1–4", "Nhà mạng A", "", "Dìn Chin", 500.4, 300.0, 2500.0, 4000.0, 7.99)
    assert table.rows[0] == first
    assert table.rows[1][1] is None  # no trials, no interval
    assert table.columns[7].heading == Bilingual(
        f"Vốn đầu tư [triệu {study.costs.exchange.currency}]",
        f"Capex [million {study.costs.exchange.currency}]",
    )


def test_findings_count(study: Study) -> None:
    everyone, most = gap_findings(study, gaps())
    assert "400 trong 1.000 người (40,0\u00a0%) ở 2 xã" in everyone.vi
    assert "400 of 1,000 people (40.0\u00a0%) in 2 communes" in everyone.en
    assert "is Dìn Chin: about 300, 50.0\u00a0% of its people" in most.en
    assert "là Dìn Chin: khoảng 300 người, 50,0\u00a0% dân số xã" in most.vi
    covered = gaps().communes.assign(people_no_signal=0.0)
    assert len(gap_findings(study, dataclasses.replace(gaps(), communes=covered))) == 1


def test_findings_of_reach_and_villages(study: Study) -> None:
    together, _ = reach_findings(study, gaps())
    assert "53.3\u00a0% of the communes' area" in together.en
    assert "45.0\u00a0% of the people" in together.en
    (villages,) = village_findings(study, gaps())
    assert villages.en.startswith("2 of 3 villages")
    assert "120 people" in villages.en
    assert village_findings(study, gaps(villages=0)) == ()


def test_findings_of_a_plan(study: Study) -> None:
    first, together = plan_findings(study, priorities())
    assert "about 500 people" in first.en
    assert "300 of whom have no operator today" in first.en
    assert "5,5 tỷ" in together.vi
    assert "350 people" in together.en
    (nothing,) = plan_findings(study, priorities().head(0))
    assert "No ranked option" in nothing.en
    assert reasons(priorities(), most=1) == (Bilingual("Vì Dìn Chin", "Because Dìn Chin"),)


def test_assumptions_are_all_listed(study: Study) -> None:
    table = assumption_table(study)
    assert len(table.rows) == len(study.assumptions())
    (sentence,) = assumption_findings(study)
    assert f"rests on {len(table.rows)} assumed numbers" in sentence.en


def test_what_is_given_and_missing_is_counted() -> None:
    base = sector(operator="Nhà mạng A")
    network = Network(
        (
            base,
            dataclasses.replace(base, sector_id="s2", filled=("eirp_dbm",)),
            dataclasses.replace(base, site_id="p", sector_id="p1", status="planned"),
        )
    )
    given, missing = data_findings(network, inputs=9, unknown_share=2.5, unplaced=1)
    assert given.en.startswith("The study has 9 inputs; the tower list holds 1 sites on air with 2")
    assert "1 of these sectors" in missing.en
    assert "2.5\u00a0% of the cells" in missing.en
    assert "không có kết luận: 1." in missing.vi


def test_people_with_signal_are_told_by_environment(study: Study) -> None:
    assert environment_findings(study, gaps()) == ()
    (first, section), second = next(iter(study.environments.items())), "in-car"
    car = section.model_copy(update={"title_vi": "Trong ô tô", "title_en": "In a car"})
    study = study.model_copy(update={"environments": {first: section, second: car}})
    totals = pd.DataFrame(
        {"environment": [first, second], "operator": "any", "technology": "LTE",
         "people": 200.0, "people_covered": [150.0, 50.0]}
    )  # fmt: skip
    (told,) = environment_findings(study, dataclasses.replace(gaps(), totals=totals))
    assert "75.0\u00a0%" in told.en
    assert "Trong ô tô 25,0" in told.vi


def test_network_and_what_was_filled(study: Study) -> None:
    base = sector(operator=study.operators[0].name)
    sectors = (
        base,
        dataclasses.replace(base, sector_id="s2", filled=("eirp_dbm", "mast_height_m")),
        dataclasses.replace(base, site_id="p", sector_id="p1", status="planned"),
    )
    network = Network(sectors)
    table = network_table(study, network)
    assert table.rows[0] == (study.operators[0].name, 2, 1, 3, 2, 1)
    assert table.total == (Bilingual("Tổng", "Total"), 2, 1, 3, 2, 1)
    assert [row[1:] for row in filled_table(network).rows] == [
        ("eirp_dbm", 1),
        ("mast_height_m", 1),
    ]


def test_numbers_in_sentences() -> None:
    assert (amount(12345.6).vi, amount(12345.6, 1).en) == ("12.346", "12,345.6")
    assert amount(float("nan"), 2) == same("–")


def test_headings_carry_their_unit_in_each_language() -> None:
    assert Column(same("x"), "km²").heading == Bilingual("x [km²]", "x [km²]")
    assert Column(same("x"), said("people")).heading == Bilingual("x [người]", "x [people]")
    assert Column(same("x")).heading == same("x")


def test_field_names_fall_back_to_the_column() -> None:
    names = field_names(["mast_height_m", "colour"])
    assert names == Bilingual("độ cao cột, colour", "mast height, colour")


def test_plain_text_says_the_same() -> None:
    columns = (Column(same("a")), Column(same("b"), "km", 0))
    table = PageTable(Bilingual("Bảng", "Table"), columns, (("x", 1234.0),), total=("T", None))
    assert str(shown_table(table)) == "Bảng · Table\na | b [km]\nx | 1.234\nT | –"
    said = shown_sentences((Bilingual("một", "one"), same("2")))
    assert repr(said) == "một\none\n\n2"
    assert str(shown_list(same("h"), (Bilingual("một", "one"),))) == "h\n1. một\n   one"
    head = shown_headline(Bilingual("t", "t2"), Bilingual("q", "q2"), PRACTICE)
    assert str(head).endswith("DỮ LIỆU MÔ PHỎNG · PRACTICE DATA")
    assert 'class="practice"' in head._repr_html_()


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_hostile_survives_in_markup(study: Study, payload: str) -> None:
    source = Source(same(payload), payload, payload, payload)
    found, ranked = gaps(payload), priorities(payload)
    made: tuple[Shown, ...] = (
        shown_table(commune_table(study, found)),
        shown_table(village_table(study, found, most=9)),
        shown_table(gap_table(study, found, most=9)),
        shown_table(priority_table(study, ranked, most=9)),
        shown_table(source_table((source,))),
        shown_sentences((*gap_findings(study, found), *plan_findings(study, ranked))),
        shown_list(same(payload), reasons(ranked, most=9)),
        shown_headline(same(payload), same(payload), None),
    )
    for shown in made:
        for mark in ("<script", "<img", "<svg", "<iframe", "<a ", "<!--", "{{", "${", "{%", "`"):
            assert mark not in shown.html
        assert shown._repr_html_().startswith(f'<div class="{NO_FORMULAS}">')
        assert str(shown) == repr(shown) == legible(repr(shown))


def test_every_file_is_listed_once_in_its_group(study: Study) -> None:
    key = study.operators[0].key
    files = {
        "plan/priorities.csv": 10, f"reach/p1812/outdoor/{key}-lte-level.tif": 20,
        "reach/p1812/outdoor/any-lte-server.tif": 30, "reach/p1812/outdoor/who-lte-odd.tif": 40,
        "maps/coverage.html": 50, "maps/other.html": 60, "notebooks/09_own.html": 70,
        "manifest.json": None, "new.bin": 80, "gaps/new.csv": 90,
    }  # fmt: skip
    listed = products_of(study, files)
    assert sorted(p.path for p in listed) == sorted(files)
    kinds = ["map", "map", "notebook", "table", "table", "file", "file", *(["raster"] * 3)]
    assert [p.kind for p in listed] == kinds
    by_path = {p.path: p for p in listed}
    level = by_path[f"reach/p1812/outdoor/{key}-lte-level.tif"]
    assert level.title.en == f"{study.operators[0].name}, LTE: received level [dBm]"
    assert level.detail == environment_words(study, "outdoor")
    assert by_path["reach/p1812/outdoor/any-lte-server.tif"].title.vi.startswith("Tất cả nhà mạng")
    assert by_path["reach/p1812/outdoor/who-lte-odd.tif"].title == same("who-lte-odd")
    assert {p.path: p.size_bytes for p in listed} == files


def test_files_for_readers_without_a_plan_promise_none(study: Study) -> None:
    paths = ["maps/coverage.html", "gis/layers.gpkg", "gis/layers.kmz"]
    theirs = products_of(study, dict.fromkeys(paths))
    whole = products_of(study, dict.fromkeys([*paths, "plan/priorities.csv"]))
    for listed, promised in ((theirs, False), (whole, True)):
        for product in (p for p in listed if p.path in paths):
            assert product.detail
            assert bool(re.search("sites", product.detail.en)) is promised
            assert bool(re.search("trạm", product.detail.vi)) is promised


def test_no_reasons_no_heading() -> None:
    assert reasons_html(()) == ""


def test_the_province_comes_first_among_briefs_and_forms_last(study: Study) -> None:
    operator = study.operators[0].key
    paths = [f"plan/response-{operator}.xlsx", f"brief-{operator}.html", "brief-province.html",
             "plan/priorities.html"]  # fmt: skip
    listed = products_of(study, dict.fromkeys(paths))
    assert [product.path for product in listed] == paths[::-1]
    second, first = (
        f"reach/{m}/outdoor/any-lte-level.tif" for m in ("other", study.propagation.models[0])
    )
    rasters = products_of(study, dict.fromkeys([second, first]))
    assert [product.path for product in rasters] == [first, second]


def test_reasons_of_one_operator_keep_their_ranks_among_all() -> None:
    ranked = priorities().assign(rank=[6, 8])
    told = reasons_html(reasons(ranked, most=2), (), rank_headings(ranked, most=2))
    assert re.findall(r'<li value="(\d+)">', told) == ["6", "8"]
    assert f"{ranked['commune'].iloc[1]} ({ranked['operator'].iloc[1]})" in told


def test_a_reason_is_read_at_a_glance_and_its_rest_folds_out() -> None:
    name = "St. <b>Đ. Văn"
    ranked = priorities(name).assign(
        rank=[6, 8],
        why_vi=[
            f"Khoảng 1.234 người, trạm T. 1 ở xã {name}. Cách đường 1,2 km. Có điện.",
            "Vì thế",
        ],
        why_en=[
            f"About 1,234 people, site T. 1 in {name}. 1.2 km from a road. Power.",
            "Therefore",
        ],
    )
    first, second = rank_reasons(ranked, most=2)
    assert rank_reasons(pd.DataFrame(), most=2) == ()
    assert (first.rank, first.first.en) == (6, f"About 1,234 people, site T. 1 in {name}.")
    assert first.rest.en == "1.2 km from a road. Power."
    assert first.first.vi == f"Khoảng 1.234 người, trạm T. 1 ở xã {name}."
    assert first.rest.vi == "Cách đường 1,2 km. Có điện."
    assert (second.first.en, second.rest.en) == ("Therefore", "")
    page = rank_reasons_html((first, second))
    assert re.findall(r'<li value="(\d+)">', page) == ["6", "8"]
    assert page.count("<details") == 1
    assert "<b>" not in page
    assert rank_reasons(pd.DataFrame(), most=2) == (), "who may read no plan gets no reasons"
    seen, folded = page.split("<details")
    assert "a road" not in seen
    assert "a road" in folded


def test_cells_of_a_column_stand_on_one_side() -> None:
    table = PageTable(
        same("T"), (Column(same("a")), Column(same("b")), Column(same("c"))),
        (("x", "7 / 8 (1 ?)", 3), ("y", None, "none"), ("z", "0 / 8", 4)),
    )  # fmt: skip
    page = table_body_html(table)
    assert page.count('<td class="n">') == 2
    assert '<td class="none n">' in page
    assert page.count('<td class="words">') == 3


def test_why_rows_were_left_out_is_said_in_both_languages() -> None:
    rows = {"file": ["a.csv"], "reason": ["the same sample twice"], "rows": [2], "first": [""]}
    ((_, reason, *_),) = left_out_table(pd.DataFrame(rows)).rows
    assert isinstance(reason, Bilingual)
    assert (reason.en, reason.vi) == ("the same sample twice", "cùng một mẫu hai lần")


def test_a_study_without_gaps_says_so(study: Study) -> None:
    """Nobody without, no interval of nothing, no table of nothing; a number of nothing is calm."""
    found = gaps()
    served = found.communes.assign(people_no_signal=0.0, people_no_signal_percent=0.0)
    nowhere = dataclasses.replace(found, communes=served.assign(area_no_signal_km2=0.0))
    told = gap_findings(study, nowhere)
    assert told[0] == nobody_is_without(1000.0, 2, 0.0, "LTE")
    assert told[0].en.endswith("; no area is without a signal.")
    assert not any("interval" in sentence.en for sentence in told)
    somewhere = gap_findings(study, dataclasses.replace(found, communes=served))
    assert "nobody living there" in somewhere[0].en
    assert "none of the 625 people in the commune is" in nobody_is_without(625.0, 1, 0.0, "LTE").en
    bare = table_body_html(PageTable(same("A"), (Column(same("B")),), (), note=same("C")))
    assert "<table" not in bare
    assert "Nothing to list" in bare
    assert "C</" in bare
    assert "alarming" in card_html(KeyNumber(3, same("x"), alarming=True))
    assert "alarming" not in card_html(KeyNumber(0, same("x"), alarming=True))
