"""A second propagation model: its levels, its own coarser grid, the same bytes by any threads."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio

from phusong.analysis.model_choice import classes_of
from phusong.errors import DataError
from phusong.geo.lattice import Lattice
from phusong.models.itm import ItmConditions
from phusong.models.itm_map import itm_loss_map
from phusong.models.sector_level import sector_map_dbm
from phusong.pipeline import reach as reach_step
from phusong.pipeline.api import open_study
from phusong.pipeline.begin import start
from phusong.pipeline.best_servers import best_servers
from phusong.pipeline.budgets import sector_budget
from phusong.pipeline.gaps import confidence
from phusong.pipeline.plan_models import lacking
from phusong.pipeline.plan_options import by_model, candidates
from phusong.pipeline.reach_files import load_reach, own_layers
from phusong.pipeline.session import Session
from phusong.planning.candidates import candidate_spots
from phusong.planning.demand import people_in_need
from phusong.planning.kinds import NEW_MAST
from phusong.planning.layouts import Ground, layouts
from phusong.study import PRACTICE_LABEL
from runs import digests, run_here, table
from synthetic import CELL_M, CELLS, NORTH, WEST, Region, write_region

BOTH = {"propagation.models": ["p1812", "itm"]}
DRAWS = {"planning.stability.draws": 200}
"""With few draws a quantile of both models may lie beyond those of each."""
CLIMATE = {"propagation.itm": {"climate": {"value": 2, "unit": "1", "source": "invented"}}}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The region by both models, one worker."""
    written = write_region(
        tmp_path_factory.mktemp("hai mô hình") / "r", study=BOTH | CLIMATE | DRAWS
    )
    run_here(written)
    return written


def session_of(region: Region) -> Session:
    return start(open_study(region.study), workers=1)


