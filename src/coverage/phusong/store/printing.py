"""Pages printed as PDF by a browser that is on the machine: no network, same bytes each time."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from phusong.errors import StoreError
from phusong.store.files import write_bytes

VARIABLE = "PHUSONG_BROWSER"
"""Environment variable that names the browser to print with; empty to print nothing."""
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
"""What browsers that print from the command line are called."""
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_ARGUMENTS = (
    "--headless", "--disable-gpu", "--disable-quic", "--disable-sync", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--no-first-run",
    "--no-default-browser-check", "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # not even by mistake
)  # fmt: skip
LONGEST_S = 120.0
"""A browser that prints longer than this is stopped [s]."""
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)(\d{14})([^)]*\))")
_FIXED_DATE = b"20000101000000"
_CREATOR = re.compile(rb"/Creator \((?:[^()\\]|\\.)*\)")
_MAKER = b"/Creator (Phusong)"
_IDENTITY = re.compile(rb"(/ID\s*\[\s*<)([0-9A-Fa-f]+)(>\s*<)([0-9A-Fa-f]+)(>\s*\])")


def find_browser(environment: Mapping[str, str] | None = None) -> str | None:
    """The browser that prints.

    Parameters
    ----------
    environment
        Variables; those of this process by default.

    Returns
    -------
    str or None
        What ``PHUSONG_BROWSER`` names, else a Chromium, Chrome or Edge that is installed; None
        where there is none, or where the variable is empty.
    """
    variables = os.environ if environment is None else environment
    named = variables.get(VARIABLE)
    if named is not None:
        return named or None
    on_path = (shutil.which(name, path=variables.get("PATH")) for name in NAMES)
    return next(filter(None, (*on_path, *(p for p in _PLACES if Path(p).is_file()))), None)


def refused() -> bool:
    """Whether the user wants nothing printed.

    Returns
    -------
    bool
        The variable ``PHUSONG_BROWSER`` is there, and empty.
    """
    return os.environ.get(VARIABLE) == ""


def print_pdf(
    file: Path, page: str, *, browser: str, fragment: str = "", timeout_s: float = LONGEST_S
) -> None:
    """Print a self-contained page as PDF, whole or not at all.

    Parameters
    ----------
    file
        Where to.
    page
        The page; nothing that it loads may lie outside of it.
    browser
        Program, as :func:`find_browser` gives it.
    fragment
        What stands after ``#`` in the address that is printed; empty for nothing.
    timeout_s
        The browser is stopped after this time, > 0 [s].

    Raises
    ------
    StoreError
        The browser does not start, takes too long, or leaves no PDF.
    """
    with tempfile.TemporaryDirectory(prefix="phusong-print-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, printed = folder / "page.html", folder / "page.pdf"
        source.write_bytes(page.encode("utf-8"))
        # Chromium refuses its sandbox to root; anybody else keeps it.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        address = source.as_uri() + (f"#{fragment}" if fragment else "")
        _run(
            [
                browser, *_ARGUMENTS, *(["--no-sandbox"] if root else []),
                f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={printed}", address,
            ],
            timeout_s=timeout_s,
        )  # fmt: skip
        if not printed.is_file():
            raise StoreError(f"{browser} wrote no PDF; name another browser in {VARIABLE}")
        content = timeless(printed.read_bytes())
    write_bytes(file, content)


def timeless(pdf: bytes) -> bytes:
    """A PDF without what differs from one printing to the next.

    Parameters
    ----------
    pdf
        The file as a browser wrote it.

    Returns
    -------
    bytes
        As long as before, so that its table of offsets stays true: fixed dates, no identity, and
        no description of the machine.

    Raises
    ------
    StoreError
        It is no PDF whose dates can be found.
    """
    if not pdf.startswith(b"%PDF-") or not _DATES.search(pdf):
        raise StoreError(
            f"the browser wrote no PDF that is the same each time; name another one in {VARIABLE}"
        )
    fixed = _DATES.sub(lambda date: date[1] + _FIXED_DATE + _utc(date[3]), pdf)
    fixed = _CREATOR.sub(_made_by, fixed, count=1)
    # Cells are numbered as the browser happened to make them; their order says the same.
    ranks = {name: rank for rank, name in enumerate(sorted(set(_NODE.findall(fixed))))}
    fixed = _NODE.sub(lambda node: b"(node%08d)" % ranks[node[1]], fixed)
    return _IDENTITY.sub(lambda i: i[1] + b"0" * len(i[2]) + i[3] + b"0" * len(i[4]) + i[5], fixed)


_NODE = re.compile(rb"\(node(\d{8})\)")


def _utc(zone: bytes) -> bytes:
    """The time zone of no offset, as long as the one that was there."""
    return re.sub(rb"\d", b"0", zone).replace(b"-", b"+")


def _made_by(found: re.Match[bytes]) -> bytes:
    return _MAKER.ljust(len(found[0])) if len(found[0]) >= len(_MAKER) else found[0]


def _run(command: list[str], *, timeout_s: float) -> None:
    """Run a program of which nothing is left when it takes too long."""
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError as error:
        raise StoreError(
            f"cannot start {command[0]}: {error.strerror}; name a browser in {VARIABLE}"
        ) from None
    try:
        process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise StoreError(f"{command[0]} printed nothing within {timeout_s:g} s") from None
    finally:
        if process.poll() is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a program with everything that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
