"""What leaves for a page or a spreadsheet."""

import html
import os

import jinja2
import pytest

from phusong.reporting.escape import spreadsheet_text, text
from unit.reporting.cases import HOSTILE, PYTHON_PROBE


def test_probe_would_run_in_jinja() -> None:
    """The first payload is a real one: without encoding it runs in this process."""
    os.environ.pop(PYTHON_PROBE, None)
    jinja2.Template(HOSTILE[0]).render()
    assert os.environ.pop(PYTHON_PROBE) == "1"


@pytest.mark.parametrize("payload", HOSTILE)
def test_text_survives_jinja_and_html(payload: str) -> None:
    encoded = text(payload)
    assert not set("<>\"'`\\${}") & set(encoded)
    assert jinja2.Template(encoded).render() == encoded
    assert html.unescape(encoded) == payload
    assert PYTHON_PROBE not in os.environ


def test_text_takes_anything() -> None:
    assert text(12.5) == "12.5"
    assert text(None) == "None"
    assert text("a\ud800b").encode("utf-8") == b"a?b"


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+84 214",
        "-x",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "  =1",
        "\u200b=1",
        "＝1",
        "\ufeff=1",
    ],
)
def test_formulas_are_disarmed(cell: str) -> None:
    assert spreadsheet_text(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Dìn Chin", "02764", "a=b", -110.5, -3, None, True, "−115"])
def test_other_cells_pass(cell: object) -> None:
    assert spreadsheet_text(cell) is cell
