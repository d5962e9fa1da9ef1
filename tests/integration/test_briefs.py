"""From files to briefs: complete for the province, and silent about others for an operator."""

import html
import re

import pytest

import phusong
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.reporting.audience import for_operator, served_elsewhere
from phusong.reporting.priorities_page import priorities_page
from phusong.reporting.study_facts import StudyFacts
from phusong.study import Study
from runs import copied
from synthetic import Region, write_region


@pytest.fixture(scope="module")
def study(plain_run: Region, tmp_path_factory: pytest.TempPathFactory) -> Study:
    region = copied(plain_run, tmp_path_factory.mktemp("tóm tắt") / "vùng thử")
    return phusong.open_study(region.study)


@pytest.fixture(scope="module")
def facts(study: Study) -> StudyFacts:
    return study_facts(start(study))


def words(study: Study, whose: str) -> str:
    """Everything that a brief says, without the bytes of its picture and its styles."""
    page = (study.output / f"brief-{whose}.html").read_text(encoding="utf-8")
    page = re.sub(r"data:image/[^\"]*", "", page)
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def secrets(study: Study, facts: StudyFacts, key: str) -> set[str]:
    """What a brief of another operator may not hold of this one."""
    name = next(op.name for op in study.operators if op.key == key)
    sectors = [s for s in facts.sectors if s.operator == name]
    assert sectors
    options = facts.ranked[facts.ranked["operator"] == name]
    places = [(s.latitude, s.longitude) for s in sectors]
    places += list(zip(options["latitude"], options["longitude"], strict=True))
    return {
        name, key,
        *(s.site_id for s in sectors),
        *(f"{degrees:.6f}"[:-2] for place in places for degrees in place),
        *options["option_id"],
        *(why for column in ("why_vi", "why_en") for why in options[column]),
    }  # fmt: skip


def test_an_operator_reads_nothing_of_another_one(study: Study, facts: StudyFacts) -> None:
    for own in study.operators:
        said = words(study, own.key)
        assert own.name in said
        for other in study.operators:
            if other.key == own.key:
                continue
            mine = secrets(study, facts, own.key)
            hidden = {s for s in secrets(study, facts, other.key) - mine if s}
            found = {s for s in hidden if re.search(rf"\b{re.escape(s)}", said)}
            assert found == set()
            assert "towers.csv" not in said


def test_filtered_facts_hold_nothing_of_another_one(study: Study, facts: StudyFacts) -> None:
    own, other = study.operators
    seen = for_operator(facts, own.key)
    assert [op.key for op in seen.study.operators] == [own.key]
    assert {s.operator for s in seen.sectors} == {own.name}
    assert {key for key, _ in seen.gaps.classes} == {own.key, "any"}
    assert {key for key, _ in seen.layers} == {own.key}
    for table in (seen.gaps.communes, seen.gaps.environments, seen.gaps.polygons):
        assert other.key not in set(table["operator"])
    for table in (seen.gaps.villages, seen.gaps.facilities):
        hidden = [c for c in table if c.startswith(f"{other.key}_")]
        levels = [c for c in table if c.startswith("any_") and not c.endswith(("class", "verdict"))]
        assert hidden == levels == []
        assert [c for c in table if c.startswith(f"{own.key}_") and c.endswith("level_dbm")]
    assert not [c for c in seen.gaps.polygons if c.startswith("nearest_")]
    assert "towers" not in {source.key for source in seen.sources}


def test_the_province_reads_everything(study: Study, facts: StudyFacts) -> None:
    said = words(study, "province")
    for operator in study.operators:
        assert operator.name in said
    assert "towers.csv" in said
    for command in ("phusong check", "phusong run", "phusong verify"):
        assert command in said
    assert start(study).manifest.results_key() in said


def test_people_whom_only_another_one_covers(facts: StudyFacts) -> None:
    table = facts.gaps.communes
    covered = {
        who: float(table.loc[table["operator"] == who, "people_covered"].sum())
        for who in ("any", *(op.key for op in facts.study.operators))
    }
    for operator in facts.study.operators:
        elsewhere = served_elsewhere(for_operator(facts, operator.key), operator.key)
        assert elsewhere == pytest.approx(covered["any"] - covered[operator.key])
        assert 0.0 <= elsewhere <= covered["any"]


def test_every_priority_has_its_reason_and_its_hops_on_one_page(
    study: Study, facts: StudyFacts
) -> None:
    page = (study.output / "plan" / "priorities.html").read_text(encoding="utf-8")
    parts = re.split(r'<section id="([^"]+)">', page)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(found) == list(facts.ranked["option_id"])
    with_hops = set(facts.extras.hop_profiles["option_id"])
    assert with_hops
    for row in facts.ranked.itertuples():
        part = found[row.option_id]
        assert ('<figure class="hop wide"' in part) == (row.option_id in with_hops)
        said = " ".join(html.unescape(re.sub("<[^>]*>", "", part)).split())
        glance, folded = part.split('<details class="fold rest">')
        for why in (row.why_vi, row.why_en):
            first, _, rest = " ".join(why.split()).partition(". ")
            assert html.escape(first) in glance.replace("\u00a0", " ")
            assert rest in said
            assert html.escape(rest) in folded.replace("\u00a0", " ")
    own = priorities_page(for_operator(facts, "mang-a"))
    ids = set(re.findall(r'<section id="([^"]+)">', own))
    mine = facts.ranked["operator"] == "Nhà mạng A"
    assert ids == set(facts.ranked.loc[mine, "option_id"])


def test_briefs_are_the_same_bytes_again(study: Study) -> None:
    files = sorted(study.output.glob("brief-*.html"))
    assert len(files) == 1 + len(study.operators)
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    phusong.report(phusong.open_study(study.file), with_notebooks=False)
    assert [file.read_bytes() for file in files] == before


def test_an_operator_without_sites_is_told_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("không trạm") / "vùng"
    operators = [
        {"name": name, "key": key, "colour": "#1b6ca8"}
        for name, key in (("Nhà mạng A", "mang-a"), ("Nhà mạng B", "mang-b"), ("Mới", "moi"))
    ]
    opened = phusong.open_study(write_region(folder, study={"operators": operators}).study)
    phusong.report(opened, with_notebooks=False)
    said = words(opened, "moi")
    assert "Tóm tắt cho Mới" in said
    assert "Nhà mạng A" not in said
