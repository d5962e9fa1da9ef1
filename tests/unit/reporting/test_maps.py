"""The map as a page; what it does in a browser is tested there."""

import dataclasses
import os
import re

import pytest

from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.layers import Category, Feature, VectorLayer
from phusong.reporting.maps import coverage_map
from phusong.reporting.panel import NOTHING
from phusong.reporting.policy import loaded_from_outside
from unit.reporting.cases import HOSTILE, PYTHON_PROBE, content


def test_same_content_same_bytes() -> None:
    assert coverage_map(content()) == coverage_map(content())


def test_page_is_whole_and_small() -> None:
    page = coverage_map(content())
    assert loaded_from_outside(page) == []
    assert len(page.encode()) < 500_000
    assert '<html lang="vi" data-language="both" data-default="vi">' in page
    assert page.count("data:image/webp;base64,") == 3


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_names_run_nothing_in_python(payload: str) -> None:
    os.environ.pop(PYTHON_PROBE, None)
    page = coverage_map(content(payload))
    assert PYTHON_PROBE not in os.environ
    assert page.count("<script>") == page.count("</script>") == PLAIN_SCRIPTS
    assert "<img" not in page.partition("<body")[2].partition("<script>")[0]


PLAIN_SCRIPTS = coverage_map(content("x")).count("<script>")


def test_practice_is_said_and_cannot_be_removed() -> None:
    page = coverage_map(content())
    banner = re.search(r'<div class="practice"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert banner
    assert "Dữ liệu mô phỏng" in banner[1]
    assert "Practice data" in banner[1]
    assert "<button" not in banner[1]
    real = coverage_map(content(practice=None))
    assert 'class="practice"' not in real
    pictures = [set(re.findall(r"data:image/webp;base64,[^\"]+", p)) for p in (page, real)]
    assert not pictures[0] & pictures[1]


def test_shown_columns_alone_reach_the_page() -> None:
    """A geometry's further members, such as properties, are not copied."""
    secret = {"type": "Point", "coordinates": [104.1, 22.5], "properties": {"owner": "SECRET"}}
    layer = VectorLayer(
        same("Trạm"), same("A"), "point", (Column(same("Tên")),),
        (Feature(secret, ("T1",)),), (Category(same("x"), "#112233"),),
    )  # fmt: skip
    page = coverage_map(content(vectors=(layer,)))
    assert "T1" in page
    assert "SECRET" not in page


def test_empty_layers_are_said() -> None:
    empty = [dataclasses.replace(v, features=()) for v in content().vectors]
    page = coverage_map(content(vectors=tuple(empty), rasters=(), assumptions=(), sources=()))
    assert page.count(f"({NOTHING.html()})") == len(empty)
    assert page.count(" disabled>") == len(empty)
    assert 'type="radio"' not in page.partition("<body")[2].partition("<script>")[0]


def test_groups_keep_their_order() -> None:
    groups = (Bilingual("Nhà mạng B", "Operator B"), same("absent"), same("Dìn Chin"))
    page = coverage_map(content(groups=groups))
    found = re.findall(r"<fieldset><legend><span[^>]*>([^<]*)<", page)
    assert found == ["Nhà mạng B", "Dìn Chin"]


def test_unknown_values_are_dashes() -> None:
    layer = content().vectors[3]
    nothing = dataclasses.replace(layer.features[0], values=(None, float("nan")))
    page = coverage_map(content(vectors=(dataclasses.replace(layer, features=(nothing,)),)))
    dash = r'"\\u003cspan class=\\"t\\"\\u003e\\u2013\\u003c/span\\u003e"'
    assert re.search(rf'"c0": {dash}, "c1": {dash}', page)


def test_focus_is_the_outlines_or_what_is_asked() -> None:
    page = coverage_map(content())
    assert '"focus": [[22.55, 104.05], [22.66, 104.2]]' in page
    asked = coverage_map(content(focus=(103.9, 22.4, 104.3, 22.8)))
    assert '"focus": [[22.4, 103.9], [22.8, 104.3]]' in asked
