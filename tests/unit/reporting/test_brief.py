"""The brief as a page: whole, encoded, and silent about what it does not know."""

import base64
import os
import re
import unicodedata
from typing import Any

import pytest

from phusong.reporting.brief import BriefContent, brief_page
from phusong.reporting.escape import css_string
from phusong.reporting.facts import PRACTICE, Assumption, Column, Picture, Source, same
from phusong.reporting.page_tables import PageTable
from phusong.reporting.pages import KeyNumber
from phusong.reporting.policy import loaded_from_outside
from unit.reporting.cases import HOSTILE, PYTHON_PROBE, SWITCH_ONLY, without_switch
from unit.reporting.test_pages import PIXEL


def brief(name: str = "Dìn Chin", **changes: Any) -> BriefContent:
    """A brief on which ``name`` stands in every field of text."""
    words = same(name)
    table = PageTable(words, (Column(words, name),), ((name,),), (name,), words)
    full: dict[str, Any] = {
        "title": words, "study_title": words, "question": words, "practice": PRACTICE,
        "key_numbers": (KeyNumber(name, words, unit=name),), "findings": (words,),
        "picture": Picture(base64.b64decode(PIXEL.partition(",")[2]), alt=words),
        "results": (table,), "priorities": (table,), "reasons": (words,), "money": (table,),
        "money_words": (words,), "measurements": (table,), "measure_words": (words,),
        "warnings": (words,), "sources": (Source(words, name, name, name),),
        "assumptions": (Assumption(words, name, name, verified=True),
                        Assumption(words, name, "", verified=False)),
        "commands": (name,), "identity": ((name, name),), "signatures": (words, words),
    }  # fmt: skip
    return BriefContent(**{**full, **changes})


def headings(page: str) -> list[str]:
    return re.findall(r'<h2>(\d+)\. <span class="t" lang="vi">([^<]*)', page)


def test_page_is_whole_and_the_same_each_time() -> None:
    page = brief_page(brief())
    assert page == brief_page(brief())
    assert loaded_from_outside(page) == []
    assert SWITCH_ONLY in page
    assert [number for number, _ in headings(page)] == [str(n) for n in range(1, 9)]
    assert page.count('class="mark yes"') == 1


def test_what_is_not_known_has_no_heading() -> None:
    bare = BriefContent(title=same("A"), study_title=same("B"), question=same("C"), practice=None)
    page = brief_page(bare)
    assert headings(page) == []
    assert "signatures" not in page.partition("<body")[2]
    assert "@top-center {" not in page.rpartition("@media print { @page {")[2]


def test_practice_stands_on_each_printed_page() -> None:
    page = brief_page(brief())
    margin = page.rpartition("@media print { @page {")[2].partition("</style>")[0]
    assert css_string("DỮ LIỆU MÔ PHỎNG")[1:-1] in margin
    assert 'data-practice="Dữ liệu mô phỏng · Practice data"' in page


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_names_are_text(payload: str) -> None:
    os.environ.pop(PYTHON_PROBE, None)
    page = brief_page(brief(payload))
    assert PYTHON_PROBE not in os.environ
    assert "<script" not in without_switch(page)
    assert page.count("<style>") == page.count("</style>") == 2
    assert page.count("<img") == 1


@pytest.mark.parametrize("payload", HOSTILE)
def test_strings_of_styles_hold_their_value_alone(payload: str) -> None:
    encoded = css_string(payload)
    assert re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9a-f]+ )*"', encoded)
    read = re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), encoded[1:-1])
    assert read == "".join(" " if unicodedata.category(c) == "Cc" else c for c in payload)
