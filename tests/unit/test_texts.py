"""Text from outside: composed, trimmed, and turning the direction of nothing behind it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.texts import plain_text

OVERRIDE, EMBED, END = "\u202e", "\u202a", "\u202c"
ISOLATE, END_ISOLATE = "\u2066", "\u2069"
MARKS = OVERRIDE + EMBED + END + ISOLATE + END_ISOLATE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Dìn Chin\n", "Dìn Chin"),
        (unicodedata.normalize("NFD", "Dền Thàng"), "Dền Thàng"),
        (f"{OVERRIDE}Bản{END}", f"{OVERRIDE}Bản{END}"),
        (f"{OVERRIDE}Bản", f"{OVERRIDE}Bản{END}"),
        (f"{ISOLATE}{OVERRIDE}a{END_ISOLATE}b", f"{ISOLATE}{OVERRIDE}a{END_ISOLATE}b"),
        (f"{END_ISOLATE}a{END}b", "ab"),
        (f"{OVERRIDE}{ISOLATE}a{END}b", f"{OVERRIDE}{ISOLATE}ab{END_ISOLATE}{END}"),
        ("a\u200fb \u061c\u200e", "a\u200fb \u061c\u200e"),
    ],
)
def test_marks_of_direction_come_in_pairs(given: str, kept: str) -> None:
    assert plain_text(given) == kept


@given(st.text(st.sampled_from(f"ab1 {MARKS}"), max_size=20))
def test_nothing_is_left_open(words: str) -> None:
    """Whatever stands around it: no mark ends what began outside, none reaches beyond."""
    kept = plain_text(words)
    waiting: list[str] = []
    for sign in kept:
        if sign in {OVERRIDE, EMBED, ISOLATE}:
            waiting.append(END_ISOLATE if sign == ISOLATE else END)
        elif sign == END:
            assert waiting.pop() == END
        elif sign == END_ISOLATE:
            assert END_ISOLATE in waiting
            while waiting.pop() != END_ISOLATE:
                pass
    assert waiting == []
    assert plain_text(kept) == kept
    letters = "".join(sign for sign in words if sign not in MARKS)
    assert "".join(sign for sign in kept if sign not in MARKS).strip() == letters.strip()
