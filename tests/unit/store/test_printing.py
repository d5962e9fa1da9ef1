"""Printing by a browser: which one, what when it fails, and bytes that tell no time."""

import stat
import sys
import time
from pathlib import Path

import psutil
import pytest

from phusong.errors import StoreError
from phusong.store.printing import find_browser, print_pdf, timeless

PDF = (
    b"%PDF-1.4\n1 0 obj\n<</Creator (Mozilla/5.0 \\(X11; Linux\\) HeadlessChrome/1)\n"
    b"/Producer (Skia/PDF m1)\n/CreationDate (D:20261125234904+07'00')\n"
    b"/ModDate (D:20261125234905+07'00')>>\nendobj\ntrailer\n"
    b"<</Size 2 /ID [<AB01> <CD02>]>>\nstartxref\n9\n%%EOF\n"
)
PAGE = "<!DOCTYPE html><html><head></head><body>Phủ sóng</body></html>"


def program(folder: Path, body: str) -> str:
    """A browser that does what a few lines of Python say."""
    file = folder / "trình duyệt"
    file.write_text(f"#!{sys.executable}\nimport sys, time, pathlib\n{body}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; nobody may have asked how."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


WRITES = (
    "to = next(a for a in sys.argv if a.startswith('--print-to-pdf=')).partition('=')[2]\n"
    f"pathlib.Path(to).write_bytes({PDF!r} + repr([a for a in sys.argv[1:]]).encode())"
)


def test_the_variable_goes_first(tmp_path: Path) -> None:
    installed = tmp_path / "chromium"
    installed.write_text("#!/bin/sh\n", encoding="utf-8")
    installed.chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert find_browser(path) == str(installed)
    assert find_browser({**path, "PHUSONG_BROWSER": "other-browser"}) == "other-browser"
    assert find_browser({**path, "PHUSONG_BROWSER": ""}) is None


def test_a_pdf_tells_no_time_and_keeps_its_offsets() -> None:
    other = PDF.replace(b"20261125", b"20270301").replace(b"AB01", b"9999")
    fixed = timeless(PDF)
    assert fixed == timeless(other)
    assert len(fixed) == len(PDF)
    assert fixed.count(b"(D:20000101000000+00'00')") == 2
    assert b"Mozilla" not in fixed
    assert b"/Creator (Phusong) " in fixed
    assert b"/Producer (Skia/PDF m1)" in fixed


def test_cells_are_numbered_by_their_order() -> None:
    """The browser counts what it makes on the way, and makes one more at times."""
    cells = b"<</ID (node00000%s)>><</Headers [(node00000%s)]>><</ID (node00000%s)>>"
    first, second = (timeless(PDF + cells % ids)
                     for ids in ((b"142", b"142", b"150"), (b"143", b"143", b"151")))  # fmt: skip
    assert first == second
    assert first.endswith(cells % (b"000", b"000", b"001"))


@pytest.mark.parametrize("content", [b"", b"<html>", b"%PDF-1.4\nno dates"])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(StoreError, match="no PDF that is the same each time"):
        timeless(content)


@pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")
class TestPrinting:
    """A program that stands for a browser."""

    def test_it_prints_a_page_from_disk_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "ra" / "tóm tắt.pdf"
        print_pdf(file, PAGE, browser=program(tmp_path, WRITES), fragment="lang=vi")
        told = file.read_bytes().decode("utf-8")
        assert "page.html#lang=vi'" in told
        assert "--host-resolver-rules=MAP * ~NOTFOUND" in told
        assert "--user-data-dir=" in told
        assert [f.name for f in file.parent.iterdir()] == [file.name]

    def test_one_that_hangs_is_stopped(self, tmp_path: Path) -> None:
        """With what it has started, however long it takes to start it."""
        started = tmp_path / "started"
        child = (
            "import subprocess\n"
            "late = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            f"told = pathlib.Path({str(tmp_path / 'telling')!r})\n"
            "told.write_text(str(late.pid))\n"
            f"told.rename({str(started)!r})\n"
            "time.sleep(600)"
        )
        patience_s = 1.0
        while not started.exists():
            with pytest.raises(StoreError, match=f"printed nothing within {patience_s:.0f} s"):
                print_pdf(
                    tmp_path / "a.pdf", PAGE, browser=program(tmp_path, child),
                    timeout_s=patience_s,
                )  # fmt: skip
            patience_s *= 2
        assert not (tmp_path / "a.pdf").exists()
        left = int(started.read_text(encoding="utf-8"))
        for _ in range(1000):
            if is_gone(left):
                break
            time.sleep(0.01)
        assert is_gone(left), "what the browser had started goes on"

    def test_one_that_writes_nothing_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="wrote no PDF; name another browser in PHUSONG_BROW"):
            print_pdf(tmp_path / "a.pdf", PAGE, browser=program(tmp_path, "sys.exit(3)"))

    def test_one_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="cannot start /nowhere/chrome: No such file"):
            print_pdf(tmp_path / "a.pdf", PAGE, browser="/nowhere/chrome")
