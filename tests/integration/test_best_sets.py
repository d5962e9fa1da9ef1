"""Best sets of a study: within the budget, for targets, with terms; and what bad input is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import phusong
from phusong.errors import DataError
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from runs import in_one_line, invoke, run_here, table
from synthetic import Region, assumed, write_region

CHOICE: dict[str, Any] = {
    "budget": assumed(15e9, "VND"),
    "target": assumed(0.2, "fraction"),
    "every_village": True,
    "commune_floor": assumed(0.05, "fraction"),
    "second_server": ["clinic"],
    "capex_budget": assumed(12e9, "VND"),
    "operators": {"mang-a": {"budget": assumed(6e9, "VND")}, "mang-b": {}},
}
NEW = ("frontier", "best-set", "build-order")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = write_region(tmp_path_factory.mktemp("sets") / "r", study={"planning.choice": CHOICE})
    run_here(made)
    return made


def read(run: Region, name: str) -> pd.DataFrame:
    found = table(run.output / "plan" / f"{name}.csv")
    for column in found:
        numbers = pd.to_numeric(found[column], errors="coerce")
        if numbers.notna().any() and not column.endswith(("code", "dropped", "added")):
            found[column] = numbers
    return found


def test_every_question_is_answered(run: Region) -> None:
    found = read(run, "choices").set_index("choice")
    assert {"budget", "budget-greedy", "commune-floor", "second-server", "all-terms", "target"} <= (
        set(found.index)
    )
    assert set(found["status"]) <= {"optimal", "feasible", "infeasible"}
    answered = found[found["status"] != "infeasible"]
    assert (answered["gap_percent"] >= 0).all()
    assert found["answer_vi"].str.len().min() > 20
    assert (found["answer_en"] != found["answer_vi"]).all()
    bought = answered[answered["objective_unit"] == "person"]
    assert (bought["present_value"] <= 15e9).all()
    assert found.loc["budget", "objective"] >= found.loc["budget-greedy", "objective"]
    target = found.loc["target"]
    assert target["objective_unit"] == "VND"
    assert target["objective"] == pytest.approx(target["present_value"], rel=1e-3)


def test_options_add_up_to_their_sets(run: Region) -> None:
    choices, options = read(run, "choices").set_index("choice"), read(run, "best-set")
    sums = options.groupby("choice")[
        ["present_value", "capex", "people_newly_covered", "people_white_zone"]
    ].sum()
    assert len(sums) >= 3
    for name, row in sums.iterrows():
        for column, amount in row.items():
            assert amount == pytest.approx(choices.loc[name, column], abs=2), (name, column)
    assert not options.duplicated(["choice", "latitude", "longitude"]).any()


def test_people_against_money(run: Region) -> None:
    found, order = read(run, "frontier"), read(run, "build-order")
    assert (found["budget"].diff().dropna() > 0).all()
    assert (found["best_set_worth_people"].diff().dropna() >= 0).all()
    for column in ("greedy_worth_people", "build_order_worth_people"):
        assert (found[column] <= found["best_set_worth_people"] + 1e-6).all()
    assert (found["bound_worth_people"] >= found["best_set_worth_people"] - 1e-6).all()
    found = found[found["step"] > 0].drop_duplicates("step", keep="last")  # its largest budget
    beside = order.set_index("step").loc[found["step"]]
    assert np.allclose(beside["loss_percent"], found["build_order_loss_percent"], atol=0.01)


def test_the_plan_holds_them(run: Region) -> None:
    study = phusong.open_study(run.study)
    plan = phusong.plan(study, phusong.gaps(study, phusong.reach(study)))
    assert len(plan.frontier) == len(read(run, "frontier"))
    assert list(plan.choices["choice"]) == list(read(run, "choices")["choice"])


def test_operators_have_sets_and_orders_of_their_own(run: Region) -> None:
    choices, order = read(run, "choices"), read(run, "operator-build-order")
    frontier, sets = read(run, "operator-frontier"), read(run, "best-set")
    own = choices[choices["choice"] == "own-budget"]
    assert len(own) == 1, "an operator without money of its own has no set"
    assert own["present_value"].iloc[0] <= 6e9
    (name,) = own["operator"]
    assert set(sets.loc[sets["choice"] == "own-budget", "operator"]) == {name}
    assert name in set(order["operator"]) == set(frontier["operator"])
    for operator, steps in order.groupby("operator"):
        assert steps["step"].tolist() == list(range(1, len(steps) + 1))
        points = frontier[frontier["operator"] == operator]
        assert (points["build_order_worth_people"] <= points["best_set_worth_people"] + 1e-6).all()
    plain = choices.set_index("choice").loc["budget"]
    assert plain["capex"] <= 12e9
    for told, amount in ((frontier, "budget"), (order, "cumulative_present_value")):
        assert np.allclose(told[f"{amount}_usd"], told[amount] / 25_000, atol=0.51)
        assert set(told["exchange_date"]) == {"2025-01-02"}


def test_a_reader_gets_what_is_its_own_alone(run: Region) -> None:
    session = start(phusong.open_study(run.study))
    names = {op.key: op.name for op in session.study.operators}
    for audience in ("operator:mang-a", "public"):
        folder = write_for_audience(session, audience).parent
        assert any(folder.rglob("*.csv"))
        assert not [f for f in folder.rglob("*") if f.stem in NEW]
    assert not [f for f in folder.rglob("*") if "operator-" in f.stem or f.stem == "choices"]
    folder = write_for_audience(session, "operator:mang-a").parent / "plan"
    for name in ("choices", "operator-frontier", "operator-build-order"):
        assert set(table(folder / f"{name}.csv")["operator"]) == {names["mang-a"]}


def test_without_a_question_there_is_no_answer(tmp_path: Path) -> None:
    made = write_region(tmp_path / "r")
    run_here(made)
    assert {f.name for f in (made.output / "plan").glob("*.csv")} & {
        "choices.csv", "best-set.csv", "frontier.csv",
    } == {"frontier.csv"}  # fmt: skip
    study = phusong.open_study(made.study)
    plan = phusong.plan(study, phusong.gaps(study, phusong.reach(study)))
    assert plan.choices.empty


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"budget": assumed(1e6, "EUR")}, "planning.choice.budget.unit is 'EUR', USD or VND"),
        ({"budget": assumed(-1.0, "USD")}, "value is -1, at least 0 USD is needed"),
        ({"target": assumed(1.2, "fraction")}, "target.value is 1.2, 0 to 1 fraction is allowed"),
        ({"target": assumed(10, "household")}, "'fraction' or 'person' is needed"),
        ({"poverty_weight": assumed(1.0, "1")}, "poverty_weight is shown beside the best set"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, choice: dict[str, Any], said: str) -> None:
    made = write_region(tmp_path / "r", study={"planning.choice": choice})
    result = invoke("check", made.study)
    assert result.exit_code != 0
    assert said in in_one_line(result.output)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"second_server": ["hospital"]}, "second_server names hospital"),
        ({"poverty_weight": assumed(1.0, "1")}, "poverty_weight needs poverty figures by commune"),
    ],
)
def test_what_the_data_cannot_answer(tmp_path: Path, choice: dict[str, Any], said: str) -> None:
    made = write_region(
        tmp_path / "r", study={"planning.choice": {"budget": assumed(1e6, "USD"), **choice}}
    )
    study = phusong.open_study(made.study)
    with pytest.raises(DataError, match=said):
        phusong.plan(study, phusong.gaps(study, phusong.reach(study)))


def test_no_budget_buys_nothing(tmp_path: Path) -> None:
    made = write_region(tmp_path / "r", study={"planning.choice": {"budget": assumed(0.0, "USD")}})
    run_here(made)
    found = read(made, "choices").set_index("choice")
    assert found.loc["budget", "status"] == "optimal"
    assert found.loc["budget", ["options", "present_value"]].tolist() == [0, 0]
