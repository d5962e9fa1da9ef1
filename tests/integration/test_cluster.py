"""Path losses on a Dask cluster: the same bytes, and what happens when parts of it are lost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import psutil
import pytest
from distributed import Client

import phusong
import phusong.cluster
from cluster_workers import dies_at_seven, dies_once, fails_once, squared, waits
from conftest import ROOT
from phusong.analysis.gaps import service_class
from phusong.cluster import Cluster, cluster_at, is_open_to_others
from phusong.errors import ClusterError
from phusong.pipeline.begin import start
from phusong.pipeline.gap_tasks import counted, drawn
from phusong.pipeline.gaps import confidence
from phusong.pipeline.reach import reach
from phusong.pipeline.stored_reach import see
from phusong.pipeline.workers import check_workers
from runs import clean_environment, copied, digests, in_one_line, invoke, run_here
from schedulers import address_told_in
from synthetic import Region, write_region

TESTS = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "coverage"
HERE = ("--host", "127.0.0.1")
QUIET = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
UNTIL_S = 240.0
"""Longest wait for workers to start; a limit for broken ones, not a measurement."""


@pytest.fixture(scope="module")
def finds_tasks() -> Iterator[None]:
    """Workers that are started here find the tests' own tasks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{SOURCES}{os.pathsep}{TESTS}")
        yield


