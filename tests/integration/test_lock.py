"""Two runs in one folder at once: the second is refused, and a killed one holds nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from phusong.errors import StoreError
from phusong.store.lock import alone_in, lock_of
from runs import in_one_line, invoke, started
from synthetic import write_region

HOLD = """
import sys, time
from pathlib import Path
from phusong.store.lock import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a folder, and is killed at the end of the block."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with holder(folder) as process:
        told = rf"process {process.pid} on .*, since 20"
        with pytest.raises(StoreError, match=told), alone_in(folder):
            pytest.fail("both hold it")


def test_killed_process_holds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with holder(folder):
        pass
    with alone_in(folder):
        assert str(os.getpid()) in lock_of(folder).read_text(encoding="utf-8")
    assert not lock_of(folder).exists()
    with alone_in(folder):
        pass


def test_damaged_lock_file_does_not_matter(tmp_path: Path) -> None:
    lock_of(tmp_path / "out").write_text("{nonsense", encoding="utf-8")
    with alone_in(tmp_path / "out"):
        pass


@pytest.mark.parametrize("command", ["run", "report", "calibrate"])
def test_commands_that_write_are_refused(tmp_path: Path, command: str) -> None:
    made = write_region(tmp_path)
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "x.csv"\nsource = "y"\n')
    with holder(made.output):
        result = invoke(command, made.study)
    assert result.exit_code == 2
    assert "another run is writing to" in in_one_line(result.stderr)
    assert not made.output.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a process")
def test_run_lets_go_when_it_is_stopped(tmp_path: Path) -> None:
    made = write_region(tmp_path)
    process = started("run", made.study, "--no-notebooks", cwd=tmp_path)
    while not lock_of(made.output).exists():
        assert process.poll() is None, "the run ended before it held the folder"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate()
    with alone_in(made.output):
        pass
