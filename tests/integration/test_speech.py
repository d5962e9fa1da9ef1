"""The command line in Vietnamese: help, what commands say, what goes wrong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from phusong.cli.app import app
from phusong.language import translated
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
        [sys.executable, "-m", "phusong.cli.app", "run", str(tmp_path / "none.toml")],
        env={**clean_environment(), "LANG": "vi_VN.UTF-8", "LC_ALL": ""},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert said.stderr.startswith("lỗi: tệp nghiên cứu")
