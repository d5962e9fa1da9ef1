"""The study file's schema: units, ranges, twins, names that become file names."""

import math
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conftest import ROOT
from phusong.sources.study_file import read_study
from phusong.study import (
    BackhaulSection,
    CausesSection,
    CostsSection,
    PowerCosts,
    PowerSection,
    QualitySection,
    Quantity,
    SmallSite,
    StabilitySection,
    Study,
    UplinkSection,
    quantity,
)
from phusong.study.cost_items import AssetLives
from phusong.study.planning import UNITS
from synthetic import assumed, price, replace, study_facts


def study(**changes: Any) -> Study:
    facts = study_facts()
    for key, value in changes.items():
        replace(facts, key.replace("__", "."), value)
    return Study.model_validate(facts)


def revenue(**changes: Any) -> dict[str, Any]:
    """What people newly covered bring, changed."""
    return {
        "penetration": assumed(0.6, "fraction"),
        "market_share": {},
        "arpu": assumed(3.0, "USD/month"),
        **changes,
    }


def faults(**changes: Any) -> str:
    with pytest.raises(ValidationError) as error:
        study(**changes)
    return str(error.value)


def test_quantity_accepts_the_ends_of_its_range_and_nothing_beyond() -> None:
    check = quantity("dB", 0.0, 100.0)
    for value in (0.0, 100.0):
        given = Quantity(value=value, unit="dB", source="x")
        assert check(given) is given
    for value in (-0.001, 100.001):
        with pytest.raises(ValueError, match=r"0 to 100 dB is allowed"):
            check(Quantity(value=value, unit="dB", source="x"))


