"""The best set by trying every one: slow, plain, and written from the definition alone."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Case:
    """A question small enough to try everything."""

    cover: NDArray[np.bool_]
    weight: Sequence[int]
    cost: Sequence[int]
    budget: int | None = None
    count: int | None = None
    fixed: tuple[int, ...] = ()
    groups: Sequence[int | None] | None = None
    requires: Mapping[int, Sequence[int]] | None = None
    target: int | None = None
    floors: tuple[tuple[str, tuple[int, ...], int], ...] = ()
    twice: tuple[bool, ...] | None = None
    limits: tuple[tuple[str, tuple[int, ...], int], ...] = ()

    def arguments(self) -> dict[str, object]:
        named = ("weight", "cost", "budget", "count", "fixed", "groups", "requires", "target")
        return {name: getattr(self, name) for name in named}


def is_connected(there: set[int], case: Case) -> bool:
    needs = case.requires or {}
    fed = {row for row in there if row in case.fixed or row not in needs}
    while True:
        more = {row for row in there - fed if fed & set(needs[row])}
        if not more:
            return fed == there
        fed |= more


def is_allowed(chosen: tuple[int, ...], case: Case) -> bool:
    there = set(chosen) | set(case.fixed)
    if case.budget is not None and sum(case.cost[row] for row in chosen) > case.budget:
        return False
    if any(sum(amount[row] for row in chosen) > most for _, amount, most in case.limits):
        return False
    if case.count is not None and len(chosen) > case.count:
        return False
    if case.groups is not None:
        labels = [case.groups[row] for row in chosen if case.groups[row] is not None]
        taken = {case.groups[row] for row in case.fixed} - {None}
        if len(labels) > len(set(labels)) or taken & set(labels):
            return False
    return is_connected(there, case)


def is_covered(chosen: tuple[int, ...], case: Case) -> NDArray[np.bool_]:
    servers = case.cover[[*chosen, *case.fixed]].sum(axis=0)
    needed = np.ones(case.cover.shape[1]) if case.twice is None else 1 + np.array(case.twice)
    return np.asarray(servers >= needed)


def value(chosen: tuple[int, ...], case: Case) -> int:
    return int(np.asarray(case.weight)[is_covered(chosen, case)].sum())


def reaches_floors(chosen: tuple[int, ...], case: Case) -> bool:
    covered = is_covered(chosen, case)
    return all(np.asarray(weight)[covered].sum() >= least for _, weight, least in case.floors)


def every_allowed(case: Case) -> Iterator[tuple[int, ...]]:
    open_rows = [row for row in range(len(case.cost)) if row not in case.fixed]
    for size in range(len(open_rows) + 1):
        for chosen in itertools.combinations(open_rows, size):
            if is_allowed(chosen, case):
                yield chosen


def best(case: Case) -> tuple[tuple[int, ...], int, int] | None:
    """Chosen rows, value and cost; None when the target or a floor cannot be reached."""

    def order(chosen: tuple[int, ...]) -> tuple[object, ...]:
        spent = sum(case.cost[row] for row in chosen)
        free = sum(case.cost[row] == 0 for row in chosen)
        main = (-value(chosen, case), spent)
        return (*(main if case.target is None else main[::-1]), free, chosen)

    reaching = [
        chosen
        for chosen in every_allowed(case)
        if reaches_floors(chosen, case)
        and (case.target is None or value(chosen, case) >= case.target)
    ]
    if not reaching:
        return None
    chosen = min(reaching, key=order)
    return chosen, value(chosen, case), sum(case.cost[row] for row in chosen)


def random_case(rng: np.random.Generator) -> Case:
    """Up to eight options with every kind of rule, many ties and some loops without a root."""
    options, points = int(rng.integers(1, 9)), int(rng.integers(1, 13))
    cover = rng.random((options, points)) < rng.uniform(0.1, 0.6)
    weight = rng.integers(0, 12, points)
    cost = rng.integers(0, 6, options)
    fixed = tuple(np.flatnonzero(rng.random(options) < 0.12).tolist())
    groups = None
    if rng.random() < 0.5:
        labels = rng.integers(0, 4, options).tolist()
        groups = [None if label == 3 else int(label) for label in labels]
    requires = None
    if rng.random() < 0.6:
        needy = np.flatnonzero(rng.random(options) < 0.6).tolist()
        requires = {
            row: sorted(set(rng.integers(0, options, int(rng.integers(1, 3))).tolist()) - {row})
            for row in needy
        }
    total, everything = int(cost.sum()), int(weight.sum())
    return Case(
        cover=cover,
        weight=weight.tolist(),
        cost=cost.tolist(),
        budget=int(rng.integers(0, total + 2)) if rng.random() < 0.7 else None,
        count=int(rng.integers(0, options + 1)) if rng.random() < 0.3 else None,
        fixed=fixed,
        groups=groups,
        requires=requires,
        target=int(rng.integers(0, everything + 2)) if rng.random() < 0.3 else None,
    )


def ring_case(rng: np.random.Generator) -> Case:
    """Up to nine options of which most feed each other around rings, for a budget or a target."""
    options, points = int(rng.integers(5, 10)), int(rng.integers(8, 20))
    cover = rng.random((options, points)) < rng.uniform(0.1, 0.3)
    weight, cost = rng.integers(1, 20, points), rng.integers(1, 15, options)
    sees = rng.random((options, options)) < 0.3
    requires = {
        row: np.flatnonzero((sees | sees.T)[row] & (np.arange(options) != row)).tolist()
        for row in range(int(rng.integers(1, 3)), options)
    }
    reached = int(weight[cover.any(axis=0)].sum())
    case = Case(cover=cover, weight=weight.tolist(), cost=cost.tolist(), requires=requires)
    if rng.random() < 0.5:
        return replace(case, budget=int(rng.uniform(0.2, 0.8) * cost.sum()))
    return replace(case, target=int(rng.uniform(0.3, 0.9) * reached))


def with_limits(case: Case, rng: np.random.Generator) -> Case:
    """The same question with one or two limits beside the budget."""
    limits = []
    for number in range(int(rng.integers(1, 3))):
        amount = rng.integers(0, 6, len(case.cost)) * (rng.random(len(case.cost)) < 0.7)
        limits.append(
            (f"limit {number}", tuple(amount.tolist()), int(rng.integers(0, amount.sum() // 2 + 1)))
        )
    return replace(case, limits=tuple(limits))


def with_terms(case: Case, rng: np.random.Generator) -> Case:
    """The same question with up to three floors, and points that two options must cover."""
    points = len(case.weight)
    floors = []
    for number in range(int(rng.integers(0, 4))):
        weight = rng.integers(0, 6, points) * (rng.random(points) < 0.5)
        least = int(rng.integers(0, max(1, int(weight.sum()) // 2) + 1))
        floors.append((f"floor {number}", tuple(weight.tolist()), least))
    twice = tuple((rng.random(points) < 0.4).tolist()) if rng.random() < 0.7 else None
    return replace(case, floors=tuple(floors), twice=twice)


def tangled_case(rng: np.random.Generator) -> Case:
    """Rings with every other kind of rule beside them."""
    case = ring_case(rng)
    options = len(case.cost)
    if rng.random() < 0.4:
        case = with_limits(case, rng)
    if rng.random() < 0.5:
        case = with_terms(case, rng)
    if rng.random() < 0.4:
        case = replace(case, fixed=tuple(np.flatnonzero(rng.random(options) < 0.15).tolist()))
    if rng.random() < 0.4:
        labels = rng.integers(0, 4, options).tolist()
        case = replace(case, groups=[None if label == 3 else int(label) for label in labels])
    if rng.random() < 0.2:
        case = replace(case, count=int(rng.integers(0, options + 1)))
    return case