def test_the_second_model_has_rasters_on_every_third_cell(region: Region) -> None:
    folder = region.output / "reach"
    names = {
        model: {file.name for file in (folder / model / "outdoor").glob("*-lte-*.tif")}
        for model in ("p1812", "itm")
    }
    layers = {f"{op}-lte-{what}.tif" for op in ("any", "mang-a", "mang-b")
              for what in ("level", "server", "probability")}  # fmt: skip
    assert layers <= names["p1812"]
    assert names["itm"] == layers
    blocks = -(-CELLS // 3)
    for name in sorted(layers):
        with rasterio.open(folder / "itm" / "outdoor" / name) as raster:
            assert raster.shape == (blocks, blocks)
            assert tuple(raster.transform)[:6] == (3 * CELL_M, 0, WEST, 0, -3 * CELL_M, NORTH)
            assert raster.tags()["DATA_STATUS"] == PRACTICE_LABEL
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    reach = manifest["steps"]["reach"]
    assert reach["facts"]["model"] == "p1812"
    assert reach["facts"]["models"] == {
        "p1812": {
            "every_nth_row_and_column": 1, "resolution_m": CELL_M, "cells": CELLS * CELLS,
        },
        "itm": {
            "every_nth_row_and_column": 3, "resolution_m": 3 * CELL_M, "cells": blocks * blocks,
        },
    }  # fmt: skip
    assert {f"reach/itm/outdoor/{name}" for name in layers} <= set(reach["outputs"])


def test_its_levels_are_those_of_longley_rice_at_the_receivers(region: Region) -> None:
    session = session_of(region)
    study, terrain = session.study, session.inputs.terrain
    found = load_reach(session, model="itm")
    assert found.model == "itm"
    lattice = Lattice(terrain.grid, 3)
    assert found.grid == lattice.grid
    best = np.full(terrain.grid.shape, -np.inf)
    for sector in found.network.sectors:
        loss = itm_loss_map(
            terrain,
            easting=sector.easting,
            northing=sector.northing,
            tx_height_m=sector.antenna_height_m,
            rx_height_m=1.5,
            frequencies_mhz=(sector.frequency_mhz,),
            radius_m=5000.0,
            conditions=ItmConditions(climate=2),
        )
        budget = sector_budget(study, sector, study.environment)
        level = sector_map_dbm(loss, sector, eirp_dbm=budget.measured_dbm, entry_loss_db=3.0)
        rows, cols = level.shape
        window = best[loss.row0 : loss.row0 + rows, loss.col0 : loss.col0 + cols]
        np.fmax(window, level, out=window)
    expected = lattice.sampled(best)
    levels = found.layers["any", "LTE"].level_dbm
    # Away from the cut-off last row and column, where the azimuth is that of the block's middle;
    # losses are kept in hundredths, angles in tenths of a milliradian, levels in tenths.
    inner = np.s_[:-1, :-1]
    np.testing.assert_array_equal(np.isfinite(expected[inner]), np.isfinite(levels[inner]))
    known = np.isfinite(levels[inner])
    assert known.mean() > 0.9
    np.testing.assert_allclose(levels[inner][known], expected[inner][known], rtol=0, atol=0.08)


def test_p1812_is_as_if_it_were_alone(region: Region, first_run: Region) -> None:
    folder = Path("reach") / "p1812"
    ours = {file.name: file for file in (region.output / folder).rglob("*.tif")}
    assert ours
    for name, file in ours.items():
        assert file.read_bytes() == (first_run.output / folder / "outdoor" / name).read_bytes()


def test_two_workers_write_the_same_bytes(region: Region, tmp_path: Path) -> None:
    other = write_region(tmp_path / "r", study=BOTH | CLIMATE)
    reach_step.reach(start(open_study(other.study), workers=2))
    ours = digests(region.output)
    theirs = {n: d for n, d in digests(other.output).items() if n.startswith("reach/")}
    assert any(name.startswith("reach/itm/") for name in theirs)
    assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize(
    ("changes", "computed"),
    [
        ({}, (0, 4)),
        ({"propagation.second_model_step": 5}, (4, 0)),
        ({"propagation.itm.climate.value": 5}, (4, 0)),
        ({"propagation.second_model_step": 1}, (4, 0)),
    ],
)
def test_losses_are_kept_by_model_and_step(
    region: Region, tmp_path: Path, changes: dict[str, Any], computed: tuple[int, int]
) -> None:
    other = write_region(tmp_path / "r", study=BOTH | CLIMATE | changes)
    session = session_of(other)
    session.losses = session_of(region).losses
    network = session.inputs.network.on_air()
    for model in ("p1812", "itm"):
        own = own_layers(session.study, network)
        list(best_servers(session, network, own, environments=("outdoor",), model=model))
    assert session.study.history == (
        "path loss: 0 masts computed, 4 reused",
        f"path loss by the model itm: {computed[0]} masts computed, {computed[1]} reused",
    )


def test_either_model_may_decide(tmp_path: Path, region: Region) -> None:
    turned = write_region(tmp_path / "r", study=CLIMATE | {"propagation.models": ["itm", "p1812"]})
    session = session_of(turned)
    main = reach_step.reach(session)
    assert (main.model, main.grid.shape) == ("itm", (CELLS, CELLS))
    lattice = Lattice(main.grid, 3)
    before = load_reach(session_of(region), model="itm").layers["any", "LTE"].level_dbm
    inner = np.s_[:-1, :-1]
    at_receivers = lattice.sampled(main.layers["any", "LTE"].level_dbm)
    np.testing.assert_array_equal(at_receivers[inner], before[inner])
    second = load_reach(session, model="p1812").layers["any", "LTE"].level_dbm
    first = load_reach(session_of(region)).layers["any", "LTE"].level_dbm
    np.testing.assert_array_equal(second[inner], lattice.sampled(first)[inner])


def test_a_model_that_the_study_lacks_is_named(region: Region) -> None:
    with pytest.raises(DataError, match=r"model='hata' is not one of the study's \(p1812, itm\)"):
        load_reach(session_of(region), model="hata")


def test_a_lost_raster_of_the_second_model_is_made_again(region: Region, tmp_path: Path) -> None:
    other = write_region(tmp_path / "r", study=BOTH)
    session = session_of(other)
    reach_step.reach(session)
    lost = other.output / "reach" / "itm" / "outdoor" / "any-lte-level.tif"
    before = lost.read_bytes()
    lost.unlink()
    again = session_of(other)
    assert not again.is_done("reach")
    reach_step.reach(again)
    assert lost.read_bytes() == before


def test_the_index_tells_which_model_a_raster_is_by(region: Region) -> None:
    page = (region.output / "index.html").read_text(encoding="utf-8")
    links = re.findall(
        r'href="(reach/(p1812|itm)/outdoor/[^"]*-level\.tif)".*?</li>', page, re.DOTALL
    )
    assert {model for _, model in links} == {"p1812", "itm"}
    for row in re.findall(r"<li.*?</li>", page, re.DOTALL):
        said = "by the second model, Longley–Rice ITM, one receiver in each 3 × 3 cells" in row
        assert said == ('href="reach/itm/' in row)


# Gaps by both models


def test_people_are_counted_by_each_model(region: Region) -> None:
    found = table(region.output / "gaps" / "models.csv")
    assert set(zip(found["model"], found["receiver_step"], strict=True)) == {
        ("p1812", "1"), ("p1812", "3"), ("itm", "3"),
    }  # fmt: skip
    communes = table(region.output / "gaps" / "communes.csv")
    first = found[found["receiver_step"] == "1"].reset_index(drop=True)
    assert (first["people_no_signal"] == communes["people_no_signal"]).all()
    by_itm = found[found["model"] == "itm"]
    for row in by_itm.itertuples():
        thin = found[
            (found["receiver_step"] == "3") & (found["model"] == "p1812")
            & (found["operator"] == row.operator) & (found["commune_code"] == row.commune_code)
        ]  # fmt: skip
        more = float(row.people_no_signal) - float(thin["people_no_signal"].iloc[0])
        balance = float(row.people_signal_lost) - float(row.people_signal_gained)
        # Tables have people to one decimal, and nothing is unknown in the region.
        assert more == pytest.approx(balance, abs=0.2)


def test_counts_by_each_model_have_intervals_of_their_own(region: Region) -> None:
    keys = ["commune_code", "operator"]
    found = table(region.output / "gaps" / "models.csv")
    mixed = table(region.output / "gaps" / "communes.csv").set_index(keys)
    for (model, step), own in found.groupby(["model", "receiver_step"]):
        ends = own.set_index(keys)[["people_no_signal_p10", "people_no_signal_p90"]]
        if (model, step) == ("p1812", "3"):
            assert (ends == "").all().all(), "it is there to be compared"
            continue
        low, high = (ends[column].astype(float) for column in ends)
        assert (low <= high).all()
        assert (low < high).any()
    first, second = (
        found[(found["model"] == model) & (found["receiver_step"] == step)].set_index(keys)
        for model, step in (("p1812", "1"), ("itm", "3"))
    )
    for key, row in mixed.iterrows():
        parts = [first.loc[key], second.loc[key]]
        lows = [float(part["people_no_signal_p10"]) for part in parts]
        highs = [float(part["people_no_signal_p90"]) for part in parts]
        assert min(lows) - 0.1 <= float(row["people_no_signal_p10"]) <= max(lows) + 0.1
        assert min(highs) - 0.1 <= float(row["people_no_signal_p90"]) <= max(highs) + 0.1


def test_pages_of_communes_tell_both_models(region: Region) -> None:
    villages = table(region.output / "gaps" / "villages.csv")
    models = table(region.output / "gaps" / "models.csv")
    spoken = {"trang_song": "trắng sóng", "lom_song": "lõm sóng", "covered": "có sóng",
              "unknown": "chưa rõ"}  # fmt: skip
    pages = sorted((region.output / "communes").glob("0*.html"))
    assert len(pages) == 3
    for file in pages:
        code, markup = file.name[:5], file.read_text(encoding="utf-8")
        own = villages[villages["commune_code"] == code].sort_values("village_id")
        part = markup.partition("Villages and verdicts")[2].partition("</table>")[0]
        assert "By ITM" in part
        said = re.findall(r'<td class="words"><span[^>]*lang="vi">([^<]*)<', part)
        told = [
            spoken[row[f"any_lte_{which}verdict"]]
            for _, row in own.iterrows()
            for which in ("", "second_model_")
        ]
        assert [word for word in said if word in spoken.values()] == told
        row = models[
            (models["commune_code"] == code) & (models["operator"] == "any")
            & (models["model"] == "itm")
        ].iloc[0]  # fmt: skip
        covers = markup.partition("Who covers")[2].partition("</table>")[0]
        assert f"{float(row['people_no_signal']):,.0f}" in covers


def test_villages_have_the_verdict_of_the_other_model(region: Region) -> None:
    villages = table(region.output / "gaps" / "villages.csv")
    for operator in ("any", "mang-a", "mang-b"):
        own, second, changes = (
            villages[f"{operator}_lte_{name}"]
            for name in ("verdict", "second_model_verdict", "model_changes_verdict")
        )
        assert set(second) <= {"covered", "lom_song", "trang_song", "unknown"}
        assert ((own == second) == (changes == "no")).all()


def test_agreement_is_drawn_on_the_receivers_grid(region: Region) -> None:
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    blocks = -(-CELLS // 3)
    for operator in ("any", "mang-a", "mang-b"):
        name = f"gaps/models/{operator}-lte-agreement.tif"
        assert name in manifest["steps"]["gaps"]["outputs"]
        with rasterio.open(region.output / name) as raster:
            assert raster.shape == (blocks, blocks)
            values = raster.read(1)
        percent = []
        for model in ("p1812", "itm"):
            file = f"reach/{model}/outdoor/{operator}-lte-probability.tif"
            with rasterio.open(region.output / file) as raster:
                percent.append(raster.read(1))
        first = Lattice(session_of(region).inputs.grid, 3).sampled(percent[0]) >= 50
        np.testing.assert_array_equal(values, 1 * first + 2 * (percent[1] >= 50))


def test_a_study_of_one_model_has_no_such_table(first_run: Region) -> None:
    assert not (first_run.output / "gaps" / "models.csv").exists()
    assert "second_model" not in (first_run.output / "gaps" / "villages.csv").read_text("utf-8-sig")


# Ranking by both models


def test_options_have_a_rank_by_each_model(region: Region, first_run: Region) -> None:
    found = table(region.output / "plan" / "stability.csv")
    assert list(found.columns[-2:]) == ["rank_second_model", "data_status"]
    ranks = found["rank_second_model"].astype(int)
    assert sorted(ranks) == list(range(1, len(found) + 1))
    one = table(first_run.output / "plan" / "stability.csv")
    # Draws are by both models, so that how sure a rank is may differ; the rank itself does not.
    own = ["option_id", "operator", "latitude", "longitude", "commune_code", "rank"]
    pd.testing.assert_frame_equal(one[own], found[own])
    assert "rank_second_model" not in table(first_run.output / "plan" / "priorities.csv").columns
    priorities = table(region.output / "plan" / "priorities.csv").set_index("option_id")
    assert list(priorities.columns[-2:]) == ["rank_second_model", "data_status"]
    same = found.set_index("option_id")["rank_second_model"].loc[priorities.index].astype(float)
    assert (priorities["rank_second_model"].astype(float) == same).all()
    for row in priorities.itertuples():
        rank = int(float(row.rank_second_model))
        moved = not float(row.rank_p10) <= rank <= float(row.rank_p90)
        assert (f"By the model ITM its rank is {rank}:" in row.why_en) == moved
        assert (f"Theo mô hình ITM hạng là {rank}:" in row.why_vi) == moved
    facts = json.loads((region.output / "manifest.json").read_text("utf-8"))["steps"]["plan"]
    told = facts["facts"]["second_model"]
    stay = (found["rank"].astype(int) <= 10) & (ranks <= 10)
    assert (told["model"], told["first_10_that_stay"]) == ("itm", int(stay.sum()))
    assert -1.0 <= told["kendall_tau"] < 1.0


def test_the_second_rank_is_that_of_a_study_by_the_second_model(
    region: Region, tmp_path: Path
) -> None:
    # With a receiver in every cell the other model ranks as if it alone decided. Options are
    # chosen where the first model has people in need, so those of both studies are compared.
    fine = {"propagation.second_model_step": 1}
    both = write_region(tmp_path / "both", study=BOTH | CLIMATE | fine)
    alone = write_region(tmp_path / "alone", study=CLIMATE | {"propagation.models": ["itm"]})
    demands = []
    for written, model in ((both, "itm"), (alone, None)):
        session = session_of(written)
        reach_step.reach(session)
        reach = load_reach(session, model=model)
        sure = confidence(session.study)
        asked = np.ones(reach.grid.shape, dtype=np.bool_)
        lacks = lacking(session.study, classes_of(reach, 1, sure).classes, asked)
        demand = people_in_need(
            np.nan_to_num(session.inputs.people.count), lacks, white_zone_weight=1.0
        )
        demands.append((session, demand))
    (session, demand), (other, expected) = demands
    np.testing.assert_array_equal(demand.cells, expected.cells)
    np.testing.assert_array_equal(demand.people, expected.people)
    ground = Ground(session.inputs.terrain, session.inputs.people.count)
    allowed = np.ones(ground.terrain.grid.shape, dtype=np.bool_)
    spots = candidate_spots(
        session.inputs.terrain, ground.people, allowed, spacing_m=1000.0, kept=3
    )
    offered = layouts(
        session.study, session.inputs.network, ground, spots=spots, kinds=(NEW_MAST,), villages=[]
    )
    first = candidates(session, offered, demand, step="plan")
    ours, left = by_model(session, first, demand, model="itm", step="plan")
    theirs = candidates(other, offered, expected, step="plan")
    assert [op.option_id for op in ours.options] == [op.option_id for op in theirs.options]
    np.testing.assert_array_equal(ours.margin_db[ours.row], theirs.margin_db[theirs.row])
    np.testing.assert_array_equal(ours.covered[ours.row], theirs.covered[theirs.row])
    assert (ours.margin_db[ours.row] != first.margin_db[first.row]).any()
    np.testing.assert_array_equal(left.people, demand.people)
    built = ours.options[0]
    _, less = by_model(session, first, demand, model="itm", built=[built], step="plan")
    there = ours.covered[ours.row[0]]
    assert there.any()
    for layer in (demand.operators.index(built.operator), -1):
        assert (less.people[layer, there] == 0).all()
        np.testing.assert_array_equal(less.people[layer, ~there], demand.people[layer, ~there])
