"""People against money and best sets as figure and table."""

import numpy as np
import pandas as pd
import pytest

import phusong
from phusong.planning.budget_tables import CHOICE_COLUMNS, FRONTIER_COLUMNS
from phusong.reporting.facts import PRACTICE, Bilingual
from phusong.reporting.figures import picture
from phusong.reporting.frontier import choice_answers, choice_table, frontier_figure
from phusong.reporting.shown import shown_table
from phusong.study import Study
from synthetic import write_region


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return phusong.open_study(write_region(tmp_path_factory.mktemp("r")).study)


TITLE = Bilingual("Người và tiền", "People against money")


def frontier() -> pd.DataFrame:
    found = pd.DataFrame(1.0, index=range(3), columns=list(FRONTIER_COLUMNS))
    found["budget"] = [1e9, 2e9, 3e9]
    found["best_set_worth_people"] = [100.0, 180.0, 200.0]
    found["bound_worth_people"] = [100.0, 180.0, 210.0]
    found["greedy_worth_people"] = [100.0, 150.0, 190.0]
    found["build_order_worth_people"] = [90.0, 180.0, 200.0]
    return found


def choices() -> pd.DataFrame:
    found = pd.DataFrame(np.nan, index=range(2), columns=list(CHOICE_COLUMNS))
    words = ["choice", "question_vi", "question_en", "answer_vi", "answer_en", "status"]
    found[words] = [
        ["budget", "Trong ngân sách", "Within the budget", "Đã chứng minh.", "Proven.", "optimal"],
        ["commune-floor", "Mỗi xã", "Every commune", "Không thể đạt.", "Cannot.", "infeasible"],
    ]
    found.loc[0, ["options", "capex", "present_value", "gap_percent"]] = [8.0, 12e9, 24e9, 0.0]
    return found


def draw(table: pd.DataFrame) -> bytes:
    figure = frontier_figure(table, title=TITLE, currency="VND", practice=PRACTICE)
    return picture(figure, alt=TITLE, dpi=60).content


def test_the_figure_shows_every_line_and_is_the_same_each_time() -> None:
    assert draw(frontier()) == draw(frontier())
    for column in ("best_set", "bound", "greedy", "build_order"):
        other = frontier()
        other[f"{column}_worth_people"] *= 0.9
        assert draw(other) != draw(frontier()), column
    figure = frontier_figure(frontier(), title=TITLE, currency="VND")
    axes = figure.axes[0]
    assert [list(line.get_xdata()) for line in axes.lines] == [[1.0, 2.0, 3.0]] * 4
    lost = figure.axes[1]
    assert "billion VND" in lost.get_xlabel()
    greedy, order = (list(line.get_ydata()) for line in lost.lines)
    assert greedy == pytest.approx([0.0, 100 / 6, 5.0])
    assert order == pytest.approx([10.0, 0.0, 0.0])


def test_where_nobody_can_be_reached_nothing_is_lost() -> None:
    nobody = frontier()
    for column in ("best_set", "bound", "greedy", "build_order"):
        nobody[f"{column}_worth_people"] = 0.0
    lost = frontier_figure(nobody, title=TITLE, currency="VND").axes[1]
    assert [list(line.get_ydata()) for line in lost.lines] == [[0.0] * 3] * 2


def test_sets_stand_beside_each_other_and_no_answer_is_empty(study: Study) -> None:
    table = choice_table(study, choices())
    assert [row[0].en for row in table.rows] == ["Within the budget", "Every commune"]
    assert table.rows[0][1:4] == (8.0, 12_000.0, 24_000.0)
    assert all(np.isnan(value) for value in table.rows[1][1:])
    page = shown_table(table)._repr_html_()
    assert "Trong ngân sách" in page
    assert "nan" not in page.lower().replace("finance", "")


def test_answers_name_their_question() -> None:
    vi, en = choice_answers(choices())[1].vi, choice_answers(choices())[1].en
    assert (vi, en) == ("Mỗi xã: Không thể đạt.", "Every commune: Cannot.")
