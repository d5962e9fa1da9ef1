"""Two runs side by side: what changed, and the assumption that made it change."""

import json
from pathlib import Path

import pytest

from runs import PRACTICE_WORDS, copied, invoke, table
from synthetic import Region, assumed, write_region


@pytest.fixture(scope="module")
def runs(plain_run: Region, tmp_path_factory: pytest.TempPathFactory) -> tuple[Region, Region]:
    folder = tmp_path_factory.mktemp("compare")
    changes = {
        "technologies.LTE.threshold": assumed(-104.0, "dBm"),
        "planning.candidates_kept": 5,
    }
    other = write_region(folder / "b", study=changes)
    assert invoke("plan", other.study, "--workers", "1").exit_code == 0
    return copied(plain_run, folder / "a"), other


def test_a_run_does_not_differ_from_itself(runs: tuple[Region, Region]) -> None:
    result = invoke("compare", runs[0].study, runs[0].output)
    assert result.exit_code == 0, result.output
    assert [line[-3:] for line in result.output.splitlines()[1:]] == [": 0"] * 3


def test_what_changed_and_why(runs: tuple[Region, Region], tmp_path: Path) -> None:
    before, after = runs
    result = invoke("compare", before.study, after.study, "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert "assumption technologies.LTE.threshold: -100 dBm" in result.output
    coverage = table(tmp_path / "compare-coverage.csv")
    # A lower threshold covers no fewer people, in any commune and of any operator.
    assert (coverage["people_covered_change"].astype(float) >= -0.05).all()
    for region, when in ((before, "before"), (after, "after")):
        own = table(region.output / "gaps" / "communes.csv")
        first = coverage.iloc[0]
        same = own["commune_code"] == first["commune_code"]
        same &= own["operator"] == first["operator"]
        assert float(own.loc[same, "people_covered"].iloc[0]) == pytest.approx(
            float(first[f"people_covered_{when}"])
        )
    options = table(tmp_path / "compare-options.csv")
    ids = [set(table(r.output / "plan" / "priorities.csv")["option_id"]) for r in runs]
    assert set(options.loc[options["change"] == "gone", "option_id"]) == ids[0] - ids[1]
    assert set(options.loc[options["change"] == "new", "option_id"]) == ids[1] - ids[0]
    why = table(tmp_path / "compare-why.csv")
    assert set(why["what"]) == {"study file", "assumption"}
    facts = json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))
    assert len(facts["options"]) == len(options)
    page = (tmp_path / "compare.html").read_text(encoding="utf-8")
    assert PRACTICE_WORDS.search(page)
    assert "technologies.LTE.threshold" in page
    assert "://" not in page.replace("http://www.w3.org", "")


def test_a_folder_without_a_run_is_named(tmp_path: Path, runs: tuple[Region, Region]) -> None:
    result = invoke("compare", tmp_path, runs[0].output)
    assert result.exit_code == 2
    assert "run the study first" in result.output
