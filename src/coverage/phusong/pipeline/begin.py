"""Begin to use a study: what every step, product and notebook starts with."""

import math
import os

from phusong.cluster import Cluster
from phusong.engine import available_cores, forget_stale_kernels
from phusong.errors import DataError
from phusong.pipeline.session import Progress, Session, silent
from phusong.pipeline.workers import check_workers
from phusong.study import Study

FRESH_VARIABLE = "PHUSONG_FRESH"
CACHE_VARIABLE = "PHUSONG_CACHE_GB"
LEAST_CACHE_GB = 1e-6


def start(
    study: Study,
    *,
    workers: int | None = None,
    progress: Progress = silent,
    fresh: bool | None = None,
    cluster: Cluster | None = None,
) -> Session:
    """Begin to use a study: one session reads each input at most once.

    Parameters
    ----------
    study
        The study.
    workers
        Threads for the heavy work; every core by default.
    progress
        Is told how far the work is.
    fresh
        Compute again what is stored; by default when ``PHUSONG_FRESH`` is 1.
    cluster
        Workers that compute path losses; this machine's cores when None.

    Returns
    -------
    Session
        The study in use.

    Raises
    ------
    ClusterError
        A worker of the cluster would give other results than this process.
    """
    forget_stale_kernels()
    if cluster is not None:
        check_workers(cluster)
    if fresh is None:
        fresh = os.environ.get(FRESH_VARIABLE, "") == "1"
    return Session(
        study,
        workers=workers or available_cores(),
        progress=progress,
        fresh=fresh,
        cluster=cluster,
        most_cache_bytes=_most_cache_bytes(),
    )


def _most_cache_bytes() -> int | None:
    """Limit of the path losses that are kept, where the environment sets one."""
    asked = os.environ.get(CACHE_VARIABLE, "").strip()
    if not asked:
        return None
    try:
        most = float(asked)
    except ValueError:
        most = math.nan
    if not LEAST_CACHE_GB <= most < math.inf:
        raise DataError(
            f"{CACHE_VARIABLE}={asked} is no limit for path losses on disk; at least "
            f"{LEAST_CACHE_GB:g} GB is needed, for example 50"
        )
    return round(1e9 * most)
