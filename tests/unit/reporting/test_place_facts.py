"""What Google Earth says of a place: names and first facts in words."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import geopandas as gpd
import pytest
from shapely import LineString, Point

from phusong.reporting.place_facts import in_lines, place_facts, place_names
from phusong.reporting.study_facts import StudyFacts
from phusong.sources.study_file import read_study
from synthetic import write_region


def layer(rows: list[dict[str, object]], shape: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=[shape] * len(rows), crs="EPSG:4326")


OPTIONS = layer(
    [
        {
            "rank": 1, "option_id": "new-mast-a-1f", "operator": "A", "commune": "Dìn Chin",
            "kind_vi": "trạm mới", "kind_en": "new mast", "why_vi": "Vì thế.", "why_en": "So.",
            "people_newly_covered": 1234.6, "backhaul": "microwave",
        }
    ],
    Point(104, 22),
)  # fmt: skip
LINKS = layer([{"link": 1, "from": "new-mast-a-1f", "to": "A-7"}], LineString([(0, 0), (1, 1)]))
VILLAGES = layer(
    [
        {
            "name": "Bản Phố", "any_lte_class": "no_signal", "population": 1500.0,
            "households": float("nan"), "any_lte_verdict": "",
        }
    ],
    Point(104, 22),
)  # fmt: skip


@pytest.fixture
def facts(tmp_path: Path) -> StudyFacts:
    study = read_study(write_region(tmp_path).study)
    return cast("StudyFacts", SimpleNamespace(study=study, technology="LTE"))


def test_places_are_called_by_what_readers_know() -> None:
    layers = {"options": OPTIONS, "links": LINKS, "villages": VILLAGES}
    (option,) = place_names("options", layers)
    assert option.vi == "1. Trạm mới, Dìn Chin (A)"
    (link,) = place_names("links", layers)
    assert link.en == "1. New mast, Dìn Chin (A) → A-7"
    assert place_names("links", {"links": LINKS})[0].en == "new-mast-a-1f → A-7"
    assert place_names("villages", layers)[0].en == "Bản Phố"


def test_first_facts_are_words_in_the_language_of_the_reader(facts: StudyFacts) -> None:
    (lines,) = place_facts("options", OPTIONS, facts)
    assert in_lines(lines, "vi").split("\n") == [
        "Vì thế.", "Số người được phủ mới: 1.235\u00a0người", "Truyền dẫn: vi ba"
    ]  # fmt: skip
    assert in_lines(lines, "en").startswith("So.\n")
    assert in_lines(lines, "both") == f"{in_lines(lines, 'vi')}\n{in_lines(lines, 'en')}"


def test_what_is_not_known_is_not_told_and_codes_are_words(facts: StudyFacts) -> None:
    (lines,) = place_facts("villages", VILLAGES, facts)
    assert len(lines) == 2
    assert lines[0].vi.endswith("không có sóng")
    assert lines[1].en.endswith(": 1,500")