@pytest.fixture(scope="module")
def two_workers(finds_tasks: None) -> Iterator[Cluster]:
    """Two worker processes on this machine."""
    with cluster_at("local", workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def plain(plain_run: Region) -> Region:
    """The invented region computed by this process alone."""
    return plain_run


def losses(region: Region) -> dict[str, bytes]:
    folder = region.output / "cache" / "path-loss"
    return {f.name: f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def dask(*arguments: str, sources: Path = SOURCES) -> subprocess.Popen[bytes]:
    """Start a scheduler or a worker as an administrator does."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *arguments, *QUIET]
        if arguments[0].startswith("--host")
        else [sys.executable, "-m", "distributed.cli.dask_worker", *arguments, *HERE, *QUIET],
        env=clean_environment(PYTHONPATH=f"{sources}{os.pathsep}{TESTS}"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def connected(address: str, *, workers: int, seconds: float = UNTIL_S) -> Client:
    client = Client(address, timeout=seconds, set_as_default=False)
    client.wait_for_workers(workers, timeout=seconds)
    return client


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A scheduler process with one worker process, and the address of it."""
    processes = [scheduler_telling(tmp_path / "scheduler.json")]
    try:
        address = address_told_in(tmp_path / "scheduler.json", processes[0])
        processes.append(dask(address, "--nthreads", "1"))
        yield address, processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def scheduler_telling(file: Path) -> subprocess.Popen[bytes]:
    """A scheduler that writes into a file where it is."""
    return dask("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))


# The same bytes


def test_a_cluster_gives_the_bytes_of_one_process(
    tmp_path: Path, plain: Region, two_workers: Cluster
) -> None:
    region = write_region(tmp_path / "r")
    study = phusong.open_study(region.study)
    reached = phusong.reach(study, client=two_workers.client)
    found = phusong.gaps(study, reached, client=two_workers.client)
    phusong.plan(study, found, client=two_workers.client)
    computed = [line for line in study.history if line.startswith("path loss")]
    assert computed[0] == "path loss: 4 masts computed, 0 reused"
    assert losses(region) == losses(plain)
    ours, theirs = digests(region.output), digests(plain.output)
    steps = ("reach/", "gaps/", "plan/")
    assert {name for name in ours if name.startswith(steps)} >= {"plan/priorities.csv"}
    assert {n: d for n, d in ours.items() if n.startswith(steps)} == {
        n: d for n, d in theirs.items() if n.startswith(steps) and n in ours
    }


class Here:
    """A cluster of one worker, which is this process."""

    cores = 1

    def on_each_worker(self, question: Any) -> dict[str, Any]:
        return {"here": question()}

    def in_order(self, work: Any, tasks: Any) -> Iterator[Any]:
        return map(work, tasks)


def test_a_worker_that_sees_other_rasters_than_the_run_is_told(
    tmp_path: Path, plain: Region
) -> None:
    region = copied(plain, tmp_path / "r")
    session = start(phusong.open_study(region.study), cluster=Here())  # type: ignore[arg-type]
    reached, sure = reach(session), confidence(session.study)
    assert drawn(session, reached, sure) is not None
    file = next((region.output / "reach").rglob("any-lte-probability.tif"))
    file.write_bytes(file.read_bytes() + b" ")
    session.token = "another"
    classes = {key: service_class(layer, sure) for key, layer in reached.layers.items()}
    for ask in (lambda: drawn(session, reached, sure),
                lambda: counted(session, reached, classes, sure)):  # fmt: skip
        see.cache_clear()
        with pytest.raises(ClusterError, match=r"any-lte-probability.*a disk that all of them"):
            ask()


def test_what_is_kept_is_not_sent_to_workers(
    tmp_path: Path, plain: Region, two_workers: Cluster
) -> None:
    region = write_region(tmp_path / "r")
    shutil.copytree(plain.output / "cache", region.output / "cache")
    study = phusong.open_study(region.study)
    phusong.reach(study, client=two_workers.client)
    assert "path loss: 0 masts computed, 4 reused" in study.history


def test_a_run_on_a_local_cluster(tmp_path: Path, plain: Region) -> None:
    region = write_region(tmp_path / "r")
    run_here(region, "--cluster", "local")
    assert digests(region.output) == digests(plain.output)


# Workers and tasks that are lost


def test_results_come_in_the_order_of_the_tasks(two_workers: Cluster) -> None:
    assert list(two_workers.in_order(squared, range(40))) == [n * n for n in range(40)]


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path, two_workers: Cluster) -> None:
    tasks = [(number, str(tmp_path)) for number in range(12)]
    assert list(two_workers.in_order(dies_once, tasks)) == list(range(12))
    assert (tmp_path / "killed").exists()


def test_a_passing_fault_of_the_disk_is_tried_again(tmp_path: Path, two_workers: Cluster) -> None:
    tasks = [(number, str(tmp_path)) for number in range(6)]
    assert list(two_workers.in_order(fails_once, tasks)) == list(range(6))


def test_a_task_that_kills_every_worker_is_named_and_the_rest_is_kept(
    two_workers: Cluster,
) -> None:
    results = two_workers.in_order(dies_at_seven, range(12), called=lambda n: f"mast {n}")
    done = []
    with pytest.raises(ClusterError, match="mast 7 ended every worker that tried it"):
        done.extend(results)
    two_workers.client.wait_for_workers(2, timeout=UNTIL_S)
    assert list(two_workers.in_order(squared, [3])) == [9]


@pytest.mark.usefixtures("finds_tasks")
def test_a_worker_is_waited_for_however_long_its_start_takes() -> None:
    """On a busy machine that is longer than Dask waits by itself before it gives a worker up."""
    impatient = {"distributed.deploy.lost-worker-timeout": "10ms"}
    with distributed.dask.config.set(impatient), cluster_at("local", workers=1) as cluster:
        (worker,) = cluster.on_each_worker(os.getpid).values()
        os.kill(worker, signal.SIGKILL)
        assert list(cluster.in_order(squared, range(3))) == [0, 1, 4]


def test_workers_killed_during_a_study_change_no_byte(tmp_path: Path, plain: Region) -> None:
    region = write_region(tmp_path / "r")
    study = phusong.open_study(region.study)
    with cluster_at("local", workers=2) as cluster:
        victims = list(cluster.on_each_worker(os.getpid).values())
        killed = []

        def progress(what: str, done: int, total: int) -> None:
            if victims:
                killed.append(victims.pop())
                os.kill(killed[-1], signal.SIGKILL)

        phusong.reach(study, client=cluster.client, progress=progress)
    assert len(killed) == 2
    ours = digests(region.output)
    assert ours
    theirs = digests(plain.output)
    assert {name: theirs[name] for name in ours} == ours


def test_a_fault_in_the_input_is_told_as_without_a_cluster(
    tmp_path: Path, two_workers: Cluster
) -> None:
    region = write_region(tmp_path / "r", towers={(2, "latitude"): "95"})
    with pytest.raises(Exception, match="latitude"):
        phusong.reach(phusong.open_study(region.study), client=two_workers.client)


# The scheduler


def test_a_lost_scheduler_is_told_and_the_rest_can_be_computed_without_it(
    tmp_path: Path, plain: Region, scheduler: tuple[str, Any]
) -> None:
    address, processes = scheduler
    region = write_region(tmp_path / "r")
    study = phusong.open_study(region.study)
    with connected(address, workers=1) as client:
        results = Cluster(client).in_order(waits, range(30))
        assert next(results) == 0
        processes[0].kill()
        with pytest.raises(ClusterError, match="Run the same command again"):
            list(results)
    phusong.reach(study)
    ours, theirs = digests(region.output), digests(plain.output)
    assert ours == {name: theirs[name] for name in ours}


def test_nothing_answers_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phusong.cluster, "SECONDS_TO_WAIT", 1.0)
    region = write_region(tmp_path / "r")
    with socket.socket() as held:  # nobody else gets the port, and nobody listens at it
        held.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        result = invoke("run", region.study, "--scheduler", address)
    assert result.exit_code == 2
    assert f"Is the scheduler at {address} still there" in in_one_line(result.output)


def test_a_scheduler_without_workers_says_how_to_start_one(tmp_path: Path) -> None:
    process = scheduler_telling(tmp_path / "scheduler.json")
    try:
        with (
            pytest.raises(ClusterError, match="has no workers; start some with: dask worker"),
            cluster_at(address_told_in(tmp_path / "scheduler.json", process)),
        ):
            pass
    finally:
        process.kill()
        process.wait()


# Workers that would give other results


def test_a_worker_with_another_version_is_refused(
    tmp_path: Path, scheduler: tuple[str, Any]
) -> None:
    address, processes = scheduler
    older = tmp_path / "older"
    shutil.copytree(
        SOURCES / "phusong", older / "phusong",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip
    version = older / "phusong" / "version.py"
    text = version.read_text(encoding="utf-8")
    version.write_text(text.replace(phusong.__version__, "0.0.1"), encoding="utf-8")
    processes.append(dask(address, "--nthreads", "1", sources=older))
    with (
        connected(address, workers=2) as client,
        pytest.raises(ClusterError, match=r"it has phusong 0\.0\.1 \(here "),
    ):
        check_workers(Cluster(client))


def test_a_worker_that_joins_late_with_other_code_is_refused(
    tmp_path: Path, two_workers: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phusong.pipeline.losses.maker_key", lambda: "other")
    region = write_region(tmp_path / "r")
    with pytest.raises(ClusterError, match="a worker that has joined would give other results"):
        phusong.reach(phusong.open_study(region.study), client=two_workers.client)


def test_a_worker_that_keeps_its_files_elsewhere_is_told(
    tmp_path: Path, two_workers: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phusong.pipeline.losses.keep_losses", squared_instead)
    region = write_region(tmp_path / "r")
    with pytest.raises(ClusterError, match="on a disk that all of them share"):
        phusong.reach(phusong.open_study(region.study), client=two_workers.client)


def squared_instead(task: object) -> None:
    """Stands for a worker whose disk is its own."""


squared_instead.__module__ = "cluster_workers"


# Who may give orders


def test_a_local_cluster_listens_to_this_machine_alone(two_workers: Cluster) -> None:
    this = psutil.Process()
    heard = {
        connection.laddr.ip
        for process in (this, *this.children(recursive=True))
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert heard == {"127.0.0.1"}
    assert not is_open_to_others(two_workers.address)


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("tcp://10.0.0.5:8786", True),
        ("tcp://scheduler.example:8786", True),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:8786", False),
        ("tls://10.0.0.5:8786", False),
    ],
)
def test_who_reaches_a_scheduler_without_tls_gives_orders(address: str, is_open: bool) -> None:
    assert is_open_to_others(address) is is_open


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--cluster", "local", "--scheduler", "tcp://127.0.0.1:1"), "not both"),
        (("--cluster", "cloud"), "only local is known"),
    ],
)
def test_wrong_words_are_told(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    region = write_region(tmp_path / "r")
    result = invoke("run", region.study, *options)
    assert result.exit_code == 2
    assert message in in_one_line(result.output)


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"phusong\[cluster\]"), cluster_at("local"):
        pass
