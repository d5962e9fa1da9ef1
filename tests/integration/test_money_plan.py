"""With what people bring: labels, grants, and who pays what; shares stay with their owners."""

from pathlib import Path

import pandas as pd
import pytest

import phusong
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.reporting.audience import for_operator, for_public
from phusong.reporting.brief import brief_page
from phusong.reporting.money_gaps import gap_money_table, strategy_table
from phusong.reporting.study_brief import Origin, operator_brief, province_brief
from phusong.reporting.study_index import best_set_tables
from phusong.study import Study
from runs import invoke, table
from synthetic import assumed, price, write_region

REVENUE = {
    "penetration": assumed(0.7, "fraction"),
    "arpu": assumed(30.0, "USD/month"),
    "market_share": {"mang-a": assumed(0.625, "fraction"), "mang-b": assumed(0.375, "fraction")},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    region = write_region(
        tmp_path_factory.mktemp("money") / "r",
        study={
            "planning.revenue": REVENUE, "planning.kinds": ["new-mast"],
            "planning.choice": {"every_village": True},
            "costs.roaming_fee": price(12.0, "USD/subscriber/year"),
        },
    )  # fmt: skip
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 0, result.output
    return phusong.open_study(region.study)


def read(study: Study, name: str) -> pd.DataFrame:
    return table(study.output / "plan" / f"{name}.csv")


def test_each_pays_its_part_and_sharing_never_costs_all_of_them_more(study: Study) -> None:
    ranked, found = read(study, "priorities"), read(study, "strategies")
    assert set(found["option_id"]) == set(ranked["option_id"])
    every = found.set_index(["option_id", "strategy", "pays"])
    order = ("stand_alone", "passive", "passive_and_backhaul", "moran")
    for row in ranked.itertuples():
        each = [every.loc[(row.option_id, name, "each")] for name in order]
        assert float(each[0]["capex"]) == pytest.approx(float(row.capex), rel=1e-6)
        assert float(each[0]["present_value"]) == pytest.approx(float(row.present_value), rel=1e-6)
        alone = float(each[0]["present_value_all"])
        assert alone == pytest.approx(2 * float(row.present_value), rel=1e-6)
        together = [float(one["present_value_all"]) for one in each]
        assert together == sorted(together, reverse=True)
        assert together[-1] == pytest.approx(float(row.present_value), rel=1e-6)  # one site
        assert float(each[-1]["saved_percent"]) == pytest.approx(50.0, abs=0.1)


def test_with_roaming_fees_pass_from_guests_to_the_host(study: Study) -> None:
    found = read(study, "strategies")
    people = read(study, "priorities").set_index("option_id")["people_newly_covered"].astype(float)
    owner = read(study, "priorities").set_index("option_id")["operator"]
    rate = study.costs.shown_rate
    for name, own in found[found["strategy"] == "roaming"].groupby("option_id"):
        host = own[own["pays"] == "host"].iloc[0]
        (guest,) = own[own["pays"] != "host"].to_dict("records")
        key, share = ("mang-b", 0.375) if owner[name] == "Nhà mạng A" else ("mang-a", 0.625)
        assert guest["pays"] == f"guest:{key}"
        fee = float(guest["opex_per_year"])
        assert fee == pytest.approx(12.0 * rate * 0.7 * share * people[name], rel=1e-3)
        both = float(host["present_value"]) + float(guest["present_value"])
        assert both == pytest.approx(float(host["present_value_all"]), rel=1e-6)


def test_the_brief_tells_labels_grants_and_strategies(study: Study) -> None:
    facts = study_facts(start(study))
    ranked = facts.ranked
    (gap,) = gap_money_table(study, ranked)
    assert sum(int(str(row[1])) for row in gap.rows) == len(ranked)
    assert sum(float(str(row[4])) for row in gap.rows) * 1e6 == pytest.approx(
        ranked["grant"].sum(), rel=1e-6
    )
    assert set(ranked["gap_type"]) <= {"commercial", "capex_grant", "running_support"}
    (shared,) = strategy_table(study, facts.extras.strategies)
    assert len(shared.rows) == 5


def test_briefs_and_the_index_show_people_against_money_and_best_sets(study: Study) -> None:
    facts = study_facts(start(study))
    brief = province_brief(facts, Origin((), ()))
    assert brief.money_picture is not None
    titles = [found.title.en for found in brief.money]
    assert titles[0].startswith("What the ranked options cost")
    assert titles[-3:] == [
        "What would close the gap", "Who pays what for the new masts", "Best sets",
    ]  # fmt: skip
    hops = sum(shown is not None for shown in brief.reason_pictures)
    assert hops >= 1
    assert brief_page(brief).count("<figure") == 2 + hops
    asked = len(read(study, "choices"))
    assert asked >= 1
    (sets,) = best_set_tables(facts)
    assert len(sets.rows) == asked
    own = for_operator(facts, "mang-b")
    theirs = operator_brief(own, "mang-b", Origin((), ()))
    assert theirs.money_picture is None
    assert "Best sets" not in [found.title.en for found in theirs.money]
    assert best_set_tables(own) == best_set_tables(for_public(facts)) == ()


def test_market_shares_stay_with_their_operator(study: Study) -> None:
    facts = study_facts(start(study))

    def shares(keys: list[str]) -> list[str]:
        return [key.rpartition(".")[2] for key in keys if "market_share" in key]

    assert shares([a.key for a in facts.assumptions]) == ["mang-a", "mang-b"]
    own = for_operator(facts, "mang-b")
    assert shares([a.key for a in own.assumptions]) == ["mang-b"]
    assert shares([a.key for a in own.study.assumptions()]) == ["mang-b"]
    assert own.extras.strategies.empty
    public = for_public(facts)
    assert shares([a.key for a in public.study.assumptions()]) == []
    assert public.extras.strategies.empty


def test_without_what_people_bring_there_is_no_such_table(tmp_path: Path) -> None:
    opened = phusong.open_study(write_region(tmp_path / "r").study)
    assert gap_money_table(opened, pd.DataFrame({"gap_type": [""]})) == ()
    assert strategy_table(opened, pd.DataFrame(columns=["strategy"])) == ()
