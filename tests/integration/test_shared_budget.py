"""One budget over several studies, from the plans that a user has made."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import phusong
from phusong.errors import DataError
from phusong.pipeline import shared_budget as shared
from phusong.study import Study
from runs import invoke
from synthetic import Region


def test_one_study_gets_what_its_own_frontier_says(first_run: Region, tmp_path: Path) -> None:
    own = pd.read_csv(first_run.output / "plan" / "frontier.csv", encoding="utf-8-sig")
    budget, file = float(own["budget"].iloc[-2]), tmp_path / "shared.csv"
    told = invoke("share-budget", first_run.study, "--budget", str(budget), "--output", file)
    assert told.exit_code == 0, told.output
    table = pd.read_csv(file, encoding="utf-8-sig")
    assert len(table) == 2
    for row in table.itertuples():
        assert row.worth_people == own["best_set_worth_people"].iloc[-2]
        assert row.budget == own["budget"].iloc[-2]
    assert table["bound_worth_people"].iloc[-1] == own["bound_worth_people"].iloc[-1]
    assert set(table["data_status"]) == {"Practice data / Dữ liệu mô phỏng"}


def test_the_same_communes_do_not_count_twice(both_runs: tuple[Region, Region]) -> None:
    told = invoke("share-budget", *(run.study for run in both_runs), "--budget", "1e9")
    assert told.exit_code == 2
    assert "both ask about" in told.output


def test_a_budget_that_is_none(first_run: Region) -> None:
    told = invoke("share-budget", first_run.study, "--budget", "0")
    assert told.exit_code == 2
    assert "give an amount above 0" in told.output


def with_communes(study: Study, codes: tuple[str, ...]) -> Study:
    return study.model_copy(update={"area": study.area.model_copy(update={"communes": codes})})


def test_a_study_without_a_plan_of_its_inputs_is_refused(first_run: Region) -> None:
    other = with_communes(phusong.open_study(first_run.study), ("09999",))
    with pytest.raises(DataError, match="has no plan of its inputs as they are now"):
        shared.shared_budget([other], 1e9)


def test_money_of_different_horizons_is_not_added(first_run: Region) -> None:
    study = phusong.open_study(first_run.study)
    longer = study.costs.horizon.model_copy(update={"value": study.costs.horizon.value + 1.0})
    other = with_communes(study, ("09999",)).model_copy(
        update={"costs": study.costs.model_copy(update={"horizon": longer})}
    )
    with pytest.raises(DataError, match=r"differ in costs\.horizon"):
        shared.shared_budget([study, other], 1e9)


def test_two_regions_share_by_worth(first_run: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    study = phusong.open_study(first_run.study)
    other = with_communes(study, ("09999",))
    own = pd.read_csv(first_run.output / "plan" / "frontier.csv", encoding="utf-8-sig")
    poorer = own.assign(
        best_set_worth_people=own["best_set_worth_people"] / 2,
        bound_worth_people=own["bound_worth_people"] / 2,
    )
    tables = iter([own, poorer])
    monkeypatch.setattr(shared, "_frontier", lambda _: next(tables))
    budget = float(own["budget"].iloc[-1])
    table = shared.shared_budget([study, other], budget)
    assert table["budget"].iloc[0] >= table["budget"].iloc[1]
    assert table["budget"].iloc[:2].sum() == table["budget"].iloc[2] <= budget
    assert table["worth_people"].iloc[:2].sum() == table["worth_people"].iloc[2]
    assert np.all(table["worth_people"] <= table["bound_worth_people"])
