"""The cheapest chain of links to every option, from what is connected already."""

import numpy as np
from numba import njit

NOBODY, THE_ROOT = -1, -2
"""Who stands before an option that no chain reaches, and before one that needs nothing."""


@njit(cache=True, nogil=True)
def _sink(price: np.ndarray, node: np.ndarray, size: int) -> None:
    """Let the first entry of a heap down to its place; of equal prices the smaller node wins."""
    place = 0
    while True:
        least = place
        for child in (2 * place + 1, 2 * place + 2):
            if child < size and (
                price[child] < price[least]
                or (price[child] == price[least] and node[child] < node[least])
            ):
                least = child
        if least == place:
            return
        price[place], price[least] = price[least], price[place]
        node[place], node[least] = node[least], node[place]
        place = least


@njit(cache=True, nogil=True)
def _rise(price: np.ndarray, node: np.ndarray, place: int) -> None:
    """Let an entry of a heap up to its place."""
    while place > 0:
        above = (place - 1) // 2
        if price[above] < price[place] or (
            price[above] == price[place] and node[above] < node[place]
        ):
            return
        price[place], price[above] = price[above], price[place]
        node[place], node[above] = node[above], node[place]
        place = above


@njit(cache=True, nogil=True)
def cheapest_chains(
    start: np.ndarray,
    fed: np.ndarray,
    price: np.ndarray,
    free: np.ndarray,
    passable: np.ndarray,
) -> np.ndarray:
    """Who stands before each option on its cheapest chain (Dijkstra's algorithm).

    Parameters
    ----------
    start, fed
        Links by the option that feeds: those of option ``i`` are ``fed[start[i]:start[i + 1]]``.
    price
        Price of each option, > 0.
    free
        Whether a chain may begin at an option: it needs nothing, or is there already.
    passable
        Whether an option may stand in a chain.

    Returns
    -------
    numpy.ndarray
        The option before, ``THE_ROOT`` where a chain begins, ``NOBODY`` where none comes. Of chains
        of one price the one found first stays: from the cheaper option, of equal ones from the
        smaller row.
    """
    count = len(price)
    before = np.full(count, NOBODY, dtype=np.int64)
    paid = np.full(count, np.inf)
    done = np.zeros(count, dtype=np.bool_)
    heap_price = np.empty(count + len(fed), dtype=np.float64)
    heap_node = np.empty(count + len(fed), dtype=np.int64)
    size = 0
    for option in range(count):
        if free[option] and passable[option]:
            before[option], paid[option] = THE_ROOT, price[option]
            heap_price[size], heap_node[size] = price[option], option
            _rise(heap_price, heap_node, size)
            size += 1
    while size > 0:
        at = heap_node[0]
        size -= 1
        heap_price[0], heap_node[0] = heap_price[size], heap_node[size]
        _sink(heap_price, heap_node, size)
        if done[at]:
            continue
        done[at] = True
        for link in range(start[at], start[at + 1]):
            to = fed[link]
            if passable[to] and not done[to] and paid[at] + price[to] < paid[to]:
                paid[to] = paid[at] + price[to]
                before[to] = at
                heap_price[size], heap_node[size] = paid[to], to
                _rise(heap_price, heap_node, size)
                size += 1
    return before
