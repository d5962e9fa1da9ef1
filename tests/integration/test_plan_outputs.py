"""Build order, rank intervals and gaps of money of a study agree with its ranking."""

import json
from pathlib import Path

import pandas as pd
import pytest

from runs import run_here, table
from synthetic import Region, assumed, write_region

NUMBERS = (
    "rank", "rank_p10", "rank_p90", "place_rank_p10", "place_rank_p90", "probability_in_top_10",
    "draws", "seed", "step", "present_value", "cumulative_present_value", "people_newly_covered",
    "people_white_zone", "cumulative_people", "cumulative_worth_people", "best_set_worth_people",
    "loss_percent",
)  # fmt: skip


def read(region: Region, name: str) -> pd.DataFrame:
    found = table(region.output / "plan" / f"{name}.csv")
    for column in set(NUMBERS) & set(found.columns):
        found[column] = pd.to_numeric(found[column])
    return found


@pytest.fixture(scope="module")
def priorities(first_run: Region) -> pd.DataFrame:
    return read(first_run, "priorities")


@pytest.fixture(scope="module")
def sure(first_run: Region) -> pd.DataFrame:
    return read(first_run, "stability")


@pytest.fixture(scope="module")
def order(first_run: Region) -> pd.DataFrame:
    return read(first_run, "build-order")


def test_the_base_case_of_the_draws_is_the_ranking(
    priorities: pd.DataFrame, sure: pd.DataFrame
) -> None:
    assert list(sure["rank"]) == list(range(1, len(sure) + 1))
    assert list(sure["option_id"])[: len(priorities)] == list(priorities["option_id"])
    assert sure["option_id"].is_unique


def test_intervals_stand_in_both_tables_and_in_words(
    priorities: pd.DataFrame, sure: pd.DataFrame
) -> None:
    both = priorities.merge(sure, on="option_id", suffixes=("", "_sure"))
    assert len(both) == len(priorities)
    for column in ("rank_p10", "rank_p90", "probability_in_top_10"):
        assert (both[column] == both[f"{column}_sure"]).all()
    assert (both["rank_p10"] <= both["rank_p90"]).all()
    assert (both["place_rank_p10"] <= both["rank_p10"]).all()
    assert (both["place_rank_p90"] <= both["rank_p90"]).all()
    assert both["probability_in_top_10"].between(0, 1).all()
    for row in both.itertuples():
        assert f"({row.draws} trials)" in row.why_en
        assert f"({row.draws} lần)" in row.why_vi


def test_an_operator_builds_at_a_place_once(order: pd.DataFrame) -> None:
    assert list(order["step"]) == list(range(1, len(order) + 1))
    assert not order.duplicated(["latitude", "longitude"]).any()


def test_the_build_order_adds_up(order: pd.DataFrame) -> None:
    # Tables have whole money and people to one decimal.
    steps = len(order)
    assert order["present_value"].cumsum().to_numpy() == pytest.approx(
        order["cumulative_present_value"].to_numpy(), abs=steps
    )
    assert order["people_newly_covered"].cumsum().to_numpy() == pytest.approx(
        order["cumulative_people"].to_numpy(), abs=0.1 * steps
    )
    compared = order[order["best_set_worth_people"].notna()]
    assert compared["step"].iloc[-1] == steps, "the largest budget pays for all of them"
    lost = 100 * (1 - compared["cumulative_worth_people"] / compared["best_set_worth_people"])
    assert compared["loss_percent"].to_numpy() == pytest.approx(lost.to_numpy(), abs=0.006)
    assert (compared["loss_percent"] >= 0).all()
    assert (compared["best_set_worth_people"].diff().dropna() >= 0).all()
    assert set(compared["best_set_proven"]) == {"yes"}


