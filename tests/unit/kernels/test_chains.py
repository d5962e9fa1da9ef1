"""The cheapest chains, against SciPy's own search on the same links."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from phusong.kernels.chains import NOBODY, THE_ROOT, cheapest_chains


def paid_along(before: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Price of the chain to each option; infinite where there is none."""
    paid = np.full(len(price), np.inf)
    for option in range(len(price)):
        at, total = option, 0.0
        while at >= 0:
            total += price[at]
            at = before[at]
        if at == THE_ROOT:
            paid[option] = total
    return paid


@pytest.mark.parametrize("seed", range(20))
def test_as_cheap_as_the_search_of_scipy(seed: int) -> None:
    rng = np.random.default_rng([20260701, seed])
    count = int(rng.integers(2, 60))
    feeds = sparse.random_array((count, count), density=0.1, rng=rng, format="csr")
    price = rng.uniform(0.1, 9.0, count)
    root, passable = rng.random(count) < 0.2, rng.random(count) < 0.8
    start, fed = feeds.indptr.astype(np.int64), feeds.indices.astype(np.int64)
    before = cheapest_chains(start, fed, price, root, passable)

    pairs = feeds.tocoo()
    kept = passable[pairs.row] & passable[pairs.col]
    first = np.flatnonzero(root & passable)
    tail = np.concatenate([pairs.row[kept], np.full(len(first), count)])
    head = np.concatenate([pairs.col[kept], first])
    graph = sparse.csr_matrix((price[head], (tail, head)), shape=(count + 1, count + 1))
    np.testing.assert_allclose(
        paid_along(before, price), dijkstra(graph, indices=count)[:count], rtol=1e-12
    )
    assert (before[~passable] == NOBODY).all()


def test_of_chains_of_one_price_the_smaller_row_stands_before() -> None:
    # Options 0 and 1 are there; both feed 2.
    start, fed = np.array([0, 1, 2, 2]), np.array([2, 2])
    everyone = np.ones(3, dtype=np.bool_)
    before = cheapest_chains(start, fed, np.ones(3), np.array([True, True, False]), everyone)
    assert before.tolist() == [THE_ROOT, THE_ROOT, 0]
