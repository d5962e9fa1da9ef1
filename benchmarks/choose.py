"""What the exact choice finds beyond greedy steps, in what time and to what proven gap.

Rival: greedy steps by people for the money, on the same question. ``python -m benchmarks.choose``
runs both sizes: 100 options over 100,000 points, and 1,000 options over 200,000 points that need
a chain of sites to a root, with hops three times as long as the radius of coverage (15 km and
5 km), and again with shorter ones down to little longer than that radius, which make long chains.
"""

import os
import resource
import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from phusong.planning.choose import best_set, greedy_set
from phusong.planning.order import build_order

SEED = 20260701
HOPS = (3.0, 2.0, 1.5, 1.2)
"""Longest hop by the radius of coverage."""


@dataclass(frozen=True, eq=False)
class Region:
    """A square of cells with people in clusters, and sites whose reach the terrain cuts."""

    cover: sparse.csr_matrix
    people: NDArray[np.int64]
    cost: NDArray[np.int64]
    requires: dict[int, list[int]]


def region(
    options: int, points: int, *, radius_cells: float, roots: int | None, hop: float = 3.0
) -> Region:
    rng = np.random.default_rng([SEED, options, points])
    side = int(np.ceil(np.sqrt(points)))
    cells = np.stack(np.divmod(np.arange(points), side)).T.astype(float)
    sites = rng.uniform(0, side, (options, 2))
    tree = cKDTree(cells)
    orders = np.arange(1, 7)
    tails, heads = [], []
    for number, site in enumerate(sites):
        farthest = radius_cells * rng.uniform(0.6, 1.3)
        near = np.array(tree.query_ball_point(site, farthest))
        north, east = (cells[near] - site).T
        angle = np.arctan2(north, east)[:, None] * orders
        waves = np.cos(angle) @ (rng.normal(size=6) / orders)
        waves += np.sin(angle) @ (rng.normal(size=6) / orders)
        reach = np.clip(farthest * (0.65 + 0.25 * waves), 0.2 * farthest, farthest)
        seen = near[np.hypot(north, east) <= reach]
        tails.append(np.full(len(seen), number))
        heads.append(seen)
    pairs = (np.concatenate(tails), np.concatenate(heads))
    cover = sparse.csr_matrix((np.ones(len(pairs[0]), dtype=np.int8), pairs), (options, points))
    people = rng.poisson(np.exp(rng.normal(0.0, 1.5, points)))
    return Region(
        cover, people, rng.integers(60, 200, options), _hops(rng, sites, hop * radius_cells, roots)
    )


def _hops(
    rng: np.random.Generator, sites: NDArray[np.float64], hop: float, roots: int | None
) -> dict[int, list[int]]:
    """Who sees whom: half of the pairs within a hop, both ways; a few sites have fibre."""
    if roots is None:
        return {}
    fibre = set(rng.choice(len(sites), roots, replace=False).tolist())
    found: dict[int, list[int]] = {number: [] for number in range(len(sites))}
    for one, other in sorted(cKDTree(sites).query_pairs(hop)):
        if rng.random() < 0.5:
            found[one].append(other)
            found[other].append(one)
    return {number: seen for number, seen in found.items() if number not in fibre}


def compare(name: str, there: Region, budget_share: float) -> None:
    budget = int(budget_share * there.cost.sum())
    question = {
        "weight": there.people, "cost": there.cost, "budget": budget, "requires": there.requires
    }  # fmt: skip
    start = time.perf_counter()
    quick = greedy_set(there.cover, **question)
    steps_s = time.perf_counter() - start
    start, worked = time.perf_counter(), time.process_time()
    exact = best_set(there.cover, **question)
    exact_s, worked = time.perf_counter() - start, time.process_time() - worked
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = usage / (1024.0**2 if sys.platform == "darwin" else 1024.0)
    links = sum(map(len, there.requires.values()))
    print(f"{name}, {there.cover.nnz / 1e6:.1f} million covered pairs, {links:,} links:")
    print(f"  load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"  greedy {quick.objective:,.0f} people in {steps_s:.1f} s")
    print(
        f"  exact  {exact.objective:,.0f} people in {exact_s:.1f} s ({worked:.1f} s of "
        f"processor), {exact.status}, "
        f"gap {exact.gap:.3%}, {megabytes:.0f} MB at most"
    )
    print(f"  exact covers {exact.objective / quick.objective:.4f} times as many (floor 1.0000)")


def order(name: str, there: Region, budget_share: float) -> None:
    whole = budget_share * there.cost.sum()
    start = time.perf_counter()
    found = build_order(
        there.cover, weight=there.people, cost=there.cost,
        budgets=[whole * k / 4 for k in range(1, 5)],
    )  # fmt: skip
    order_s = time.perf_counter() - start
    start = time.perf_counter()
    for budget in found.budgets:
        best_set(there.cover, weight=there.people, cost=there.cost, budget=budget)
    sets_s = time.perf_counter() - start
    print(f"{name}, {len(found.order)} steps:")
    print(f"  order of all steps in {order_s:.1f} s, the four best sets alone in {sets_s:.1f} s")
    print(f"  {order_s / sets_s:.2f} times the four sets alone, mean loss {found.mean_loss:.3%}")


def quick() -> None:
    there = region(100, 100_000, radius_cells=60.0, roots=None)
    compare("100 options x 100,000 points", there, 0.1)
    order("build order of 100 options x 100,000 points", there, 0.2)


def main() -> None:
    quick()
    for hop in HOPS:
        there = region(1000, 200_000, radius_cells=20.0, roots=25, hop=hop)
        compare(f"1,000 options x 200,000 points, hops of {hop:g} radii", there, 0.12)


if __name__ == "__main__":
    main()
