"""Where the work runs, beyond this process: the workers of a Dask scheduler."""

import contextlib
import ipaddress
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from phusong.errors import ClusterError, PhusongError

LOCAL = "local"
SECONDS_TO_WAIT = 20.0
RETRIES = 2
AHEAD = 4
LOCAL_WORKERS = {
    # Dask has glibc give back every freed array at once; each mast then faults its pages in again.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 16 * 1024**2,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 32 * 1024**2,
    # A hundred looks a second at what a task does, fifty at its own loop, ten at its memory.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.memory.monitor-interval": "500ms",
    # A worker that was lost is started again, which takes its time on a busy machine: after 15 s
    # Dask would give it up for good, and wait for ever where it was the last.
    "distributed.deploy.lost-worker-timeout": "1h",
}
"""Dask's configuration of workers that are started here: a third of their work, else."""
Task = TypeVar("Task")
Result = TypeVar("Result")


class Cluster:
    """Workers that do tasks for this process.

    Parameters
    ----------
    client
        A ``distributed.Client``; whoever made it closes it.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.cores = sum(client.nthreads().values())
        if not self.cores:
            raise ClusterError(
                f"the scheduler at {self.address} has no workers; start some with: "
                f"dask worker {self.address} --nthreads 1"
            )

    @property
    def address(self) -> str:
        """Address of the scheduler."""
        return str(self.client.scheduler.address)

    def on_each_worker(self, question: Callable[[], Result]) -> dict[str, Result]:
        """Ask every worker that is there now.

        Parameters
        ----------
        question
            A function that workers can import.

        Returns
        -------
        dict
            Answer by the worker's address, in the order of the addresses.

        Raises
        ------
        ClusterError
            A worker cannot answer.
        """
        with _troubles_told(self.address):
            answers = self.client.run(question)
        return {worker: answers[worker] for worker in sorted(answers)}

    def in_order(
        self,
        work: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        called: Callable[[Task], str] = str,
    ) -> Iterator[Result]:
        """Do tasks on the workers, and hand their results over in the order of the tasks.

        A task whose worker is lost is done again by another one. At most four tasks for each
        core are sent ahead, so that neither side holds all of them.

        Parameters
        ----------
        work
            Does one task; a function that workers can import.
        tasks
            The tasks; they travel to the workers.
        called
            What a task is called in an error message.

        Yields
        ------
        Result
            One for each task, in the order of the tasks whatever the number of workers.

        Raises
        ------
        ClusterError
            The scheduler is lost, or a task takes every worker with it that tries it.
        """
        sent: deque[tuple[Task, Any]] = deque()
        try:
            for task in tasks:
                sent.append((task, self._send(work, task)))
                if len(sent) >= AHEAD * self.cores:
                    yield self._taken(*sent.popleft(), called)
            while sent:
                yield self._taken(*sent.popleft(), called)
        finally:
            with contextlib.suppress(Exception):
                self.client.cancel([future for _, future in sent])

    def _send(self, work: Callable[[Task], Result], task: Task) -> Any:
        with _troubles_told(self.address):
            return self.client.submit(work, task, pure=False, retries=RETRIES)

    def _taken(self, task: Task, future: Any, called: Callable[[Task], str]) -> Any:
        with _troubles_told(self.address, called(task)):
            return future.result()


@contextlib.contextmanager
def _troubles_told(address: str, task: str = "") -> Iterator[None]:
    """Turn what Dask raises into one message that says what to do."""
    import distributed  # noqa: PLC0415

    try:
        yield
    except PhusongError:
        raise
    except distributed.KilledWorker as trouble:
        raise ClusterError(
            f"{task or 'a task'} ended every worker that tried it: out of memory, or a fault in "
            "its input; look at the workers' own output, give each more memory, or run without "
            "a cluster. What was finished is kept"
        ) from trouble
    except (ImportError, AttributeError) as trouble:
        raise ClusterError(
            f"a worker of {address} cannot run this Phusong ({trouble}); install the same version "
            "in the environment of every worker"
        ) from trouble
    except (OSError, TimeoutError, distributed.CancelledError) as trouble:
        during = f"{task}: " if task else ""
        raise ClusterError(
            f"{during}{type(trouble).__name__}: {trouble}. Is the scheduler at "
            f"{address} still there, and can its workers write to the study's output folder? "
            "Run the same command again: what was finished is kept"
        ) from trouble


@contextlib.contextmanager
def cluster_at(where: str, *, workers: int = 1) -> Iterator[Cluster]:
    """Use a cluster for a while.

    Parameters
    ----------
    where
        ``local`` starts worker processes on this machine, whose scheduler listens to this
        machine alone; else the address of a scheduler, as ``tcp://10.0.0.5:8786`` or, with the
        certificates that Dask's configuration names, ``tls://10.0.0.5:8786``.
    workers
        Processes to start when ``local``.

    Yields
    ------
    Cluster
        The cluster; workers started here end with it.

    Raises
    ------
    ClusterError
        Dask is not installed, or nothing answers at the address.
    """
    try:
        import distributed  # noqa: PLC0415
    except ImportError as trouble:
        raise ClusterError(
            "a cluster needs Dask: python -m pip install 'phusong[cluster]'"
        ) from trouble
    with contextlib.ExitStack() as opened:
        if where == LOCAL:
            opened.enter_context(distributed.dask.config.set(LOCAL_WORKERS))
            started = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs="ERROR",
            )
            where = opened.enter_context(started).scheduler_address
        with _troubles_told(where):
            _refuse_without_certificate(where)
            client = opened.enter_context(
                distributed.Client(where, timeout=SECONDS_TO_WAIT, set_as_default=False)
            )
        yield Cluster(client)


def _refuse_without_certificate(address: str) -> None:
    """Refuse to ask over TLS without a certificate: Dask would end in a traceback."""
    import distributed  # noqa: PLC0415

    if urlsplit(address).scheme != "tls":
        return
    if distributed.Security().get_connection_args("client").get("ssl_context") is None:
        raise ClusterError(
            f"{address} asks for a certificate, and Dask's configuration on this machine "
            "names none; see docs/cluster.md"
        )


def is_open_to_others(address: str) -> bool:
    """Whether a scheduler takes orders from other machines without asking who they are.

    Parameters
    ----------
    address
        Address of a scheduler.

    Returns
    -------
    bool
        True unless it is protected by TLS, or listens to this machine alone.
    """
    parts = urlsplit(address)
    if parts.scheme in {"tls", "wss", "inproc", "unix"}:
        return False
    host = parts.hostname or ""
    with contextlib.suppress(ValueError):
        return not ipaddress.ip_address(host).is_loopback
    return host != "localhost"
