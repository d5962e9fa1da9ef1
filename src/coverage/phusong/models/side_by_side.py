"""Parts of one mast's work, one after the other or on threads."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def side_by_side(
    work: Callable[..., None], parts: Iterable[tuple[object, ...]], *, threads: int
) -> None:
    """Do all parts of a piece of work.

    A thread of its own for each mast, and a few hundred hand-overs to it, would cost as much as
    a small disc: with one thread the caller does the work.

    Parameters
    ----------
    work
        Does one part; writes where no other part writes.
    parts
        Its arguments, for each part.
    threads
        Threads, at least 1.
    """
    if threads <= 1:
        for part in parts:
            work(*part)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done in [pool.submit(work, *part) for part in parts]:
            done.result()
