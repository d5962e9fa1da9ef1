"""Whether the workers of a cluster give the same bytes as this process."""

from functools import cache

from phusong.cluster import Cluster
from phusong.errors import ClusterError
from phusong.pipeline.session import code_key, versions
from phusong.store.files import key_of


@cache
def maker_key() -> str:
    """Key of the code and the libraries that results are made with here.

    Returns
    -------
    str
        Hexadecimal digest.
    """
    return key_of([code_key(), versions()])


def refuse_other_maker(maker: str) -> None:
    """See on a worker that it gives what the process gives that asks.

    Parameters
    ----------
    maker
        :func:`maker_key` of the process that asks.

    Raises
    ------
    ClusterError
        This worker has another Phusong or other libraries.
    """
    if maker != maker_key():
        raise ClusterError(
            "a worker that has joined would give other results: its Phusong or its libraries "
            "differ; give it the environment of the machine that runs the study"
        )


def check_workers(cluster: Cluster) -> None:
    """See that every worker would give the same bytes as this process.

    Parameters
    ----------
    cluster
        The workers.

    Raises
    ------
    ClusterError
        A worker has other code or other libraries; which ones.
    """
    own = versions()
    for worker, (code, theirs) in cluster.on_each_worker(_made_with).items():
        different = [
            f"{name} {theirs.get(name, 'missing')} (here {number})"
            for name, number in own.items()
            if theirs.get(name) != number
        ]
        if not different and code != code_key():
            different = ["the source code of Phusong, though its version is the same"]
        if different:
            raise ClusterError(
                f"the worker at {worker} would give other results: it has {', '.join(different)}; "
                "give every worker the environment of this machine (requirements.lock) and start "
                "it again"
            )


def _made_with() -> tuple[str, dict[str, str]]:
    return code_key(), versions()
