"""Every message of the code stands in every catalogue, with the same names to fill in."""

import importlib.util
import string
from types import ModuleType

import pytest

import phusong
from conftest import ROOT
from phusong.language import number_text, spoken_language, translated, translated_count
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.prose import heading_words, language_of
from phusong.reporting.wording import amount, cell_words, joined, said, share
from phusong.reporting.words import gathered_assumptions, named_assumptions


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    """The script that keeps the catalogues."""
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "scripts" / "catalogue.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_message_is_translated(catalogue: ModuleType) -> None:
    assert len(catalogue.messages()) > 400
    for language in catalogue.LANGUAGES:
        assert catalogue.untranslated(language) == []
        for name in catalogue.CATALOGUES:
            content = catalogue.file_of(language, name).read_bytes()
            assert content == catalogue.updated(language, name), "run scripts/catalogue.py"


def test_translations_fill_in_the_same_names(catalogue: ModuleType) -> None:
    names = string.Formatter().parse
    for (context, words), forms in catalogue.messages().items():
        vi = translated(words, "vi", context=context)
        wanted = {name for form in forms for _, name, _, _ in names(form) if name}
        given = {name for _, name, _, _ in names(vi) if name}
        # A template may hold English grammar ("is" or "are"), which no other language needs.
        assert given <= wanted if context == "told" else given == wanted, words


def test_no_translation_says_everything_twice(catalogue: ModuleType) -> None:
    """Two copies of one line are what merging branches leaves in a catalogue."""
    for context, words in catalogue.messages():
        vi = translated(words, "vi", context=context)
        half = len(vi) // 2
        assert half < 4 or vi[:half].strip() != vi[half:].strip(), words


def test_english_words_are_english(catalogue: ModuleType) -> None:
    assert [words for _, words in catalogue.messages() if language_of(words) == "vi"] == []


def test_numbers_are_written_as_each_language_does() -> None:
    assert (amount(1234567).vi, amount(1234567).en) == ("1.234.567", "1,234,567")
    assert (share(-0.04).vi, share(12.34).en) == ("0,0\u00a0%", "12.3\u00a0%")
    assert number_text(float("-inf"), "vi") == "-∞"
    assert amount(1.5, 1, unit="km").vi == "1,5\u00a0km"
    assert amount(float("nan"), 1, unit="km") == same("–")
    assert amount(1234.0).plain == "1.234"
    assert '<span class="t num" lang="en">1,234</span>' in amount(1234.0).html()


def test_messages_take_values_of_each_kind() -> None:
    words = said("Link of {length} km at {band}", length=1234.5, band=same("1800 MHz"))
    assert words == Bilingual("Tuyến 1.234,5 km ở 1800 MHz", "Link of 1,234.5 km at 1800 MHz")
    assert joined((same("a"), said("yes")), "; ") == Bilingual("a; có", "a; yes")
    assert said("Households", context="column").vi != said("Households").vi
    assert translated("No such message", "vi") == "No such message"
    assert translated_count("one", "many", 2, "vi") == "many"
    assert translated_count("one", "many", 1, "en") == "one"


def test_cells_of_each_kind() -> None:
    assert cell_words(value=True) == Bilingual("có", "yes")
    assert cell_words(None) == cell_words(float("nan")) == same("–")
    assert cell_words(1234).vi == "1.234"
    assert cell_words(1234.56, decimals=1).en == "1,234.6"
    assert cell_words("02863") == same("02863")


def test_language_of_the_command_line() -> None:
    assert spoken_language({}) == "en"
    assert spoken_language({"PHUSONG_LANG": "vi", "LANG": "en_GB.UTF-8"}) == "vi"
    assert spoken_language({"PHUSONG_LANG": "en", "LANG": "vi_VN.UTF-8"}) == "en"


def test_prose_knows_its_language() -> None:
    assert language_of("<b>Câu hỏi.</b> Nơi nào chưa có sóng ở Lào Cai?") == "vi"
    assert language_of("Hoàng Thu Phố and Lùng Cải lie in the north of Lào Cai province.") == "en"
    assert language_of("12 %") == ""
    assert heading_words("00 · Bắt đầu nhanh · Quick start") == Bilingual(
        "00 · Bắt đầu nhanh", "00 · Quick start"
    )
    assert heading_words("A · B") == same("A · B")


def test_every_assumption_has_words() -> None:
    study = phusong.open_study(ROOT / "configs" / "demo.toml")
    assumptions = study.assumptions()
    named = zip(assumptions, named_assumptions(assumptions, study), strict=True)
    assert [a.key for a, words in named if words.name.vi == words.name.en] == []


def test_pages_name_what_a_study_names_and_gather_lists() -> None:
    """No key of an environment or operator is seen, and twelve months are one line."""
    study = phusong.open_study(ROOT / "configs" / "demo.toml")
    gathered = {a.name.vi: a for a in gathered_assumptions(study.assumptions(), study)}
    assert len(gathered) == len(gathered_assumptions(study.assumptions(), study))
    keys = [*study.environments, *(op.key for op in study.operators)]
    assert [name for name in gathered if any(key in name for key in keys)] == []
    months = str(gathered["Nhiệt độ từng tháng"].value.vi)
    assert months.startswith("16,1; 17,3; 20,8; ")
    assert months.endswith("\u00a0°C")
    assert months.count(";") == 11
    assert gathered["Xác suất để coi là có sóng"].value == share(95.0, 0)
    assert gathered["Lãi suất chiết khấu thực"].value.en == "8\u00a0%/year"
    assert gathered["Góc cụp điện khi thiếu"].value.vi == "4°"
