"""Environments, quality, failing sites and several sites, over the small invented region."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
from numpy.typing import NDArray

from phusong.analysis.gaps import COVERED, Confidence, service_class
from phusong.analysis.reach import ANY, Reach
from phusong.pipeline import gaps as gaps_step
from phusong.pipeline import reach as reach_step
from phusong.pipeline import scenarios as scenarios_step
from phusong.pipeline import service as service_step
from phusong.pipeline.api import open_study
from phusong.pipeline.begin import start
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.store.rasters import read_scaled
from runs import table
from synthetic import CELL_M, Region, assumed, write_region

HEIGHT = {"receiver_height": assumed(1.5, "m"), "title_en": "Inside", "title_vi": "Trong"}
ENVIRONMENTS = {
    "environments.in-vehicle": {"entry_loss": assumed(8.0, "dB"), **HEIGHT},
    "environments.indoor-light": {
        "entry_loss": assumed(3.0, "dB"), "building": "traditional", **HEIGHT,
    },
}  # fmt: skip
CELL_KM2 = (CELL_M / 1000.0) ** 2


def session_of(folder: Path, **changes: Any) -> Session:
    region = write_region(folder, **changes)
    return start(open_study(region.study), workers=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Reach]:
    session = session_of(tmp_path_factory.mktemp("service") / "r", study=ENVIRONMENTS)
    reached = reach_step.reach(session)
    service_step.service(session, reached)
    return session, reached


def covered(reached: Reach, operator: str) -> NDArray[np.bool_]:
    layer = reached.layers[operator, "LTE"]
    return np.asarray(service_class(layer, Confidence(95, 50)) == COVERED)


def test_environments_differ_by_their_entry_loss(served: tuple[Session, Reach]) -> None:
    session, outdoors = served
    vehicle = load_reach(session, "in-vehicle")
    for layer, outside in outdoors.layers.items():
        inside = vehicle.layers[layer]
        known = np.isfinite(outside.level_dbm)
        # 8 dB against 3; stored in tenths of a decibel.
        difference = outside.level_dbm[known] - inside.level_dbm[known]
        assert difference == pytest.approx(np.full(difference.shape, 5.0), abs=0.101)
        np.testing.assert_array_equal(outside.server, inside.server)
        assert (inside.probability_percent <= outside.probability_percent).all()


def test_the_first_environment_is_as_if_it_were_alone(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    session, _ = served
    alone = session_of(tmp_path / "r")
    reach_step.reach(alone)
    for file in sorted((alone.study.output / "reach" / "p1812" / "outdoor").glob("*.tif")):
        same = session.study.output / file.relative_to(alone.study.output)
        assert file.read_bytes() == same.read_bytes(), file.name


def test_environments_have_a_table_that_adds_up(served: tuple[Session, Reach]) -> None:
    session, reached = served
    found = gaps_step.gaps(session, reached).environments
    assert set(found["environment"]) == {"outdoor", "in-vehicle", "indoor-light"}
    first = found[found["environment"] == "outdoor"].drop(columns="environment")
    communes = gaps_step.gaps(session, reached).communes
    pd.testing.assert_frame_equal(first.reset_index(drop=True), communes[first.columns])
    parts = found[[f"people_{name}" for name in ("no_signal", "marginal", "covered", "unknown")]]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(found["people"].to_numpy(), abs=0.3)
    people = found.groupby("environment")["people_covered"].sum()
    assert people["outdoor"] > people["in-vehicle"] > people["indoor-light"]


@pytest.mark.parametrize(
    ("operator", "site", "rows"), [("mang-a", "S1", (2, 3)), ("mang-b", "S3", (5,))]
)
def test_what_a_site_takes_is_what_is_gone_when_it_is_broken(
    served: tuple[Session, Reach], tmp_path: Path, operator: str, site: str, rows: tuple[int, ...]
) -> None:
    session, reached = served
    broken = session_of(
        tmp_path / "r", towers={(row, "status"): "broken" for row in rows}
    )  # fmt: skip
    without = reach_step.reach(broken)
    found = table(session.study.output / "reach" / "resilience.csv").set_index(
        ["operator", "site_id"]
    )
    people = np.nan_to_num(session.inputs.people.count)
    for whose in (operator, ANY):
        lost = covered(reached, whose) & ~covered(without, whose)
        row = found.loc[(whose, site)]
        assert float(row["area_lost_km2"]) == pytest.approx(lost.sum() * CELL_KM2, abs=1e-3)
        assert float(row["people_lost"]) == pytest.approx(people[lost].sum(), abs=0.06)
        assert lost.any()


def test_shares_of_lost_people_are_possible(served: tuple[Session, Reach]) -> None:
    found = table(served[0].study.output / "reach" / "resilience.csv")
    numbers = found[["people_served", "people_lost", "area_served_km2", "area_lost_km2"]]
    numbers = numbers.astype(float)
    assert (numbers["people_lost"] <= numbers["people_served"]).all()
    assert (numbers["area_lost_km2"] <= numbers["area_served_km2"]).all()
    assert set(found["operator"]) == {"any", "mang-a", "mang-b"}
    # The planned site S5 does not radiate.
    assert set(found["site_id"]) == {"S1", "S2", "S3", "S4"}


def test_covering_sites_agree_with_the_probability(served: tuple[Session, Reach]) -> None:
    session, reached = served
    folder = session.study.output / "reach" / "p1812" / "outdoor"
    for operator in ("mang-a", "mang-b", ANY):
        with rasterio.open(folder / f"{operator}-lte-sites.tif") as dataset:
            sites = dataset.read(1)
        with rasterio.open(folder / f"{operator}-lte-spare.tif") as dataset:
            spare = dataset.read(1)
        known = sites != 255
        where = covered(reached, operator)
        np.testing.assert_array_equal((sites > 0)[known], where[known])
        np.testing.assert_array_equal((sites > 1)[known], (spare >= 95)[known])


def test_throughput_of_a_lonely_carrier_by_hand(served: tuple[Session, Reach]) -> None:
    # Operator B's S3 has 1800 MHz for itself: noise alone, -125.24 dBm in 15 kHz, 9 MHz of
    # blocks, two layers with half the power each. Its few people share it in the busy hour.
    session, reached = served
    folder = session.study.output / "reach" / "p1812" / "outdoor"
    layer = reached.layers["mang-b", "LTE"]
    table_of = table(session.study.output / "reach" / "servers.csv")
    servers = table_of.set_index("server")["site_id"]
    (index,) = (int(i) for i in servers.index[servers == "S3"])
    sinr = read_scaled(folder / "mang-b-lte-sinr.tif")
    rate = read_scaled(folder / "mang-b-lte-rate.tif")
    people = np.nan_to_num(session.inputs.people.count)
    alone = (layer.server == index) & (layer.probability_percent >= 95) & np.isfinite(rate)
    expected = layer.level_dbm[alone] + 125.24
    # The carrier that gives most need not be the strongest: S4 has 4.5 MHz at 900 MHz.
    assert sinr[alone] == pytest.approx(expected, abs=0.101)
    ratio = 10 ** (expected / 10)
    one = np.minimum(0.6 * np.log2(1 + ratio), 4.4)
    two = 2 * np.minimum(0.6 * np.log2(1 + ratio / 2), 4.4)
    handsets = max(0.01 * people[alone].sum(), 1.0)
    assert rate[alone] == pytest.approx(9.0 * np.maximum(one, two) / handsets, abs=0.35)
    assert alone.sum() > 20


def test_quality_adds_up_and_has_no_rate_without_signal(served: tuple[Session, Reach]) -> None:
    session, reached = served
    found = table(session.study.output / "reach" / "quality.csv")
    names = [f"people_rate_{n}" for n in ("none", "below_floor", "floor", "good", "unknown")]
    parts = found[names].astype(float).sum(axis=1).to_numpy()
    assert parts == pytest.approx(found["people"].astype(float).to_numpy(), abs=0.3)
    folder = session.study.output / "reach" / "p1812" / "outdoor"
    for operator in ("mang-a", "mang-b"):
        rate = read_scaled(folder / f"{operator}-lte-rate.tif")
        percent = reached.layers[operator, "LTE"].probability_percent
        assert (rate[percent < 50] == 0).all()
        assert np.nanmax(rate) > 0


def test_stored_service_is_not_computed_again(served: tuple[Session, Reach]) -> None:
    again = start(open_study(served[0].study.file), workers=1)
    service_step.service(again, served[1])
    assert "service: reused" in again.study.history


def test_more_sites_help_and_correlation_takes_some_of_it_back(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    _, best = served
    percent = {"best": best.layers[ANY, "LTE"].probability_percent.astype(int)}
    for sites in ("independent", "correlated"):
        session = session_of(tmp_path / sites, study={"service.sites": sites})
        layer = reach_step.reach(session).layers[ANY, "LTE"]
        percent[sites] = layer.probability_percent.astype(int)
        np.testing.assert_array_equal(layer.level_dbm, best.layers[ANY, "LTE"].level_dbm)
    assert (percent["correlated"] >= percent["best"]).all()
    # A percent of slack: the quadrature is exact to 0.0001, and percents are rounded down.
    assert (percent["independent"] >= percent["correlated"] - 1).all()
    assert (percent["independent"] > percent["best"] + 3).any()


# Two technologies: an emergency call takes either


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Session, Reach]:
    region = write_region(
        tmp_path_factory.mktemp("mixed") / "r",
        study={"technologies.UMTS": {"quantity": "RSCP", "threshold": assumed(-95.0, "dBm")}},
        towers={(4, "technology"): "UMTS", (4, "bandwidth_mhz"): "5",
                (6, "technology"): "UMTS", (6, "bandwidth_mhz"): "5"},
    )  # fmt: skip
    session = start(open_study(region.study), workers=1)
    reached = reach_step.reach(session)
    service_step.service(session, reached)
    return region, session, reached


def test_margins_of_villages_know_the_weaker_direction(tmp_path: Path) -> None:
    """A threshold below what every uplink needs: the uplink decides, and margins say so."""
    low = {"technologies.LTE.threshold": assumed(-140.0, "dBm")}
    region = write_region(tmp_path / "vùng", study=low)
    session = start(open_study(region.study), workers=1)
    reached = reach_step.reach(session)
    found = gaps_step.gaps(session, reached).villages
    servers = pd.read_csv(region.output / "reach" / "servers.csv", encoding="utf-8-sig")
    assert set(servers["weaker_direction"]) == {"uplink"}
    places = session.inputs.places.villages.geometry
    row, col = session.inputs.grid.pixel_of(places.x.to_numpy(), places.y.to_numpy())
    at = np.floor(row).astype(int), np.floor(col).astype(int)
    layer = reached.layers[ANY, "LTE"]
    needed = servers["uplink_needs_dbm"].to_numpy()[layer.server[at]]
    wanted = layer.level_dbm[at] - needed
    # Tables have tenths of a decibel, servers.csv hundredths.
    assert found["any_lte_margin_db"].to_numpy() == pytest.approx(wanted, abs=0.06)
    assert (wanted < layer.level_dbm[at] + 140.0 - 1.0).all()


def test_any_technology_is_the_safer_of_both(mixed: tuple[Region, Session, Reach]) -> None:
    _, _, reached = mixed
    each = [reached.layers[ANY, t].probability_percent.astype(int) for t in ("LTE", "UMTS")]
    together = reached.layers[ANY, ANY].probability_percent
    np.testing.assert_array_equal(together, np.maximum(*each))
    assert (together > each[0]).any()
    assert (together > each[1]).any()


def test_the_chain_tells_of_any_technology(mixed: tuple[Region, Session, Reach]) -> None:
    region, session, reached = mixed
    found = gaps_step.gaps(session, reached)
    assert ("any", "any") in set(map(tuple, found.communes[["operator", "technology"]].to_numpy()))
    assert found.villages["any_any_class"].isin({"covered", "marginal", "no_signal"}).all()
    assert found.villages["any_any_margin_db"].isna().all()
    assert (region.output / "reach/p1812/outdoor/any-any-probability.tif").is_file()


def test_technologies_without_resource_elements_have_no_rate(
    mixed: tuple[Region, Session, Reach],
) -> None:
    region, _, _ = mixed
    folder = region.output / "reach" / "p1812" / "outdoor"
    assert (folder / "mang-a-lte-rate.tif").is_file()
    assert not (folder / "mang-a-umts-rate.tif").exists()
    assert (folder / "mang-a-umts-sites.tif").is_file()
    quality = table(region.output / "reach" / "quality.csv")
    assert set(quality["technology"]) == {"LTE"}


def test_the_deciding_direction_is_drawn(mixed: tuple[Region, Session, Reach]) -> None:
    # UMTS at 900 MHz: pilot of 34 (31) dBm, −121 − 24 − 13: the uplink needs −124 and −127 dBm.
    region, _, reached = mixed
    folder = region.output / "reach" / "p1812" / "outdoor"
    for operator, technology in (("mang-a", "umts"), ("any", "lte")):
        with rasterio.open(folder / f"{operator}-{technology}-direction.tif") as dataset:
            direction = dataset.read(1)
        server = reached.layers[operator, technology.upper()].server
        np.testing.assert_array_equal(direction, np.where(server >= 0, 1, 0))


def test_a_study_without_resource_elements_has_an_empty_table_of_rates(tmp_path: Path) -> None:
    session = session_of(
        tmp_path / "r",
        study={"technologies.LTE": {"quantity": "RxLev"},
               "planning.new_site.bandwidth": assumed(0.2, "MHz")},
        towers={(row, "bandwidth_mhz"): "0.2" for row in range(2, 8)},
    )  # fmt: skip
    found = service_step.service(session, reach_step.reach(session))
    assert len(found.quality) == 0
    assert "people_rate_floor" in found.quality.columns
    assert (found.resilience["people_lost"] >= 0).all()


def test_scenarios_are_what_other_tower_lists_would_give(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    titles = {"title_en": "What if", "title_vi": "Nếu"}
    band = {
        "technology": "LTE", "frequency": assumed(900.0, "MHz"),
        "bandwidth": assumed(10.0, "MHz"), "eirp": assumed(50.0, "dBm"),
    }  # fmt: skip
    session = session_of(
        tmp_path / "r",
        study={
            "scenarios.broken": {**titles, "broken": ["S1"]},
            "scenarios.same": {**titles},
            "scenarios.low-band": {**titles, "operators": ["mang-a"], "new_band": band},
        },
    )
    reached = reach_step.reach(session)
    scenarios_step.scenarios(session, reached)
    # Three masts are known; only 900 MHz at S1 is new.
    lines = [line for line in session.study.history if line.startswith("path loss")]
    assert lines == [
        "path loss: 4 masts computed, 0 reused",
        "path loss: 0 masts computed, 3 reused",
        "path loss: 0 masts computed, 4 reused",
        "path loss: 1 masts computed, 3 reused",
    ]
    found = table(session.study.output / "scenarios" / "communes.csv").set_index("scenario")
    numbers = found.filter(like="_change").astype(float)
    assert (numbers.loc["same"] == 0).all(axis=None)
    assert (numbers.loc["broken", "people_covered_change"] <= 0).all()
    assert (numbers.loc["broken", "people_covered_change"] < 0).any()
    assert (numbers.loc["low-band", "people_covered_change"] >= 0).all()
    broken = session_of(tmp_path / "b", towers={(row, "status"): "broken" for row in (2, 3)})
    without = gaps_step.gaps(broken, reach_step.reach(broken)).communes
    keys = ["commune_code", "operator"]
    truth = without.set_index(keys)["people_covered"].sort_index()
    told = found.loc["broken"].set_index(keys)["people_covered"].astype(float).sort_index()
    pd.testing.assert_series_equal(told, truth, check_exact=False, atol=0.06)


def test_scenarios_that_change_compute_no_reach_again(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    region = write_region(tmp_path / "r")
    reach_step.reach(start(open_study(region.study), workers=1))
    text = region.study.read_text(encoding="utf-8")
    more = '\n[scenarios.off]\ntitle_en = "Off"\ntitle_vi = "Tắt"\nbroken = ["S1"]\n'
    region.study.write_text(text + more, encoding="utf-8")
    study = open_study(region.study)
    reach_step.reach(start(study, workers=1))
    assert study.history == ("reach: reused",)


def test_order_of_rows_and_workers_change_no_byte(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    region = write_region(tmp_path / "r", study=ENVIRONMENTS, shuffle=20_250_101)
    other = start(open_study(region.study), workers=2)
    service_step.service(other, reach_step.reach(other))
    folder = served[0].study.output / "reach"
    files = sorted(f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    assert len(files) > 30
    for file in files:
        again = other.study.output / "reach" / file
        assert again.read_bytes() == (folder / file).read_bytes(), file


def test_a_sector_alone_is_as_it_is_among_others(
    served: tuple[Session, Reach], tmp_path: Path
) -> None:
    _, together = served
    others = {(row, "status"): "broken" for row in (2, 3, 4, 6)}
    alone = reach_step.reach(session_of(tmp_path / "r", towers=others)).layers["mang-b", "LTE"]
    layer = together.layers["mang-b", "LTE"]
    (index,) = (
        i for i, s in enumerate(together.network.sectors) if s.site_id == "S3"
    )  # fmt: skip
    serves = layer.server == index
    assert serves.sum() > 100
    np.testing.assert_array_equal(alone.level_dbm[serves], layer.level_dbm[serves])
    assert (alone.server[serves] == 0).all()


def test_a_fresh_run_computes_each_path_loss_once(tmp_path: Path) -> None:
    region = write_region(
        tmp_path / "r", study={"scenarios.same": {"title_en": "S", "title_vi": "S"}}
    )
    for _ in range(2):
        session = start(open_study(region.study), workers=1, fresh=True)
        reached = reach_step.reach(session)
        service_step.service(session, reached)
        scenarios_step.scenarios(session, reached)
        lines = [line for line in session.study.history if line.startswith("path loss")]
        assert lines == [
            "path loss: 4 masts computed, 0 reused", "path loss: 0 masts computed, 4 reused",
        ]  # fmt: skip
        assert session.losses.folder.is_dir()
        assert len(session.made) == 8  # four masts: a band each, and the angles
