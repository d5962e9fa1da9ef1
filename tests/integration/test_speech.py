"""The command line in Vietnamese: help, what commands say, what goes wrong."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from conftest import ROOT
from phusong.cli.app import app
from phusong.cli.speech import command_line
from phusong.language import legible, translated
from runs import clean_environment

GROUP = get_command(app)
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]
ENGLISH = re.compile(r"\b(the|of|and|is|are|with|for|which|what|every|study file|cells)\b")
LETTERS = re.compile(r"[ăâđêôơưạảấầậẩẫắằặẳẵẹẻẽếềệểễịỉĩọỏốồộổỗớờợởỡụủũứừựửữỳỵỷỹáàãéèíìóòõúùý]")


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line as a Vietnamese user has it, wide enough that no word is cut."""
    monkeypatch.setenv("PHUSONG_LANG", "vi")
    monkeypatch.setenv("COLUMNS", "240")
    return CliRunner()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_vietnamese(spoken: CliRunner, command: str) -> None:
    said = spoken.invoke(app, [*command.split(), "--help"]).output
    assert LETTERS.search(said)
    assert "Cách dùng:" in said
    assert "Hiện lời này và kết thúc." in said
    bare = re.sub(r"`[^`]*`|<[^>]*>|--[\w-]+", "", said)
    assert ENGLISH.findall(bare) == []


def test_every_help_text_has_its_own_translation() -> None:
    texts = [str(command.help) for command in GROUP.commands.values()]  # type: ignore[attr-defined]
    assert len(texts) == len(COMMANDS) > 12
    for text in texts:
        assert translated(text, "vi", context="help") != text


def test_english_is_the_fallback_and_comes_back(
    spoken: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken.invoke(app, ["run", "--help"])
    monkeypatch.setenv("PHUSONG_LANG", "en")
    said = spoken.invoke(app, ["run", "--help"]).output
    assert "Usage:" in said
    assert "Options" in said
    assert not LETTERS.search(said)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["runn"], "Không có lệnh 'runn'. Có phải 'run'?"),
        (["run", "--workers", "0"], "Phải lớn hơn hoặc bằng 1"),
        (["run", "--workerss", "2"], "Không có tùy chọn: --workerss"),
        (["compare"], "Thiếu đối số"),
        (["run", "a.toml", "--study", "b.toml"], "hãy nêu một nghiên cứu"),
        (["new", "x.toml"], "hãy nói ở đâu"),
        (["run", "no-such.toml"], "lỗi: tệp nghiên cứu"),
        (["verify", "no-such-folder"], "hãy nêu thư mục kết quả của một nghiên cứu"),
    ],
)
def test_complaints_are_vietnamese(spoken: CliRunner, arguments: list[str], words: str) -> None:
    found = spoken.invoke(app, arguments)
    assert found.exit_code == 2
    assert words in re.sub(r"[\s│]+", " ", found.output)


def test_demo_and_check_speak_vietnamese(spoken: CliRunner, tmp_path: Path) -> None:
    made = spoken.invoke(app, ["demo", str(tmp_path / "d")])
    assert made.exit_code == 0
    assert "đã ghi dữ liệu mô phỏng" in made.output
    assert "tiếp theo: phusong run" in made.output
    checked = spoken.invoke(app, ["check", str(tmp_path / "d" / "demo.toml")])
    for words in ("đầu vào:", "danh sách trạm được đọc thế nào:", "trạm,", "giả định:"):
        assert words in checked.output, checked.output
    lines = [line for line in checked.output.splitlines() if "(MIT)" not in line]
    assert ENGLISH.findall("\n".join(lines)) == []


def test_the_locale_of_the_system_is_followed(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "phusong", "run", str(tmp_path / "none.toml")],
        env={**clean_environment(), "LANG": "vi_VN.UTF-8", "LC_ALL": ""},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert said.stderr.startswith("lỗi: tệp nghiên cứu")


def test_the_command_line_starts_without_what_computes() -> None:
    """Help and mistyped options answer at once; what reads and computes is loaded by commands."""
    heavy = ("pandas", "geopandas", "rasterio", "numba", "scipy", "matplotlib", "folium")
    code = f"import sys, phusong.cli.app; print([n for n in {heavy} if n in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment(), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert ended.stdout == "[]\n"


STEERING = "\x1b]0;pwned\x07\x1b[2J\u202e\x9b31m"
"""Writes a terminal's title, wipes it, turns the direction of writing, colours what follows."""


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", f"{STEERING}.toml"),
        ("verify", f"{STEERING}.zip"),
        ("compare", f"{STEERING}", "b"),
        ("map", "--dem", f"{STEERING}.tif"),
        (STEERING,),
        ("check", f"--{STEERING}"),
        ("doctor", STEERING),
    ],
    ids=lambda arguments: arguments[0] if arguments[0].isascii() else "command",
)
def test_nothing_steers_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, arguments: tuple[str, ...]
) -> None:
    """Names of files and of arguments are shown with codes for what a terminal would carry out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHUSONG_LANG", language)
    monkeypatch.setenv("COLUMNS", "400")
    said = CliRunner().invoke(app, list(arguments)).output
    assert said == legible(said)
    assert "\\x1b" in said or arguments[0] == "doctor"


def test_commands_print_by_one_function() -> None:
    """But for JSON, which is of ASCII alone, and the version."""
    folder = ROOT / "src" / "coverage" / "phusong" / "cli"
    other = {
        file.name: len(re.findall(r"\btyper\.s?echo\(|(?<![\w.])print\(", file.read_text("utf-8")))
        for file in folder.glob("*.py")
    }
    assert {name: count for name, count in other.items() if count} == {
        "path.py": 3, "app.py": 1, "speech.py": 1,
    }  # fmt: skip


def test_a_command_to_copy_is_one() -> None:
    line = command_line("phusong", "run", "Dự án; $(x)/a b.toml")
    assert line == "phusong run 'Dự án; $(x)/a b.toml'" or os.name == "nt"
