"""A cluster over TLS, with an authority of the test's own: the same bytes, and nobody else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from conftest import ROOT
from runs import clean_environment, digests, in_one_line, phusong
from schedulers import address_told_in
from synthetic import Region, write_region

SOURCES = ROOT / "src" / "coverage"
UNTIL_S = 240
"""Longest wait for other processes; a limit for broken ones, not a measurement."""
IMPATIENT = """
import phusong.cluster
from phusong.__main__ import main

phusong.cluster.SECONDS_TO_WAIT = 3.0
main()
"""
"""The command line, which gives up sooner: whoever is refused is refused until then."""
QUIET = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""As in docs/cluster.md: without an address, Dask tells of itself by HTTP to every machine."""


class Authority:
    """An authority that signs certificates, made by ``openssl``.

    Parameters
    ----------
    folder
        For its keys.
    name
        What it is called.
    """

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self.folder, self.name = folder, name
        self.certificate = folder / "ca.pem"
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", folder / "ca.key", "-out", self.certificate,
        )  # fmt: skip

    def signed(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of somebody."""
        request, key, made = (self.folder / f"{name}.{end}" for end in ("csr", "key", "pem"))
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", key, "-out", request)  # fmt: skip
        signer = ("-CA", self.certificate, "-CAkey", self.folder / "ca.key", "-CAcreateserial")
        self._openssl("x509", "-req", "-in", request, "-days", "2", *signer, "-out", made)
        return made, key

    def _openssl(self, *arguments: str | Path) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=UNTIL_S)

    def configuration(self, name: str) -> dict[str, str]:
        """Dask's configuration of a machine, as docs/cluster.md has it, as its variables."""
        certificate, key = self.signed(name)
        tls = {"CA_FILE": self.certificate}
        for role in ("CLIENT", "WORKER", "SCHEDULER"):
            tls |= {f"{role}__CERT": certificate, f"{role}__KEY": key}
        start = "DASK_DISTRIBUTED__COMM"
        named = {f"{start}__TLS__{word}": str(file) for word, file in tls.items()}
        return {f"{start}__REQUIRE_ENCRYPTION": "True", **named}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca") / "ours", "Phusong test")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca") / "theirs", "Somebody else")


def dask(what: str, *arguments: str, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, *QUIET],
        env=clean_environment(PYTHONPATH=f"{SOURCES}{os.pathsep}{ROOT / 'tests'}", **variables),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def scheduler(ours: Authority) -> Iterator[str]:
    """Address of a scheduler with one worker, both with certificates."""
    variables, told = ours.configuration("cluster"), ours.folder / "scheduler.json"
    here = ("--host", "tls://127.0.0.1")
    telling = ("--port", "0", "--scheduler-file", str(told))
    processes = [dask("scheduler", *here, *telling, variables=variables)]
    try:
        address = address_told_in(told, processes[0])
        assert address.startswith("tls://127.0.0.1:")
        processes.append(dask("worker", address, *here, "--nthreads", "1", variables=variables))
        wait_for_worker(address, variables)
        heard = [c for p in processes for c in everything_of(p) if c.status == psutil.CONN_LISTEN]
        assert {c.laddr.ip for c in heard} == {"127.0.0.1"}
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def everything_of(process: subprocess.Popen[bytes]) -> list[Any]:
    """Connections of a process and of those that it has started."""
    first = psutil.Process(process.pid)
    family = (first, *first.children(recursive=True))
    return [connection for one in family for connection in one.net_connections()]


def wait_for_worker(address: str, variables: dict[str, str]) -> None:
    code = (
        "import sys; from distributed import Client\n"
        f"with Client(sys.argv[1], timeout={UNTIL_S}) as c: c.wait_for_workers(1, {UNTIL_S})"
    )
    subprocess.run(
        [sys.executable, "-c", code, address],
        env=clean_environment(**variables), check=True, timeout=2 * UNTIL_S,
    )  # fmt: skip


def run_of(region: Region, address: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return phusong(
        "run", region.study, "--no-notebooks", "--workers", "1", "--scheduler", address,
        cwd=region.folder, variables=variables,
    )  # fmt: skip


def test_a_run_over_tls_gives_the_same_bytes(
    tmp_path: Path, ours: Authority, scheduler: str, plain_run: Region
) -> None:
    region = write_region(tmp_path / "r")
    ended = run_of(region, scheduler, **ours.configuration("analyst"))
    assert ended.returncode == 0, ended.stderr
    assert "without TLS" not in ended.stderr
    assert digests(region.output) == digests(plain_run.output)


@pytest.mark.parametrize("who", ["without a certificate", "of another authority", "without TLS"])
def test_nobody_else_is_let_in(
    tmp_path: Path, ours: Authority, theirs: Authority, scheduler: str, who: str
) -> None:
    """Told in one line, and nothing is computed."""
    region = write_region(tmp_path / "r")
    variables: dict[str, str] = {}
    if who == "of another authority":
        variables = theirs.configuration("stranger")
    elif who == "without a certificate":
        variables = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(ours.certificate)}
    address = scheduler.replace("tls://", "tcp://") if who == "without TLS" else scheduler
    ended = subprocess.run(
        [sys.executable, "-c", IMPATIENT, "run", region.study, "--scheduler", address],
        cwd=region.folder, env=clean_environment(**variables), capture_output=True,
        encoding="utf-8", timeout=2 * UNTIL_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    told = in_one_line(ended.stderr.splitlines()[-1])
    assert told.startswith("error: "), ended.stderr
    if who == "without a certificate":
        assert f"{address} asks for a certificate" in told
    else:
        assert f"Is the scheduler at {address} still there" in told
    assert not list(region.output.rglob("*.tif"))