def test_wrong_unit_names_both_units() -> None:
    with pytest.raises(ValueError, match=r"unit is 'dBW', 'dBm' is needed"):
        quantity("dBm", -200, 100)(Quantity(value=-30.0, unit="dBW", source="x"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_quantity_is_a_finite_number(value: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        Quantity(value=value, unit="m", source="x")


def test_quantity_needs_a_source() -> None:
    with pytest.raises(ValidationError, match="source"):
        Quantity.model_validate({"value": 1.0, "unit": "m"})
    with pytest.raises(ValidationError, match="source"):
        Quantity(value=1.0, unit="m", source="  ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"area__communes": ["00101", "00203", "00101"]}, "communes lists 00101 more than once"),
        ({"area__communes": []}, "at least 1 item"),
        ({"area__communes": ["00/101"]}, "pattern"),
        ({"grid__resolution_m": 4.0}, "greater than or equal to 5"),
        ({"service__marginal": assumed(0.95, "fraction")}, "marginal = 0.95 must be below covered"),
        ({"service__covered": assumed(95.0, "fraction")}, "0 to 1 fraction is allowed"),
        ({"costs__site_opex": price(1.0, "VND/year")}, "is not in USD"),
        ({"costs__site_opex": {**price(1.0, "USD/year"), "low": 2.0}}, "are not in order"),
        ({"costs__exchange__rate": assumed(0.0, "VND/USD")}, "more than 0 VND/USD is needed"),
        ({"costs__exchange__rate": assumed(25e3, "USD/VND")}, "'VND/USD' is needed"),
        (
            {
                "costs__exchange": {
                    "currency": "USD",
                    "rate": assumed(2.0, "USD/USD"),
                    "date": "2025-01-02",
                }
            },
            "worth 1 of itself",
        ),
        ({"costs__currency": ""}, "pattern"),
        ({"costs__currency": None}, "costs.currency\n  Field required"),
        ({"costs__fibre": price(8.0, "VND/km")}, "fibre.unit = 'VND/km' is not in USD"),
        ({"costs__site_opex": price(1.0, "year")}, "is not in USD, the currency of the table"),
        ({"costs__site_opex": price(1.0, "USD/month")}, "'USD/month', 'USD/year' is needed"),
        ({"costs__fibre": price(8.0, "USD/m")}, "fibre.unit = 'USD/m', 'USD/km' is needed"),
        ({"costs__passive_site": price(1.0, "fraction/km")}, "is not in USD"),
        ({"costs__access_per_road_km": price(0.05, "USD/km")}, "'fraction/km' is needed"),
        ({"costs__site_opex": {**price(1.0, "USD/year"), "low": -1.0}}, "equal to 0"),
        ({"costs__site_opex": {**price(1.0, "USD/year"), "low": math.nan}}, "finite"),
        ({"planning__revenue": revenue(arpu=assumed(0.0, "USD/month"))}, "more than 0 USD/month"),
        ({"planning__revenue": revenue(arpu=assumed(3.0, "USD/year"))}, "'USD/month' is needed"),
        ({"planning__revenue": revenue(market_share={"who": assumed(0.5, "fraction")})}, "who"),
        ({"planning__stability": {"draws": 0}}, "greater than or equal to 1"),
        ({"propagation__models": ["fspl"]}, "p1812"),
        ({"propagation__radius_km": 0.1}, "greater than or equal to 0.5"),
        ({"technologies__LTE__quantity": "RSRQ"}, "RSRP"),
        ({"technologies__LTE__resource_blocks": {"wide": 100}}, "pattern"),
        ({"technologies__LTE__resource_blocks": {"10": 0}}, "greater than or equal to 1"),
        ({"towers__bandwidth": assumed(7.0, "MHz")}, "towers.bandwidth = 7 MHz is not a LTE"),
        (
            {"planning__new_site__bandwidth": assumed(12.0, "MHz")},
            "planning.new_site.bandwidth = 12 MHz is not a LTE bandwidth; 1.4, 3, 5, 10, 15, 20",
        ),
        ({"planning__new_site__sectors": 0}, "greater than or equal to 1"),
        ({"study__name": "Lào Cai"}, "pattern"),
        ({"schema_version": 2}, "schema_version"),
    ],
)
def test_impossible_values(change: dict[str, Any], said: str) -> None:
    assert said in faults(**change)


def test_every_line_of_the_cost_table_has_its_unit() -> None:
    lines = {name for name, field in CostsSection.model_fields.items() if "CostItem" in str(field)}
    power = {f"power.{name}" for name in PowerCosts.model_fields if name != "lives"}
    lives = {f"lives.{name}" for name in AssetLives.model_fields}
    assert lines | power | lives == set(UNITS)


def test_a_table_needs_no_exchange_rate_to_be_shown_in_its_own_currency() -> None:
    facts = study_facts()
    del facts["costs"]["exchange"]
    costs = Study.model_validate(facts).costs
    assert (costs.shown_currency, costs.shown_rate) == ("USD", 1.0)
    shown = Study.model_validate(study_facts()).costs
    assert (shown.shown_currency, shown.shown_rate) == ("VND", 25_000.0)


def test_operators_differ_in_name_and_key() -> None:
    pair = study_facts()["operators"]
    assert "same name: Nhà mạng A" in faults(operators=[pair[0], {**pair[1], "name": "Nhà mạng A"}])
    assert "same key: mang-a" in faults(operators=[pair[0], {**pair[1], "key": "mang-a"}])
    assert "reserved" in faults(operators=[{**pair[0], "key": "any"}])


@pytest.mark.parametrize("name", ["../LTE", "a/b", "a:b", "", "LTE 800", "=LTE"])
def test_technology_names_are_fit_for_file_names(name: str) -> None:
    technology = study_facts()["technologies"]["LTE"]
    assert "pattern" in faults(technologies={name: technology})


def test_technologies_do_not_share_files() -> None:
    technology = study_facts()["technologies"]["LTE"]
    assert "differ in capitals only" in faults(technologies={"LTE": technology, "lte": technology})


def test_unknown_keys_are_faults() -> None:
    assert "Extra inputs are not permitted" in faults(grid__resolution=90.0)


def test_names_have_one_form_of_unicode() -> None:
    loose = unicodedata.normalize("NFD", "Nhà mạng Đỏ")
    pair = study_facts()["operators"]
    named = study(operators=[{**pair[0], "name": f"  {loose} "}, pair[1]])
    assert named.operators[0].name == "Nhà mạng Đỏ"


def test_blocks_of_a_bandwidth() -> None:
    technology = study().technologies["LTE"]
    assert [technology.blocks(w) for w in (1.4, 3, 5, 10, 15, 20)] == [6, 15, 25, 50, 75, 100]
    assert technology.blocks(10.04) == 50
    assert technology.blocks(10.06) is None
    assert technology.blocks(7.0) is None


def test_a_study_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        study().grid.resolution_m = 30.0  # type: ignore[misc]


def test_paths_start_from_the_root(tmp_path: Path) -> None:
    root = tmp_path / "dự án"
    placed = study(study__output="../kết quả").located(root / "s.toml", root)
    assert placed.path("đầu vào/dem.tif") == root / "đầu vào" / "dem.tif"
    assert placed.output == tmp_path / "kết quả"
    assert (placed.root, placed.file) == (root, root / "s.toml")


def test_history_belongs_to_one_opening() -> None:
    original = study()
    first, second = (original.located(Path("s.toml"), Path()) for _ in range(2))
    first.note("reach: computed")
    assert first.history == ("reach: computed",)
    assert second.history == original.history == ()


def test_assumptions_are_complete_and_in_order() -> None:
    listed = study().assumptions()
    keys = [a.key for a in listed]
    assert len(keys) == len(set(keys))
    assert keys[0] == "technologies.LTE.threshold"
    assert keys[1:3] == [
        "environments.outdoor.entry_loss",
        "environments.outdoor.receiver_height",
    ]

    def count(node: Any) -> int:
        """Tables with a unit in the file: each is an assumption."""
        if isinstance(node, dict):
            return 1 if "unit" in node else sum(map(count, node.values()))
        return sum(map(count, node)) if isinstance(node, list) else 0

    assumed_unless_said = {
        "verdicts.settlement_radius", "verdicts.smallest_part", "service.site_correlation",
        *(f"service.uplink.{name}" for name in UplinkSection.model_fields),
        *(f"service.quality.{name}" for name in QualitySection.model_fields),
        *(
            f"planning.stability.{name}"
            for name in StabilitySection.model_fields
            if name not in {"seed", "draws"}
        ),
        *(
            f"planning.backhaul.{name}"
            for name in BackhaulSection.model_fields
            if name not in {"rain", "roots", "relays"}
        ),
        *(f"planning.small_site.{name}" for name in SmallSite.model_fields),
        "planning.taller_by", "planning.search_ring", "planning.choice.poverty_weight",
        "planning.choice.second_server_worth",
        *(f"planning.screening.{name}" for name in ("resolution", "near_best", "last_step")),
        *(
            f"planning.power.{name}"
            for name in PowerSection.model_fields
            if name not in {"sun", "sun_by_month"}
        ),
        *(f"causes.{name}" for name in CausesSection.model_fields),
        *(f"costs.lives.{name}" for name in AssetLives.model_fields),
        "offices.target",
    }  # fmt: skip
    assert assumed_unless_said < set(keys)
    assert len(keys) == count(study_facts()) + len(assumed_unless_said)
    opex = next(a for a in listed if a.key == "costs.site_opex")
    assert (opex.value, opex.unit, opex.verified) == (12_000.0, "USD/year", False)
    assert opex.source == "invented for tests (2025; 6000 to 24000; invented)"


def test_first_environment_decides() -> None:
    assert study().environment.title_en == "Outdoors"


@pytest.mark.parametrize("name", ["demo", "lao-cai"])
def test_study_files_of_the_repository(name: str) -> None:
    given = read_study(ROOT / "configs" / f"{name}.toml")
    assert given.study.name == name
    assert given.study.practice_data
    assert given.root == ROOT
    assert len(given.area.communes) == 10
    assert all(len(code) == 5 and code.startswith("0") for code in given.area.communes)
    assert all(a.source.strip() for a in given.assumptions())
    # What has a source may say so; a bare assumption may not pass as verified.
    assert not any(a.verified and "assum" in a.source for a in given.assumptions())


def test_english_title_alone_is_enough() -> None:
    facts = study_facts()
    del facts["study"]["title_vi"]
    assert Study.model_validate(facts).study.title_vi == facts["study"]["title_en"]
    assert study().study.title_vi == "Vùng thử"
    assert "title_vi" in faults(study__title_vi="")


def test_environments_stand_at_one_height() -> None:
    second = {
        "title_en": "In a house", "title_vi": "Trong nhà", "building": "traditional",
        "entry_loss": assumed(3.0, "dB"), "receiver_height": assumed(1.5, "m"),
    }  # fmt: skip
    assert list(study(environments__indoor=second).environments) == ["outdoor", "indoor"]
    second["receiver_height"] = assumed(4.5, "m")
    said = faults(environments__indoor=second)
    assert "different receiver_height, 1.5, 4.5 m" in said


def test_good_service_is_not_below_the_floor() -> None:
    said = faults(service__quality={"floor": assumed(6.0, "Mbit/s")})
    assert "floor = 6 is above good = 5" in said


@pytest.mark.parametrize("value", [-0.1, 0.71])
def test_correlation_between_sites_is_within_its_range(value: float) -> None:
    said = faults(service__site_correlation=assumed(value, "fraction"))
    assert "0 to 0.7 fraction is allowed" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"operators": ["mang-x"]}, "names operators that the study does not have: mang-x"),
        ({"off": ["GSM"]}, "names technologies that the study does not have: GSM"),
        (
            {"new_band": {"technology": "LTE", "frequency": assumed(700.0, "MHz"),
                          "bandwidth": assumed(7.0, "MHz"), "eirp": assumed(50.0, "dBm")}},
            "new_band.bandwidth = 7 MHz is not a LTE bandwidth",
        ),
    ],
)  # fmt: skip
def test_scenarios_name_what_the_study_has(change: dict[str, Any], said: str) -> None:
    titles = {"title_en": "What if", "title_vi": "Nếu"}
    assert said in faults(scenarios={"x": {**titles, **change}})


