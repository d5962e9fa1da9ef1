"""Words and numbers as readers see them."""

import math

import numpy as np
import pytest

from phusong.reporting.facts import Bilingual, Picture, Source, is_number, same, shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1234567, "1\u202f234\u202f567"),
        (-1234.56, "-1\u202f234.6"),
        (np.float32(0.05), "0.1"),
        (np.int16(-7), "-7"),
        (-0.01, "0.0"),
        (math.nan, "–"),
        (None, "–"),
        (math.inf, "inf"),
        ("02764", "02764"),
        (True, "có · yes"),
        (np.False_, "không · no"),
    ],
)
def test_shown(value: object, expected: str) -> None:
    assert shown(value) == expected


def test_decimals() -> None:
    assert shown(12.345, decimals=2) == "12.35"
    assert shown(12.5, decimals=0) == "12"
    assert shown(12, decimals=2) == "12"


def test_bilingual_words() -> None:
    words = Bilingual("xã <b>", "commune")
    assert words.plain == "xã <b> · commune"
    assert words.html() == (
        '<span class="t" lang="vi">xã &lt;b&gt;</span> <span class="t en" lang="en">commune</span>'
    )
    assert same("Viettel").plain == "Viettel"
    assert same("Viettel").html() == '<span class="t">Viettel</span>'


def test_numbers_are_told_from_text() -> None:
    assert [is_number(v) for v in (1, 1.5, np.float32(2), True, "1", None)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_picture() -> None:
    picture = Picture(b"\x89PNG", alt=Bilingual("Bản đồ", "Map"))
    assert picture.html().startswith('<img src="data:image/png;base64,iVBORw==" alt="')
    data, metadata = picture._repr_mimebundle_()
    assert data["image/png"] == b"\x89PNG"
    assert metadata == {"image/png": {"alt": "Bản đồ · Map"}}


def test_credit_falls_back_to_attribution() -> None:
    source = Source(same("DEM"), "a long attribution", "free")
    assert source.credit == "a long attribution"
    assert Source(same("DEM"), "long", "free", short="© X").credit == "© X"
