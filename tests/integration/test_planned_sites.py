"""Planned sites are ignored, or count as built when the study says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from runs import invoke, table
from synthetic import Region, write_region

PLANNED = {"planning.planned_sites": "fixed"}
S5 = 7
"""Row in the tower list of the only site with status planned."""


def run(folder: Path, **more: Any) -> Region:
    region = write_region(folder / "r", **more)
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 0, result.output
    return region


def facts(region: Region) -> dict[str, Any]:
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = manifest["steps"]["plan"]["facts"]
    return found


@pytest.fixture(scope="module")
def ignored(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return run(tmp_path_factory.mktemp("ignored"))


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return run(tmp_path_factory.mktemp("fixed"), study=PLANNED)


def test_whom_a_planned_site_will_cover_is_not_planned_for_again(
    ignored: Region, fixed: Region, tmp_path: Path
) -> None:
    on_air = run(tmp_path, towers={(S5, "status"): "existing"})
    lacking = [facts(one)["people_white_zone"] for one in (ignored, fixed, on_air)]
    assert [facts(one)["planned_sites_fixed"] for one in (ignored, fixed)] == [0, 1]
    # On air it also gives a weak signal to some whom it does not cover.
    assert lacking[0] > lacking[1] >= lacking[2]


def test_links_may_end_at_a_planned_site_that_is_fixed(tmp_path: Path) -> None:
    broken = {(5, "status"): "broken", (6, "status"): "broken"}
    alone = run(tmp_path, study={**PLANNED, "planning.kinds": ["new-mast"]}, towers=broken)
    links = table(alone.output / "plan" / "backhaul.csv")
    own = links[links["operator"] == "Nhà mạng B"]
    assert "S5" in set(own["to"])  # nothing else of this operator stands


def test_another_word_is_refused(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r", study={"planning.planned_sites": "built"})
    result = invoke("plan", region.study, "--workers", "1")
    assert result.exit_code == 2
    assert "planned_sites" in result.output
    assert "ignored" in result.output
