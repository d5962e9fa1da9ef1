"""Write requirements.lock and requirements-test.lock from pyproject.toml.

``python scripts/lock.py`` keeps every pinned version that still satisfies pyproject.toml,
``python scripts/lock.py --upgrade`` takes the newest ones. Needs the network and uv
(``python -m pip install uv``). The files hold names, versions, markers and hashes for
every supported Python and system, and no address of any package index.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"

# hatchling asks for this one only when it makes an editable install.
EDITABLE_INSTALL = "editables>=0.5"

HEADER = """\
# {what}
# Made by `python scripts/lock.py` from pyproject.toml: do not edit, run it again.
# Install with `python -m pip install --require-hashes -r {name}`.
"""


def compile_lock(requirements: list[str], *, lower_python: str, pinned: str, upgrade: bool) -> str:
    """Resolve requirements for every system and Python, with hashes.

    Parameters
    ----------
    requirements
        Requirement lines.
    lower_python
        Oldest Python to resolve for, for example ``3.11``.
    pinned
        Text of the lock to keep versions from; empty for none.
    upgrade
        Take the newest versions instead of keeping the pinned ones.

    Returns
    -------
    str
        Pinned requirements, sorted by name, each with its hashes.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.in")
        lock = Path(folder, "out.lock")
        wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        lock.write_text(pinned, encoding="utf-8")
        options = ["--universal", "--generate-hashes", "--python-version", lower_python]
        # A wheel for everything: nobody needs a compiler to install Phusong.
        options += ["--only-binary", ":all:", "--no-header", "--no-annotate", "--quiet"]
        # pip before 24 takes the newest `name[extra]` when the lock pins the bare name alone.
        options += ["--no-strip-extras"]
        options += ["--upgrade"] if upgrade else []
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            str(wanted),
            "--output-file",
            str(lock),
            *options,
        ]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return lock.read_text(encoding="utf-8")


def entries(lock: str) -> dict[str, str]:
    """Split a lock into its entries.

    Parameters
    ----------
    lock
        Text of a lock file.

    Returns
    -------
    dict
        First line of each entry (name, version, marker) -> the whole entry.
    """
    found = re.findall(r"^\w[^\n]*(?:\n[ \t]+[^\n]*)*\n", lock, flags=re.MULTILINE)
    return {entry.split("\n", 1)[0]: entry for entry in found}


def pins(first_lines: Iterable[str]) -> set[str]:
    """Name and version of each entry, without the systems that it is for.

    Parameters
    ----------
    first_lines
        First lines of entries.

    Returns
    -------
    set of str
        For example ``numpy==2.3.1``.
    """
    return {line.split(" ", 1)[0] for line in first_lines}


def write_lock(path: Path, what: str, body: str) -> None:
    """Write one lock file with its header.

    Parameters
    ----------
    path
        File to write.
    what
        First line of the header.
    body
        Options and entries.
    """
    text = HEADER.format(what=what, name=path.name) + "--only-binary :all:\n" + body
    if "://" in text:
        raise SystemExit(f"{path.name}: an address is in the lock; look at uv's configuration")
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Resolve twice, run-time first, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = parser.parse_args().upgrade

    project_file = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = project_file["project"]
    lower_python = re.search(r">=\s*([\d.]+)", project["requires-python"])
    if lower_python is None:
        raise SystemExit("requires-python in pyproject.toml has no lower bound (>=)")
    build = [*project_file["build-system"]["requires"], EDITABLE_INSTALL]
    wanted = [*project["dependencies"], *build]

    old_run, old_test = (
        path.read_text(encoding="utf-8") if path.exists() else "" for path in (RUN_LOCK, TEST_LOCK)
    )
    run = compile_lock(
        wanted,
        lower_python=lower_python[1],
        pinned="".join(entries(old_run).values()),
        upgrade=upgrade,
    )
    run_entries = entries(run)
    # The run-time pins are kept, whatever the test tools would like better.
    test = compile_lock(
        [*wanted, *project["optional-dependencies"]["test"]],
        lower_python=lower_python[1],
        pinned=run + ("" if upgrade else "".join(entries(old_test).values())),
        upgrade=False,
    )
    test_entries = entries(test)
    pinned, tested = pins(run_entries), pins(test_entries)
    if clash := sorted(pinned - tested):
        raise SystemExit(f"the test tools do not go with the run-time versions: {clash}")
    # A tool may want a run-time package on more systems: the pin is the same, the marker stays.
    extra = {key: entry for key, entry in test_entries.items() if not pins([key]) <= pinned}

    write_lock(
        RUN_LOCK, "What Phusong needs to run and to be installed.", "".join(run_entries.values())
    )
    write_lock(
        TEST_LOCK,
        "The same, and the test tools.",
        f"-r {RUN_LOCK.name}\n" + "".join(extra.values()),
    )
    sys.stdout.write(f"{len(run_entries)} + {len(extra)} packages locked\n")


if __name__ == "__main__":
    main()
