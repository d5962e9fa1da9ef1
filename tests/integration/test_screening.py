"""Spots that a full search on a small area chooses are never screened out."""

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import ROOT
from phusong.analysis.reach import ANY
from phusong.pipeline.gaps import gaps
from phusong.pipeline.plan import _inside_communes
from phusong.pipeline.plan_models import lacking
from phusong.pipeline.plan_options import candidates
from phusong.pipeline.plan_screening import Spots, screened_spots
from phusong.pipeline.reach import reach
from phusong.pipeline.session import Session
from phusong.planning.candidates import Spot
from phusong.planning.choose import best_set
from phusong.planning.demand import Demand, people_in_need
from phusong.planning.layouts import Ground, layouts
from phusong.planning.rank_intervals import Candidates
from phusong.planning.standing import standing_ground
from phusong.sources.study_file import read_study
from runs import invoke, table
from synthetic import assumed, price, toml, write_region
from synthetic import replace as put

HEIGHTS: Mapping[str, Any] = {
    "planning.new_site.heights": [assumed(45.0, "m")],
    "costs.mast_step": price(10_000, "USD/10m"),
    "planning.kinds": ["new-mast"],
}
STRICT: Mapping[str, Any] = {
    "planning.screening.rounds": 1, "planning.screening.near_best_kept": 6,
}  # fmt: skip
"""Fewer than by default, which would keep nearly every spot of ground this small."""


@dataclass(frozen=True, eq=False)
class Area:
    """A small area: who is in need, and where a mast may stand."""

    session: Session
    demand: Demand
    ground: Ground
    allowed: Any

    def screened(self, kept: int) -> Spots:
        """The screening with room for so many."""
        study = self.session.study
        planning = study.planning.model_copy(update={"candidates_kept": kept})
        self.session.study = study.model_copy(update={"planning": planning})
        return screened_spots(self.session, self.demand, self.ground, self.allowed)

    def in_full(self, spots: tuple[Spot, ...]) -> Candidates:
        """Every option at these spots, by the real sweep at each of its heights."""
        network, study = self.session.inputs.network, self.session.study
        every = layouts(study, network, self.ground, spots=spots, villages=(), kinds=("new-mast",))
        return candidates(self.session, every, self.demand, step="test")


def area(study: Path) -> Area:
    session = Session(read_study(study), workers=1)
    found = gaps(session, reach(session))
    asked = _inside_communes(session)
    people = np.where(asked, np.nan_to_num(session.inputs.people.count), 0.0)
    missing = lacking(session.study, found.classes, asked)
    somebody = np.logical_or.reduce([cells for key, cells in missing.items() if key != ANY])
    return Area(
        session,
        people_in_need(people, missing, white_zone_weight=1.0),
        Ground(session.inputs.terrain, np.where(somebody, people, 0.0)),
        standing_ground(session.inputs.limits, session.inputs.grid, asked).allowed,
    )


def best(found: Candidates, demand: Demand, budget: float) -> tuple[float, set[Spot]]:
    """Most people for the money, proven, and the spots that they need."""
    columns = found.columns(demand)
    done = best_set(
        columns.cover, weight=columns.weight, cost=found.price, budget=budget,
        groups=found.groups, settle_ties=False,
    )  # fmt: skip
    assert done.status == "optimal"
    return done.objective, {found.options[row].spot for row in done.chosen}


def check(there: Area, *, most_share: float) -> None:
    """Choices for one to three masts among all spots, and among those that are kept."""
    every = there.screened(5000).kept
    kept = set(there.screened(len(every) - 1).kept)
    assert len(kept) <= most_share * len(every)
    full = there.in_full(every)
    rows = [row for row, option in enumerate(full.options) if option.spot in kept]
    some = full.only(np.array(rows, dtype=np.int64))
    chosen: set[Spot] = set()
    for masts in (1, 2, 3):
        budget = 1.1 * masts * float(np.median(full.price))
        most, spots = best(full, there.demand, budget)
        chosen |= spots
        if spots - kept:  # a lost spot counts for nothing only where another does as well
            assert best(some, there.demand, budget)[0] == pytest.approx(most, rel=1e-9)
    assert len(chosen) >= 2, "nothing is tried where every budget takes one spot"


@pytest.mark.parametrize(
    ("cell_m", "swept_m", "spacing_m", "needed_dbm"),
    [(90.0, 90.0, 360.0, -100.0), (90.0, 180.0, 450.0, -92.0), (45.0, 135.0, 450.0, -96.0)],
)
def test_nothing_that_a_full_search_chooses_is_lost(
    tmp_path: Path, cell_m: float, swept_m: float, spacing_m: float, needed_dbm: float
) -> None:
    region = write_region(
        tmp_path,
        study={
            **HEIGHTS, "grid.resolution_m": cell_m,
            "technologies.LTE.threshold": assumed(needed_dbm, "dBm"),
            "planning.candidate_spacing": assumed(spacing_m, "m"),
            "planning.screening.resolution": assumed(swept_m, "m"),
            **STRICT,
        },
    )  # fmt: skip
    check(area(region.study), most_share=0.6)


def test_nothing_is_lost_in_a_real_commune(tmp_path: Path, shared_dir: Path) -> None:
    """A commune with the outline and the people that it has."""
    shutil.copytree(shared_dir / "data" / "lao-cai", tmp_path / "data" / "raw" / "lao-cai")
    assert invoke("demo", tmp_path / "data" / "raw" / "demo").exit_code == 0
    facts = tomllib.loads((ROOT / "configs" / "lao-cai.toml").read_text(encoding="utf-8"))
    for key, value in {
        "area.communes": ["02794"], "propagation.radius_km": 12.0,
        "propagation.models": ["p1812"], "planning.kinds": ["new-mast"],
        "planning.candidate_radius_km": 8.0,
        "planning.candidate_spacing": assumed(600.0, "m"),
        "planning.screening.resolution": assumed(180.0, "m"), **STRICT,
    }.items():  # fmt: skip
        put(facts, key, value)
    study = tmp_path / "configs" / "lao-cai.toml"
    study.parent.mkdir()
    study.write_text(toml(facts), encoding="utf-8", newline="\n")
    check(area(study), most_share=0.75)


def test_every_spot_is_told_with_its_rule(tmp_path: Path) -> None:
    changes = {"planning.candidates_kept": 12, "planning.kinds": ["new-mast"],
               "planning.stability.draws": 3}  # fmt: skip
    outputs = []
    for workers in ("1", "2"):
        region = write_region(tmp_path / workers, study=changes)
        result = invoke("plan", region.study, "--workers", workers)
        assert result.exit_code == 0, result.output
        assert "swept on thinned ground, 12 kept" in result.output
        assert "planning.candidates_kept = " in result.output
        outputs.append((region.output / "plan" / "candidates.csv").read_bytes())
    assert outputs[0] == outputs[1], "any number of workers"
    found = table(region.output / "plan" / "candidates.csv")
    assert (found["kept"] == "yes").sum() == 12
    assert set(found["rule"][:12]) <= {"best", "near-best", "village", "commune", "again"}
    assert set(found["rule"][12:]) <= {"no-room", "behind", "nobody"}
    reached = found["people_reached"].astype(float)
    assert (reached[found["rule"] == "nobody"] < 1).all()
    assert (reached[found["rule"] == "behind"] >= 1).all()