def test_every_link_of_the_ranking_is_paid_once_and_clear(
    first_run: Region, priorities: pd.DataFrame
) -> None:
    links = table(first_run.output / "plan" / "backhaul.csv")
    numbers = links[["length_m", "clearance_m", "capex", "rank"]].apply(pd.to_numeric)
    hops = (links["kind"] == "microwave").to_numpy()
    assert len(links) > 0
    assert not links.duplicated(["operator", "from", "kind", "to"]).any()
    assert (numbers["clearance_m"][hops] >= 0).all()
    assert (numbers["length_m"][hops] <= 2000).all()  # planning.longest_hop
    assert set(links["option_id"]) <= set(priorities["option_id"])
    new = priorities[priorities["kind"] == "new-mast"]
    assert set(new["option_id"]) <= set(links["from"])
    # Who builds a link is who needs it, and its price is within the option's.
    both = links.merge(priorities, on="option_id", suffixes=("_link", ""))
    assert (both["operator_link"] == both["operator"]).all()
    capex = both.groupby("option_id").agg({"capex_link": lambda v: v.astype(float).sum()})
    own = priorities.set_index("option_id")["capex"].astype(float)
    assert (capex["capex_link"] <= own[capex.index] + 1).all()


def test_every_hop_has_its_profile(first_run: Region) -> None:
    links, points = read(first_run, "backhaul"), read(first_run, "hop-profiles")
    hops = links[links["kind"] == "microwave"]
    assert len(hops)
    assert set(points["link"]) == set(hops["link"])
    for _, hop in hops.iterrows():
        own = points[points["link"] == hop["link"]]
        assert (own["option_id"] == hop["option_id"]).all()
        distance = pd.to_numeric(own["distance_m"]).to_numpy()
        ground = pd.to_numeric(own["ground_amsl_m"]).to_numpy()
        ray = pd.to_numeric(own["ray_amsl_m"]).to_numpy()
        needed = pd.to_numeric(own["needed_amsl_m"]).to_numpy()
        assert distance[0] == 0
        assert distance[-1] == pytest.approx(float(hop["length_m"]), abs=0.2)
        assert ray[0] - ground[0] == pytest.approx(float(hop["mast_height_m"]), abs=0.2)
        assert ray[-1] - ground[-1] == pytest.approx(float(hop["to_mast_height_m"]), abs=0.2)
        least = (ray - needed)[1:-1].min()
        assert least == pytest.approx(float(hop["clearance_m"]), abs=0.2)


def test_a_mast_is_as_tall_as_its_hop_wants(first_run: Region, priorities: pd.DataFrame) -> None:
    links = read(first_run, "backhaul").set_index("from")
    both = [row for _, row in priorities.iterrows() if row["option_id"] in links.index]
    assert both
    for row in both:
        tall = float(links.loc[row["option_id"], "mast_height_m"])
        assert float(row["mast_height_m"]) >= tall - 0.05


def test_the_best_sets_are_no_worse_than_the_ranking(
    priorities: pd.DataFrame, order: pd.DataFrame
) -> None:
    worth = priorities["people_newly_covered"].sum() + priorities["people_white_zone"].sum()
    money = priorities["present_value"].sum()
    largest = order.iloc[-1]
    if largest["cumulative_present_value"] >= money:
        # People are whole in each of a few columns, at most half a person off in each.
        assert largest["best_set_worth_people"] >= 0.99 * worth


def test_without_revenue_no_gap_of_money(first_run: Region, priorities: pd.DataFrame) -> None:
    assert set(priorities["gap_type"]) == {""}
    manifest = json.loads((first_run.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["steps"]["plan"]["facts"]["not_computed"] == ["gap_type"]


def test_with_revenue_every_priority_has_its_gap(tmp_path: Path) -> None:
    currency = "USD/month"
    revenue = {
        "penetration": assumed(1.0, "fraction"),
        "market_share": {"mang-a": assumed(1.0, "fraction")},
        "arpu": assumed(1e6, currency),
    }
    region = write_region(tmp_path / "r", study={"planning.revenue": revenue})
    run_here(region)
    found = read(region, "priorities")
    labels = dict(zip(found["operator"], found["gap_type"], strict=True))
    assert set(labels) <= {"Nhà mạng A", "Nhà mạng B"}
    assert labels.get("Nhà mạng A", "commercial") == "commercial"
    assert labels.get("Nhà mạng B", "unknown") == "unknown"
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["steps"]["plan"]["facts"]["not_computed"] == []
