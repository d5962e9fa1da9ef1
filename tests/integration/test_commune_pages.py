"""Pages of communes, from files to HTML: what each says, in which language, and to whom."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

import phusong
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.report import write_report
from phusong.reporting.address_labels import label_file
from phusong.reporting.commune_page import COMPARISON, commune_file
from phusong.reporting.escape import text
from phusong.reporting.policy import loaded_from_outside
from phusong.reporting.wording import amount
from phusong.study import Study
from runs import table
from synthetic import ASKED, COMMUNES, write_region
from unit.reporting.cases import without_switch

HOSTILE = '</style><script>alert(1)</script>{{ 7*7 }}"'
NAMES = {"00101": "Thử Một", "00203": "Đèo Gió", "00102": HOSTILE}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    region = write_region(
        tmp_path_factory.mktemp("trang xã") / "vùng thử",
        study={"inputs.boundaries.names": NAMES, "criterion8": {"set": "2021-2025"}},
    )
    opened = phusong.open_study(region.study)
    write_report(start(opened), with_notebooks=False)
    for audience in ("public", "operator:mang-a"):
        write_for_audience(start(opened), audience)
    return opened


def page(folder: Path, code: str) -> str:
    return (folder / commune_file(code, NAMES[code])).read_text(encoding="utf-8")


def words(markup: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", markup.partition("<body")[2]))


def test_every_commune_has_a_page_that_the_index_links_to(study: Study) -> None:
    index = (study.output / "index.html").read_text(encoding="utf-8")
    manifest = (study.output / "manifest.json").read_text(encoding="utf-8")
    for file in (COMPARISON, *(commune_file(code, NAMES[code]) for code in ASKED)):
        assert (study.output / file).is_file()
        assert f'href="{file}"' in index
        assert file in manifest
    assert commune_file("00203", "Đèo Gió") == "communes/00203-deo-gio.html"
    assert commune_file("00203", "đ" * 300) == f"communes/00203-{'d' * 60}.html"
    assert commune_file("00203", "{{ }}") == "communes/00203.html"
    assert label_file("00203", "x" * 300, 3) == f"address-labels/003-00203-{'x' * 60}"


def test_a_page_says_the_numbers_of_the_tables(study: Study) -> None:
    communes = table(study.output / "gaps/communes.csv").set_index(["commune_code", "operator"])
    villages = table(study.output / "gaps/villages.csv")
    for code in ASKED:
        said = words(page(study.output, code))
        row = communes.loc[(code, "any")]
        for column in ("people", "people_no_signal"):
            assert amount(float(row[column])).en in said
        ends = [amount(float(row[f"people_no_signal_{end}"])).en for end in ("p10", "p90")]
        assert "–".join(dict.fromkeys(ends)) in said
        for name in villages["name"][villages["commune_code"] == code]:
            assert name in said
        for operator in ("Nhà mạng A", "Nhà mạng B"):
            assert operator in said
        for vietnamese, english in (
            ("Các thôn và kết quả", "Villages and verdicts"),
            ("Ai phủ sóng", "Who covers"),
            ("Điều gì sẽ làm thay đổi kết quả này", "What would change it"),
            ("Tiêu chí số 8", "Criterion 8"),
        ):
            assert vietnamese in said
            assert english in said


def test_villages_are_numbered_and_judged(study: Study) -> None:
    villages = table(study.output / "gaps/villages.csv")
    own = villages[villages["commune_code"] == "00203"].sort_values("village_id")
    markup = page(study.output, "00203")
    part = markup.partition("Villages and verdicts")[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row"[^>]*><span class="t">(\d+)</span>', part)
    assert rows == [str(n) for n in range(1, len(own) + 1)]
    spoken = {"trang_song": "trắng sóng", "lom_song": "lõm sóng", "covered": "có sóng"}
    for verdict, said in spoken.items():
        assert part.count(f'lang="vi">{said}<') == (own["any_lte_verdict"] == verdict).sum()


def test_the_comparison_has_all_communes_the_worst_first(study: Study) -> None:
    markup = (study.output / COMPARISON).read_text(encoding="utf-8")
    rows = table(study.output / "gaps/communes.csv")
    rows = rows[rows["operator"] == "any"].astype({"people_no_signal_percent": float})
    rows = rows.sort_values(["people_no_signal_percent", "commune"], ascending=[False, True])
    body = markup.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r'<th scope="row"[^>]*><span class="t">(.*?)</span></th>', body)
    assert found == [text(name) for name in rows["commune"]]
    assert "không có sóng" in words(markup)


class Links(HTMLParser):
    """Addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for key, value in attrs if tag == "a" and key == "href"]


def test_links_between_pages_lead_somewhere(study: Study) -> None:
    for folder in (study.output, study.output / "for-public", study.output / "for-operator-mang-a"):
        for file in sorted((folder / "communes").glob("*.html")):
            parser = Links()
            parser.feed(file.read_text(encoding="utf-8"))
            assert parser.found
            for address in parser.found:
                assert (file.parent / unquote(address)).is_file(), address


@pytest.mark.parametrize("folder", [".", "for-public", "for-operator-mang-a"])
def test_names_are_text_and_nothing_is_loaded(study: Study, folder: str) -> None:
    for code in ASKED:
        markup = page(study.output / folder, code)
        assert loaded_from_outside(markup) == []
        assert "<script" not in without_switch(markup)
        assert "49" not in re.findall(r"\{\{.*?\}\}", markup)
    assert text(HOSTILE) in page(study.output / folder, "00102")


def test_the_public_reads_of_no_operator_and_no_money(study: Study) -> None:
    for code in ASKED:
        said = words(page(study.output / "for-public", code))
        assert not {"Nhà mạng A", "Nhà mạng B", "mang-a", "mang-b"} & set(re.findall(
            r"Nhà mạng [AB]|mang-[ab]", said
        ))  # fmt: skip
        assert "VND" not in said
        assert "dBm" not in said
        assert "Margin [dB]" not in said


def test_an_operator_reads_of_no_other_one(study: Study) -> None:
    for code in ASKED:
        said = words(page(study.output / "for-operator-mang-a", code))
        assert "Nhà mạng A" in said
        assert "Nhà mạng B" not in said
        assert "mang-b" not in said


def test_a_commune_without_villages_or_criteria_still_has_a_page(tmp_path: Path) -> None:
    region = write_region(
        tmp_path / "vùng", study={"inputs.villages": None, "inputs.facilities": None}
    )
    opened = phusong.open_study(region.study)
    write_report(start(opened), with_notebooks=False)
    for code in ASKED:
        file = opened.output / commune_file(code, COMMUNES[code][0])
        said = words(file.read_text(encoding="utf-8"))
        assert "Villages and verdicts" not in said
        assert "Criterion 8" not in said
        assert "Who covers" in said
    counts = pd.read_csv(opened.output / "gaps/totals.csv", encoding="utf-8-sig")
    assert len(counts)
