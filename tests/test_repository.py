"""What every file of the repository keeps to: encodings, stripped notebooks, no foreign traces."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

PYTHON_FOLDERS = ("src", "tests", "benchmarks", "scripts")
NOTEBOOK_LIMIT_BYTES = 50_000


# What .gitignore leaves out, for a copy of the sources without git.
IGNORED = {"build", "dist", "htmlcov", "node_modules", "__pycache__"}


def kept_without_git(file: Path) -> bool:
    parts = file.relative_to(ROOT).parts
    hidden = any(part.startswith(".") for part in parts[:-1] if part != ".ci")
    made = IGNORED & set(parts) or file.suffix in {".pyc", ".nbi", ".nbc"} or file.name == ".git"
    data = parts[0] == "data" and parts[2:] != ("README.md",)
    return file.is_file() and not (hidden or made or data)


def repository_files() -> list[Path]:
    """Files that git tracks, or would track: what is ignored never leaves the machine."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return sorted(file for file in ROOT.rglob("*") if kept_without_git(file))
    names = listed.stdout.decode("utf-8").split("\0")
    return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())


FILES = repository_files()
NOTEBOOKS = [file for file in FILES if file.suffix == ".ipynb"]
PYTHON_FILES = [
    file
    for file in FILES
    if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in PYTHON_FOLDERS
]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def text_of(file: Path) -> str | None:
    """Text of a file, or nothing if it is binary."""
    content = file.read_bytes()
    return None if b"\0" in content else content.decode("utf-8")


# Text is opened with a named encoding, so that Windows reads what Linux wrote.


# Last part of the called name -> position of the mode, default mode.
OPENERS = {"open": (0, "r"), "fdopen": (1, "r"), "TemporaryFile": (0, "w+b")}
OPENERS["NamedTemporaryFile"] = OPENERS["TemporaryFile"]
# These open bytes, whatever the mode says; the compressed ones open text only with a "t".
BYTE_OPENERS = {"rasterio", "os", "Image", "tarfile", "memory", "archive"}
COMPRESSED = {"gzip", "bz2", "lzma"}


def opens_text(call: ast.Call, owner: str, last: str) -> bool:
    """Whether a call to some kind of open opens text."""
    if last == "open" and owner in BYTE_OPENERS:
        return False
    position, default = OPENERS[last]
    if last == "open" and owner in {"", "io", *COMPRESSED}:
        position = 1  # the builtin and its kin take the file first
    given = [word.value for word in call.keywords if word.arg == "mode"]
    given += call.args[position : position + 1]
    if position == 0 and last == "open" and given and not isinstance(given[0], ast.Constant):
        return False  # Path.open takes a mode; this is an open of some other thing
    mode = default if not given else str(getattr(given[0], "value", "unknown"))
    return "t" in mode if owner in COMPRESSED else "b" not in mode


def lacks_encoding(call: ast.Call) -> bool:
    """Whether a call opens text without naming the encoding."""
    keywords = {word.arg for word in call.keywords}
    if "encoding" in keywords or None in keywords:
        return False
    owner, _, last = ast.unparse(call.func).rpartition(".")
    if last in OPENERS:
        return opens_text(call, owner, last)
    if last in {"read_text", "write_text"}:
        return len(call.args) < (1 if last == "read_text" else 2)
    return owner == "subprocess" and bool({"text", "universal_newlines"} & keywords)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("open(p)", True),
        ("open(p, 'w')", True),
        ("open(p, 'rb')", False),
        ("open(p, mode='wb')", False),
        ("open(p, mode)", True),
        ("open(p, encoding='utf-8')", False),
        ("p.open()", True),
        ("p.open('wb')", False),
        ("visitor.open(page)", False),
        ("rasterio.open(p)", False),
        ("archive.open('a')", False),
        ("gzip.open(p)", False),
        ("gzip.open(p, 'rt')", True),
        ("p.read_text()", True),
        ("p.read_text('utf-8')", False),
        ("p.write_text(t)", True),
        ("p.write_text(t, encoding='utf-8')", False),
        ("os.fdopen(3, 'wb')", False),
        ("os.fdopen(3)", True),
        ("tempfile.NamedTemporaryFile()", False),
        ("tempfile.NamedTemporaryFile('w')", True),
        ("subprocess.run(c, text=True)", True),
        ("subprocess.run(c, encoding='utf-8')", False),
        ("p.read_bytes()", False),
    ],
)
def test_missing_encoding_is_noticed(code: str, *, expected: bool) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert lacks_encoding(call) is expected


def calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_text_is_opened_with_an_encoding() -> None:
    assert PYTHON_FILES
    nameless = [
        f"{relative(file)}:{call.lineno} {ast.unparse(call)}"
        for file in PYTHON_FILES
        for call in calls(file)
        if lacks_encoding(call)
    ]
    assert not nameless, "\n".join(nameless)


# Notebooks: the source only, small, one cell of parameters.


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("file", NOTEBOOKS, ids=relative)
def test_notebook_is_stripped_and_small(file: Path) -> None:
    assert file.stat().st_size <= NOTEBOOK_LIMIT_BYTES
    notebook = json.loads(file.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert [cell["outputs"] for cell in code] == [[]] * len(code)
    assert {cell["execution_count"] for cell in code} == {None}
    assert "widgets" not in notebook["metadata"]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=relative)
def test_notebook_has_one_cell_of_parameters_and_no_functions(file: Path) -> None:
    notebook = json.loads(file.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    assert "PHUSONG_STUDY" in "".join(tagged[0]["source"])
    source = "\n".join("".join(cell["source"]) for cell in code)
    assert not re.search(r"^\s*(def|class|%run)\b", source, flags=re.MULTILINE)


# Nothing in the repository says where it was made, or where its packages come from.

# Written in pieces, so that this file passes its own test.
MACHINE_PATHS = re.compile(
    "(?<![\\w.}])/" + "(?:work|tmp|root|home/[a-z]+|Users/[A-Za-z]+|mnt|opt/[a-z]+)" + r"(?:/|\b)"
    r"|[A-Z]:\\" + "Users"
)
REGISTRY_HOSTS = re.compile(
    "|".join(
        re.escape(host)
        for host in (
            "pypi" + ".org",
            "python" + "hosted.org",
            "registry." + "npmjs",
            "anaconda" + ".org",
            "anaconda" + ".com",
            "un" + "pkg.com",
        )
    )
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("see /" + "work/plan", True),
        ("open('/" + "tmp/x')", True),
        ("C:\\" + "Users\\an", True),
        ("/" + "home/an/phusong", True),
        ("../work/plan", False),
        ("src/coverage/phusong", False),
        ("<br/>work", False),
    ],
)
def test_machine_paths_are_noticed(line: str, *, expected: bool) -> None:
    assert bool(MACHINE_PATHS.search(line)) is expected


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["paths", "registries"])
def test_no_trace_of_machines_or_registries(pattern: re.Pattern[str]) -> None:
    found = [
        f"{relative(file)}:{number} {match.group()}"
        for file in FILES
        if (content := text_of(file)) is not None
        for number, line in enumerate(content.splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert not found, "\n".join(found)


def test_text_ends_lines_the_same_way() -> None:
    # Vendored assets stay byte for byte as their publishers made them (.gitattributes).
    crlf = [
        relative(file)
        for file in FILES
        if "/assets/" not in relative(file) and text_of(file) and b"\r\n" in file.read_bytes()
    ]
    assert not crlf


# Data stays out; the licence stays in.


def test_data_folders_hold_only_their_readme() -> None:
    tracked = {relative(file) for file in FILES if relative(file).startswith("data/")}
    assert tracked == {"data/raw/README.md", "data/processed/README.md"}


def test_no_large_files() -> None:
    # Inputs are generated or fetched, never committed; the largest text is the lock file.
    large = {relative(file): file.stat().st_size for file in FILES if file.stat().st_size > 400_000}
    assert not large


def test_licence_is_mit() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License\n")
    assert "Permission is hereby granted, free of charge" in licence
    assert "WITHOUT WARRANTY OF ANY KIND" in licence