def test_scenarios_of_the_documents_can_be_read() -> None:
    content = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", content, flags=re.DOTALL)
    operators = [{"name": "Nhà mạng A", "key": "nha-mang-a"}]
    chosen = study(scenarios=tomllib.loads(block)["scenarios"], operators=operators)
    assert list(chosen.scenarios) == ["band-700", "a-003-fails"]
    assert chosen.scenarios["a-003-fails"].broken == ("A-003",)


# Propagation models


def test_two_models_bring_the_settings_of_longley_rice() -> None:
    one, two = study(), study(propagation__models=["p1812", "itm"])
    assert (one.propagation.models, one.propagation.itm) == (("p1812",), None)
    assert two.propagation.second_model_step == 3
    assert two.propagation.itm is not None
    own = {a.key for a in two.assumptions()} - {a.key for a in one.assumptions()}
    assert own == {
        f"propagation.itm.{key}"
        for key in ("climate", "ground_permittivity", "ground_conductivity")
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"propagation__models": ["p1812", "hata"]}, r"models.1\n.*'p1812' or 'itm'"),
        ({"propagation__models": []}, r"models\n.*at least 1 item"),
        ({"propagation__models": ["itm", "itm"]}, r"names a model twice; name each once"),
        ({"propagation__second_model_step": 2}, r"second_model_step\n.*1, 3, 5, 7 or 9"),
        (
            {
                "propagation__models": ["p1812", "itm"],
                "propagation__surface_refractivity_n0": assumed(230.0, "N"),
            },
            r"surface_refractivity_n0 is 230 N; Longley-Rice takes 250 to 400 N",
        ),
        (
            {"propagation__models": ["itm"], "propagation__itm": {"climate": assumed(2.5, "1")}},
            r"climate = 2.5 is no climate",
        ),
        (
            {
                "propagation__models": ["p1812", "itm"], "propagation__second_model_step": 9,
                "grid__resolution_m": 500.0,
            },
            r"planning.candidate_radius_km = 4 km is smaller than a block .* 4.5 km",
        ),
    ],
)  # fmt: skip
def test_models_that_cannot_be_computed_are_refused(changes: dict[str, Any], said: str) -> None:
    assert re.search(said, faults(**changes))


def test_a_low_refractivity_is_nothing_to_p1812() -> None:
    assert study(propagation__surface_refractivity_n0=assumed(230.0, "N"))
