"""An input written into a study file: comments stay, and what cannot be edited is said."""

import tomllib

import pytest

from phusong.errors import StudyError
from phusong.sources.study_edit import toml_of, with_input, with_one_more

TEXT = """\
# Đầu tệp / head
[inputs.terrain]
files = ["a.tif"]   # hai mảnh / two tiles
source = "old"

[inputs.towers]
# replace this one
file = "old # not a comment.csv"  # from B
source = 'older'
fetch = "opencellid"  # open data

[inputs.towers.columns]
Kinh = "longitude"

# what operators are
[[operators]]
name = "A"
"""
ENTRY = {"file": "mới.csv", "source": 'của "B"', "licence": "", "fetch": ""}


def test_values_change_and_every_comment_stays() -> None:
    text = with_input(TEXT, "towers", ENTRY)
    found = tomllib.loads(text)["inputs"]["towers"]
    assert found == {
        "file": "mới.csv", "source": 'của "B"', "columns": {"Kinh": "longitude"},
    }  # fmt: skip
    for comment in ("# Đầu tệp", "# hai mảnh", "# replace this", "# from B",
                    "# what operators"):  # fmt: skip
        assert comment in text
    assert "# open data" not in text, "it spoke of the value that is gone"
    assert 'file = "mới.csv"  # from B' in text.splitlines()


def test_a_new_input_stands_behind_the_others() -> None:
    text = with_input(TEXT, "villages", ENTRY)
    lines = text.splitlines()
    place = lines.index("[inputs.villages]")
    assert lines[place - 2] == 'Kinh = "longitude"'
    assert lines[place + 1 : place + 3] == ['file = "mới.csv"', 'source = "của \\"B\\""']
    assert lines.index("# what operators are") > place
    assert [*lines[: place - 1], *lines[place + 3 :]] == TEXT.splitlines()


def test_values_that_are_missing_stand_behind_the_file() -> None:
    text = with_input(TEXT, "terrain", {"files": ["b.tif"], "licence": "MIT"})
    assert text.splitlines()[2:5] == [
        'files = ["b.tif"]  # hai mảnh / two tiles', 'licence = "MIT"', 'source = "old"',
    ]  # fmt: skip


def test_quoted_names() -> None:
    text = '["inputs"."towers"]\n"file" = "a.csv" # A\n"source" = "s"\n'
    assert with_input(text, "towers", {"file": "b.csv"}) == (
        '["inputs"."towers"]\nfile = "b.csv"  # A\n"source" = "s"\n'
    )


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85"])
def test_names_may_hold_what_begins_a_line_elsewhere(sign: str) -> None:
    text = TEXT.replace('name = "A"', f'name = "A{sign}B"')
    for ends in ("\n", "\r\n"):
        given = text.replace("\n", ends)
        changed = with_one_more(given, "measurements", {"file": f"a{sign}b.csv"})
        assert tomllib.loads(changed) == {
            **tomllib.loads(text), "measurements": [{"file": f"a{sign}b.csv"}],
        }  # fmt: skip
        assert with_input(given, "towers", {"licence": "x"}).count("\n") == text.count("\n") + 1


def test_a_list_beside() -> None:
    also = "inputs.towers.also"
    text = with_one_more(with_one_more(TEXT, also, ENTRY), also, {"file": "c.csv", "source": "C"})
    towers = tomllib.loads(text)["inputs"]["towers"]
    assert towers["file"] == "old # not a comment.csv"
    assert [part["file"] for part in towers["also"]] == ["mới.csv", "c.csv"]


@pytest.mark.parametrize(
    "text",
    [
        '[inputs]\ntowers = { file = "a.csv", source = "s" }\n',
        '[inputs.towers]\nfile = """\na.csv"""\nsource = "s"\n',
        'inputs.towers.file = "a.csv"\ninputs.towers.source = "s"\n',
    ],
)
def test_what_cannot_be_edited_is_said(text: str) -> None:
    with pytest.raises(StudyError) as error:
        with_input(text, "towers", {"file": "b.csv", "source": "s"})
    assert 'write this into it yourself:\n[inputs.towers]\nfile = "b.csv"' in str(error.value)


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u200f", "\u2028", "\ufeff", "\U000e0041", "😀"])
def test_no_sign_of_a_name_is_lost_or_breaks_the_file(sign: str) -> None:
    name = f'Bản "{sign}" \\ Xèo'
    written = f"name = {toml_of(name)}\n"
    assert tomllib.loads(written) == {"name": name}
    assert sign in written or not sign.isprintable()
