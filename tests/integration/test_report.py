"""From files to the pages that are handed over: every product listed, every link good."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

import phusong
from phusong.pipeline import show
from phusong.pipeline.report import INDEX, MAP
from phusong.study import Study
from runs import copied, outputs
from synthetic import Region, assumed, study_facts, write_region


@pytest.fixture(scope="module")
def study(plain_run: Region, tmp_path_factory: pytest.TempPathFactory) -> Study:
    region = copied(plain_run, tmp_path_factory.mktemp("báo cáo") / "vùng thử")
    return phusong.open_study(region.study)


def links(page: Path) -> list[str]:
    found = re.findall(r'<a [^>]*href="([^"]*)"', page.read_text(encoding="utf-8"))
    return [unquote(unescape(link)) for link in found if not link.startswith("#")]


def test_the_index_lists_every_file_and_no_other(study: Study) -> None:
    folder = study.output
    listed = set(links(folder / INDEX))
    assert listed == outputs(folder).keys() - {INDEX}


def test_pages_are_the_same_bytes_again(study: Study) -> None:
    pages = [study.output / name for name in (INDEX, MAP)]
    before = [page.read_bytes() for page in pages]
    for page in pages:
        page.unlink()
    phusong.report(phusong.open_study(study.file), with_notebooks=False)
    assert [page.read_bytes() for page in pages] == before


def test_notebooks_get_tables_and_answers_in_both_languages(study: Study) -> None:
    reach = phusong.reach(study)
    gaps = phusong.gaps(study, reach)
    plan = phusong.plan(study, gaps)
    made = {
        "Vùng thử": show.headline(study),
        "Data sources": show.inputs(study)[0],
        "On air": show.inputs(study)[1],
        "Assumptions": show.assumptions(study),
        "assumed numbers": show.answer_assumptions(study),
        "By commune": show.communes(study, gaps),
        "By operator": show.operators(study, gaps),
        "Shares of area": show.areas(study, gaps),
        "Villages without signal at the centre": show.villages(study, gaps),
        "White zones": show.white_zones(study, gaps),
        "operator covers": show.answer_reach(study, gaps),
        "have no LTE signal": show.answer_gaps(study, gaps),
        "Investment priorities": show.priorities(study, plan),
        "Why": show.why(plan),
        "First priority": show.answer_plan(study, plan),
        "As modelled": phusong.findings(study),
    }
    for words, shown in made.items():
        assert words.casefold() in shown.plain.casefold()
        assert words.casefold() in shown.html.casefold()
    for drawn in (phusong.coverage_picture(study, gaps), show.money_picture(study, plan)):
        assert drawn.mime == "image/jpeg"
    assert phusong.map_view(study)._repr_html_().startswith("<iframe")


def test_products_say_that_there_is_nothing_and_why(tmp_path: Path) -> None:
    """An operator without a site, a budget that pays for nothing, a study without a question."""
    third = {"name": "Nhà mạng C", "key": "mang-c", "colour": "#555555"}
    poor = {
        "operators": [*study_facts()["operators"], third],
        "planning.choice": {"budget": assumed(1000.0, "VND")},
    }
    region = write_region(tmp_path / "vùng", study=poor)
    phusong.report(phusong.open_study(region.study), with_notebooks=False)
    index, whole, own, other = (
        (region.output / f"{name}.html").read_text(encoding="utf-8")
        for name in ("index", "brief-province", "brief-mang-c", "brief-mang-a")
    )
    none = "No site on air in the tower list: Nhà mạng C. Nobody is counted"
    assert [none in page for page in (index, whole, own, other)] == [True, True, True, False]
    for page in (index, whole):
        assert "Sets of 0 options: the budget pays for none" in page
        assert 'class="question"' not in page
        assert 'class="asked"' not in page
    assert "Nhà mạng C" not in other
