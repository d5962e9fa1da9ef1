"""What a legend says about levels and classes."""

import pytest

from conftest import ROOT
from phusong.reporting.legend_notes import coverage_note, level_note
from phusong.sources.study_file import read_study
from phusong.study import Study


@pytest.fixture(scope="module")
def study() -> Study:
    """Threshold -115 dBm, 95 and 50 %, model error 8 dB, both directions."""
    return read_study(ROOT / "configs" / "demo.toml")


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_classes_are_said_with_threshold_and_probabilities(study: Study) -> None:
    note = coverage_note(study, "LTE")
    for words in (note.vi, note.en):
        for part in ("−115 dBm", "95 %", "50 %"):
            assert part in plain(words)


def test_level_says_what_median_covered_needs(study: Study) -> None:
    """8 dB at 95 % is 1.645 x 8 = 13.2 dB: -115 + 13.2 = -102 dBm."""
    note = level_note(study, "LTE")
    for words in (note.vi, note.en):
        for part in ("−115 dBm", "95 %", "8 dB", "−102 dBm"):
            assert part in plain(words)
    assert "uplink" in note.en


def test_level_follows_the_study(study: Study) -> None:
    """One median cannot be named where several sites serve together; one direction is silent."""
    changed = study.service.model_copy(update={"sites": "independent", "both_directions": False})
    note = level_note(study.model_copy(update={"service": changed}), "LTE")
    assert "−102" not in note.plain
    assert "uplink" not in note.plain
    assert "95" in note.plain
