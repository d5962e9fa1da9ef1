"""The index of a study."""

import base64
import html
import os
import re

import pytest

from phusong.errors import DataError
from phusong.reporting.facts import (
    PRACTICE,
    Assumption,
    Bilingual,
    Column,
    Picture,
    Source,
    same,
)
from phusong.reporting.folding import folding_script
from phusong.reporting.notices import UNVERIFIED, VERIFIED
from phusong.reporting.page_tables import PageTable, RankReason
from phusong.reporting.pages import IndexContent, KeyNumber, Product, index_page
from phusong.reporting.policy import loaded_from_outside
from phusong.reporting.shell import printed_marking
from phusong.reporting.wording import amount
from unit.reporting.cases import HOSTILE, PYTHON_PROBE, policy_for, without_switch

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQMAAAAl21bKAAAAA1BMVEUAAACn"
    "ej3aAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""

TABLE = PageTable(
    Bilingual("Theo xã", "By commune"),
    (Column(Bilingual("Xã", "Commune")), Column(same("n"), "km²"), Column(same("%"), share=True)),
    (("Dìn Chin", 12.345, 40.0), ("Pa Cheo", None, 140.0)),
    total=("Tổng", 12.345, float("nan")),
)


def index(name: str = "Dìn Chin", practice: Bilingual | None = PRACTICE) -> IndexContent:
    """A page on which ``name`` stands in every field of text."""
    words = same(name)
    return IndexContent(
        title=words,
        question=words,
        practice=practice,
        findings=(words,),
        key_numbers=(KeyNumber(name, words, unit=name), KeyNumber(1234, words, alarming=True)),
        tables=(PageTable(words, (Column(words, name),), ((name,),), (name,), words),),
        products=(Product("map", "maps/coverage.html", words, words, 1_352_000),),
        assumptions=(Assumption(words, name, name, verified=True),),
        sources=(Source(words, name, name, name),),
        warnings=(words,),
        versions=((name, name),),
        picture=Picture(base64.b64decode(PIXEL.partition(",")[2]), alt=words),
        reasons=(RankReason(3, words, words, words),),
    )


def test_page_is_whole_and_the_same_each_time() -> None:
    page = index_page(index())
    assert page == index_page(index())
    assert loaded_from_outside(page) == []
    assert policy_for("language.js", "folding.js") in page
    assert "\r" not in page
    for heading in (
        "Kết quả",
        "Mở tài liệu",
        "Cần lưu ý",
        "Giả định",
        "Nguồn dữ liệu",
        "Phiên bản",
    ):
        assert f'<h2><span class="t" lang="vi">{heading}</span>' in page


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_names_are_text(payload: str) -> None:
    os.environ.pop(PYTHON_PROBE, None)
    page = index_page(index(payload))
    assert PYTHON_PROBE not in os.environ
    assert "<script" not in without_switch(page).replace(folding_script(), "")
    plain = index_page(index("x"))
    tags = re.compile(r"<[a-z/!][^>]*>")
    bare = [re.sub(r'"[^"]*"', '""', " ".join(tags.findall(p))) for p in (page, plain)]
    assert bare[0] == bare[1]
    assert html.unescape(page).count(payload) >= 18


def test_practice_is_said() -> None:
    assert '<div class="practice" role="region" ' in index_page(index())
    assert 'data-practice="Dữ liệu mô phỏng · Practice data"' in index_page(index())
    real = index_page(index(practice=None))
    assert 'class="practice"' not in real
    assert "<body>" in real


def test_table_cells() -> None:
    page = index_page(IndexContent(same("x"), same("y"), None, tables=(TABLE,)))
    assert '<th scope="row" class="words"><span class="t">Dìn Chin</span></th>' in page
    assert '<td class="n">' + amount(12.3, 1).html() + "</td>" in page
    assert '<i style="width:40.0%"></i>' in page
    assert '<i style="width:100.0%"></i></span>' + amount(140.0, 1).html() in page
    assert '<td class="none n"><span class="t">–</span></td>' in page  # below the numbers
    assert "nan%" not in page
    assert page.count("<tfoot>") == 1


def test_only_what_lacks_signal_is_drawn_so() -> None:
    def drawn(lacking: bool) -> str:
        columns = (Column(same("c")), Column(same("%"), share=True, lacking=lacking))
        table = PageTable(same("t"), columns, (("a", 40.0),))
        return index_page(IndexContent(same("x"), same("y"), None, tables=(table,)))

    assert '<span class="bar lacking" ' in drawn(True)
    assert '<span class="bar" ' in drawn(False)


def test_nothing_found_is_said() -> None:
    page = index_page(IndexContent(same("x"), same("y"), None))
    assert "Chưa có kết quả" in page
    assert 'id="assumptions"' not in page
    empty = PageTable(same("t"), (Column(same("c")),), ())
    assert "Không có gì để liệt kê" in index_page(
        IndexContent(same("x"), same("y"), None, tables=(empty,))
    )


def test_assumptions_without_source_say_so() -> None:
    assumptions = (
        Assumption(same("a"), "1", "", verified=False),
        Assumption(same("b"), "2", "QCVN 81", verified=True),
    )
    page = index_page(IndexContent(same("x"), same("y"), None, assumptions=assumptions))
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)
    assert "chưa có nguồn" in rows[0]
    assert UNVERIFIED.html() in rows[0]
    assert "QCVN 81" in rows[1]
    assert VERIFIED.html() in rows[1]


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x.html", "a/../b.html", "https://x.example", "javascript:alert(1)",
     "C:\\x.html", "a\\b.html", "a//b.html", "./a.html", "//x.example/a"],
)  # fmt: skip
def test_products_stay_inside(path: str) -> None:
    with pytest.raises(DataError, match=r"path=.* must be relative"):
        Product("map", path, same("x"))


def test_links_are_quoted() -> None:
    product = Product("table", 'bảng "1" & {{2}}/a#b?.csv', same("x"), size_bytes=999_950)
    page = index_page(IndexContent(same("x"), same("y"), None, products=(product,)))
    assert 'href="b%E1%BA%A3ng%20%221%22%20%26%20%7B%7B2%7D%7D/a%23b%3F.csv"' in page
    assert "1.000\u00a0kB" in page


def test_sizes() -> None:
    sizes = [(0, "0 B"), (999, "999 B"), (4_200, "4 kB"), (1_352_000, "1,4 MB")]
    for size, words in sizes:
        product = Product("file", "a", same("x"), size_bytes=size)
        page = index_page(IndexContent(same("x"), same("y"), None, products=(product,)))
        number = words.replace(" ", "\u00a0")
        assert re.search(rf'<span class="size"><span class="t"[^>]*>{number}</span>', page)


def test_rows_must_fit() -> None:
    with pytest.raises(DataError, match="table 't', row 1: 2 values for 1 columns"):
        PageTable(same("t"), (Column(same("c")),), (("a",), ("b", "c")))
    with pytest.raises(DataError, match="row 1: 2 values"):
        PageTable(same("t"), (Column(same("c")),), (("a",),), total=("b", "c"))


def test_a_short_marking_stays_on_one_line_of_paper_and_a_long_one_may_not() -> None:
    assert "nowrap" in printed_marking("Lưu hành nội bộ")
    assert "nowrap" not in printed_marking("Lưu hành nội bộ " * 4)
    assert printed_marking("") == ""
