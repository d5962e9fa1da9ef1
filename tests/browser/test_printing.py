"""Briefs as PDF: printed beside their pages, whole, readable, and the same bytes each time."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import phusong
from browser.conftest import Browser, find_chromium
from integration.test_audiences import leaks, secrets
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.study import Study
from printed import fonts_of, pages_of, text_of
from synthetic import write_region

pytestmark = pytest.mark.browser
MARKING = "Lưu hành nội bộ"
PRACTICE = "DỮ LIỆU MÔ PHỎNG"
BRIEFS = ("province", "mang-a", "mang-b")


@pytest.fixture(scope="module")
def study(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A study printed by the browser that the fixture ``browser`` has found."""
    assert browser.is_connected()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHUSONG_BROWSER", str(find_chromium()))
        region = write_region(tmp_path_factory.mktemp("in ra") / "vùng thử")
        opened = phusong.open_study(region.study)
        phusong.report(opened, with_notebooks=False)
        for audience in ("public", "operator:mang-b"):
            write_for_audience(start(opened), audience, marking=MARKING)
        yield opened


@pytest.mark.parametrize("whose", BRIEFS)
def test_pages_fonts_and_words(study: Study, whose: str) -> None:
    file = study.output / f"brief-{whose}.pdf"
    pages = pages_of(file)
    assert 2 <= len(pages) <= 6
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page
        assert PRACTICE in page
    fonts = list(fonts_of(file))
    assert fonts
    assert all(inside for _, inside in fonts)
    assert {name.partition("+")[2].partition("-")[0] for name, _ in fonts} <= {
        "DejaVuSans", "DejaVuSansMono",
    }  # fmt: skip
    said = text_of(file)
    assert "Tóm tắt cho" in said
    assert "Giả định" in said
    assert "Người lập" in said
    assert "Assumptions" not in said  # one language alone
    assert "Prepared by" not in said
    assert "Mozilla" not in said


def test_english_where_the_study_is_english(
    study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert study.study.language == "vi"
    monkeypatch.setenv("PHUSONG_BROWSER", str(find_chromium()))
    region = write_region(tmp_path / "region", study={"study.language": "en"})
    session = start(phusong.open_study(region.study))
    index = write_for_audience(session, "operator:mang-a", marking=MARKING)
    said = text_of(index.parent / "brief-mang-a.pdf")
    assert "Prepared by" in said
    assert "Người lập" not in said


def test_the_marking_stands_on_each_page(study: Study) -> None:
    file = study.output / "for-operator-mang-b" / "brief-mang-b.pdf"
    for page in pages_of(file):
        assert MARKING in page


def test_an_operators_pdf_holds_nothing_of_another_one(study: Study) -> None:
    facts = study_facts(start(study))
    mine, theirs = secrets(facts, "mang-b"), secrets(facts, "mang-a")
    for file in (
        study.output / "for-operator-mang-b" / "brief-mang-b.pdf",
        study.output / "brief-mang-b.pdf",
    ):
        said = text_of(file)
        for kind, hidden in theirs.items():
            assert leaks(said, hidden - mine[kind]) == set(), (file, kind)
        assert leaks(said, mine["names"] - {"mang-b"})
        for name in mine["names"] ^ theirs["names"]:  # what a PDF says of itself
            assert (name.encode() in file.read_bytes()) <= (name in mine["names"])
    assert not list((study.output / "for-public").rglob("*.pdf"))
    everything = text_of(study.output / "brief-province.pdf")
    assert leaks(everything, theirs["names"] - {"mang-a"})  # the search finds what is there


def test_the_index_links_them_and_the_manifest_names_them(study: Study) -> None:
    index = (study.output / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((study.output / "manifest.json").read_text(encoding="utf-8"))
    written = manifest["steps"]["report"]["outputs"]
    for whose in BRIEFS:
        name = f"brief-{whose}.pdf"
        assert f'href="{name}"' in index
        assert written[name] == hashlib.sha256((study.output / name).read_bytes()).hexdigest()
    assert "no browser printed them" not in index


def test_the_same_bytes_again(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUSONG_BROWSER", str(find_chromium()))
    files = [study.output / f"brief-{whose}.pdf" for whose in BRIEFS]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    phusong.report(phusong.open_study(study.file), with_notebooks=False)
    assert [file.read_bytes() for file in files] == before


def test_without_a_browser_pages_stand_alone_and_say_so(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last in the file: it takes the PDF away."""
    monkeypatch.setenv("PHUSONG_BROWSER", "/nowhere/chrome")
    opened = phusong.open_study(study.file)
    (study.output / "index.html").unlink()
    phusong.report(opened, with_notebooks=False)
    assert not list(study.output.glob("brief-*.pdf"))
    assert len(list(study.output.glob("brief-*.html"))) == len(BRIEFS)
    (note,) = (line for line in opened.history if line.startswith("no PDF of briefs"))
    assert "cannot start /nowhere/chrome" in note
    assert "Ctrl+P" in note
    index = (study.output / "index.html").read_text(encoding="utf-8")
    assert "no browser printed them" in index
    assert ".pdf" not in index.replace(".pdf: ", "")
