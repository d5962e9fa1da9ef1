"""Tries files of the corpus, each in a process of its own, and says in a line of JSON how it went.

``python corpus_child.py FOLDER``; the time that a case may work is limited by the system.
"""

import json
import os
import resource
import sys
import tempfile
import traceback
from pathlib import Path

from fuzz_targets import TARGETS, Good, outcome
from phusong.errors import PhusongError

MOST_CPU_S = 60
"""What takes longer is a hang; the slowest case takes a second."""


def main(corpus: Path) -> None:
    """Try every file."""
    with tempfile.TemporaryDirectory() as folder:
        good = Good(Path(folder, "r"))
        for file in sorted(corpus.glob("*/*")):
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                attempt(file, good)
            _, status = os.waitpid(child, 0)
            if status:
                tell(file, f"ended by {os.waitstatus_to_exitcode(status)}")


def attempt(file: Path, good: Good) -> None:
    """Try one file, and end this process."""
    status = 1
    try:
        made = outcome(TARGETS[file.parent.name], file.read_bytes(), good)
        tell(file, "refused" if isinstance(made, PhusongError) else "read", str(made)[:2000])
        status = 0
    except BaseException:  # noqa: BLE001 — whatever it is, a fork must not go on as its parent
        tell(file, "fault", traceback.format_exc())
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)


def tell(file: Path, how: str, words: str = "") -> None:
    """One line."""
    name = f"{file.parent.name}/{file.name}"
    sys.stdout.write(json.dumps({"file": name, "how": how, "words": words}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
