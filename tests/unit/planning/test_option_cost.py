"""What each kind of option costs: by hand, and against what it must never do."""

import math
from dataclasses import replace
from typing import Any

import pytest

from oracle.site_plain import site_cost
from phusong.planning.cost import SiteFacts
from phusong.planning.kinds import KINDS, kinds_in_use, missing_prices
from phusong.planning.option_cost import Build, backhaul_of, option_cost
from phusong.planning.present_value import annuity_factor
from phusong.study import ALL_KINDS, CostsSection, Study
from synthetic import assumed, lives, price, study_facts
from synthetic import replace as put

UPGRADES = {
    "mast_step": price(10_000, "USD/10m"), "radio_upgrade": price(20_500, "USD/site"),
    "upgrade_opex": price(3_000, "USD/year"), "repair": price(8_000, "USD/site"),
    "satellite_site": price(18_000, "USD/site"), "satellite_opex": price(8_000, "USD/year"),
    "roaming_fee": price(5, "USD/subscriber/year"),
}  # fmt: skip
FACTS = SiteFacts(road_m=4000, power_line_m=100, slope_deg=25, backhaul_m=31_000)
BASE = Build("new-mast", FACTS, 40.0, 40.0, 3, 200.0)
AF = annuity_factor(0.08, 10)


def costs(**changes: Any) -> CostsSection:
    facts = {**study_facts()["costs"], **UPGRADES, "lives": lives(10)}
    facts["exchange"] = {**facts["exchange"], "currency": "USD", "rate": assumed(1.0, "USD/USD")}
    return CostsSection.model_validate({**facts, **changes})


def cost(build: Build, table: CostsSection | None = None, level: str = "base") -> Any:
    return option_cost(build, table or costs(), longest_hop_m=30_000.0, level=level)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "height_m", "sectors", "capex", "opex"),
    [
        # Factor 1.35 for 4 km and 25°, power 5,000 + 9,000 + 0.1 · 20,000, two hops of 20,000.
        ("new-mast", 40, 3, 35_000 * 1.35 + 35_000 + 16_000 + 40_000, 12_000),
        ("new-mast", 60, 3, 55_000 * 1.35 + 35_000 + 16_000 + 40_000, 12_000),
        ("new-mast", 30, 3, 25_000 * 1.35 + 35_000 + 16_000 + 40_000, 12_000),
        ("new-mast", 40, 6, 35_000 * 1.35 + 70_000 + 16_000 + 40_000, 12_000),
        ("taller-mast", 60, 0, 20_000 * 1.35, 0),
        ("added-band", 40, 3, 20_500, 3_000),
        ("added-sector", 40, 1, 20_500 / 3, 1_000),
        ("shared-site", 40, 3, 20_500 + 40_000, 12_000),
        ("roaming", 40, 0, 0, 5 * 200),
        ("repair", 40, 0, 8_000, 12_000),
        ("new-power", 40, 0, 16_000, 12_000),
        ("satellite", 12, 0, 18_000, 8_000),
    ],
)  # fmt: skip
def test_every_kind_by_hand(
    kind: Any, height_m: float, sectors: int, capex: float, opex: float
) -> None:
    made = cost(replace(BASE, kind=kind, height_m=height_m, sectors=sectors))
    assert made.capex == pytest.approx(capex)
    assert made.opex_per_year == pytest.approx(opex)
    assert made.present_value == pytest.approx(capex + opex * AF)


def test_a_new_mast_of_the_usual_height_is_a_site() -> None:
    for years in (10, 7, 20):
        table = costs(lives=lives(years, radio=8))
        made, site = cost(BASE, table), site_cost(FACTS, table, longest_hop_m=30_000.0)
        assert made.wear.repurchases == pytest.approx(site.wear.repurchases)
        assert made.wear.salvage == pytest.approx(site.wear.salvage)
        assert made.present_value == pytest.approx(site.present_value)
        assert replace(made, wear=site.wear, present_value=site.present_value) == site


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_harder_taller_and_dearer_is_never_cheaper(kind: Any) -> None:
    base = replace(BASE, kind=kind)
    for name, values in (
        ("road_m", (0, 10, 5_000, 90_000)), ("slope_deg", (0, 10, 25, 60)),
        ("backhaul_m", (0, 29_999, 31_000, 90_000)), ("power_line_m", (0, 500, math.nan)),
    ):  # fmt: skip
        made = [cost(replace(base, facts=replace(FACTS, **{name: v}))) for v in values]
        money = [one.present_value for one in made]
        assert money == sorted(money), name
    heights = [cost(replace(base, height_m=h)).present_value for h in (10.0, 40.0, 41.0, 80.0)]
    assert heights == sorted(heights)
    levels = [cost(base, level=level).present_value for level in ("low", "base", "high")]
    assert levels == sorted(levels)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_zero_prices_cost_nothing(kind: Any) -> None:
    table = costs()
    free = {
        name: {**item.model_dump(), "low": 0.0, "base": 0.0, "high": 0.0}
        for name, item in table
        if hasattr(item, "base") and "fraction" not in item.unit
    }
    assert cost(replace(BASE, kind=kind), costs(**free)).present_value == 0.0


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_price_of_a_kind_counts(kind: Any) -> None:
    for name in KINDS[kind].prices:
        build = replace(BASE, kind=kind, height_m=60.0)
        dearer = price(2 * getattr(costs(), name).base, UPGRADES[name]["unit"])
        before, after = cost(build), cost(build, costs(**{name: dearer}))
        assert after.present_value > before.present_value, name


def test_sharing_is_never_dearer_than_alone() -> None:
    for level in ("low", "base", "high"):
        alone = cost(BASE, level=level).present_value
        for kind in ("shared-site", "added-band", "added-sector", "roaming"):
            assert cost(replace(BASE, kind=kind), level=level).present_value < alone


def test_a_low_mast_is_not_paid_for_by_being_low() -> None:
    assert cost(replace(BASE, height_m=5.0, standing_m=200.0)).capex >= 35_000 + 16_000 + 40_000


def study(**changes: Any) -> Study:
    facts = study_facts()
    for key, value in changes.items():
        put(facts, key.replace("__", "."), value)
    return Study.model_validate(facts)


def test_a_kind_without_its_price_is_left_out_with_a_word() -> None:
    kinds, notes = kinds_in_use(study())
    assert set(kinds) == {"new-mast", "new-power"}
    assert len(notes) == len(ALL_KINDS) - 2
    (taller,) = [note for note in notes if "taller-mast" in note]
    assert "costs.mast_step" in taller
    assert "ask the operators" in taller
    given = {f"costs__{name}": item for name, item in UPGRADES.items()}
    kinds, notes = kinds_in_use(study(**given))
    assert set(kinds) == set(ALL_KINDS) - {"roaming"}
    assert "planning.revenue" in notes[0]


def test_only_the_kinds_that_are_asked_for() -> None:
    kinds, notes = kinds_in_use(study(planning__kinds=["new-power", "repair"]))
    assert kinds == ("new-power",)
    assert len(notes) == 1


def test_kinds_know_how_they_are_connected() -> None:
    assert backhaul_of("satellite") == "satellite"
    assert backhaul_of("shared-site") == "microwave"
    assert missing_prices("new-mast", study().costs) == ()
    with pytest.raises(ValueError, match="missing"):
        cost(replace(BASE, kind="repair"), costs(repair=None))
