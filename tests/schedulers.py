"""Schedulers of Dask that choose their port themselves: a port that was free may be taken since."""

import json
import subprocess
import time
from pathlib import Path


def address_told_in(file: Path, process: subprocess.Popen[bytes]) -> str:
    """Wait until a scheduler, started with ``--port 0 --scheduler-file``, says where it is."""
    while process.poll() is None:
        try:
            return str(json.loads(file.read_text(encoding="utf-8"))["address"])
        except (FileNotFoundError, json.JSONDecodeError):  # not yet, or not yet whole
            time.sleep(0.02)
    raise AssertionError(f"the scheduler ended with status {process.returncode}")
